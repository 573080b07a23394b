"""Changes of a network's parameters without training, for asyncio."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Unpack

from clearprop._async.network_handle import AsyncNetworkHandle
from clearprop.calls import edits
from clearprop.changes import NewValue, Reset
from clearprop.keywords import check_methods
from clearprop.options import RecipeOptions
from clearprop.snapshots import Snapshot
from clearprop.values import LayoutName, MatrixLike, VectorLike, layers_of


@check_methods
class AsyncNetworkEdits(AsyncNetworkHandle):
    """What a network offers to change its parameters."""

    async def set_weight(
        self,
        layer: int,
        unit: int,
        source: int | None,
        value: float,
        *,
        etag: str = "",
        request_id: str = "",
    ) -> Snapshot:
        """Set one weight, or with the source None a bias, as an update; return that update.

        `layer` counts from 1, the first after the inputs; `unit` and `source`, the input of that
        unit, from 0. A paused run goes on from there; refused while one is running.
        """
        values = [(layer, unit, source, value)]
        return await self.set_weights(values, etag=etag, request_id=request_id)

    async def set_weights(
        self,
        values: Iterable[NewValue] = (),
        *,
        weights: Mapping[int, MatrixLike] | None = None,
        biases: Mapping[int, VectorLike] | None = None,
        layout: LayoutName = "units-inputs",
        etag: str = "",
        request_id: str = "",
    ) -> Snapshot:
        """Set some parameters, or all, as one update; return that update.

        `values` are tuples of layer, unit, source and value as in `set_weight`; `weights` and
        `biases` whole layers by their numbers, from 1: a matrix [units, inputs], and where the
        network has biases a vector [units]. With the `layout` `inputs-units` the matrices are
        [inputs, units], as in Keras.
        """
        layers = edits.set_layers(weights or {}, biases or {}, layout)
        call = edits.set_weights(self.id, values, layers, etag, request_id)
        response = await self._connection.call(call)
        return Snapshot(response.update)

    async def reset(
        self,
        *,
        weights: Sequence[MatrixLike] = (),
        biases: Sequence[VectorLike] = (),
        layout: LayoutName = "units-inputs",
        etag: str = "",
        request_id: str = "",
        **recipe: Unpack[RecipeOptions],
    ) -> Reset:
        """Make all parameters anew, as one update, and return it with the seed.

        By default as the network's own initial ones, with a new seed; `initializer`, `seed`, `low`
        and `high` as of `create_network`; or `weights` and `biases` are given for each layer,
        in a `layout` as of `create_network`.
        Optimizers begin anew. A paused run goes on from there; refused while one is running.
        """
        parameters = layers_of(weights, biases, layout=layout)
        call = edits.reset_weights(self.id, recipe, parameters, etag, request_id)
        return Reset(await self._connection.call(call))
