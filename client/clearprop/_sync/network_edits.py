# Generated from clearprop/_async/network_edits.py by `make client`: change that file.
"""Changes to a network's parameters without training."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Unpack

from clearprop._sync.network_handle import NetworkHandle
from clearprop.calls import edits
from clearprop.changes import NewValue, Reset
from clearprop.keywords import check_methods
from clearprop.options import RecipeOptions
from clearprop.snapshots import Snapshot
from clearprop.values import LayoutName, MatrixLike, VectorLike, layers_of


@check_methods
class NetworkEdits(NetworkHandle):
    """Methods of a network that change its parameters."""

    def set_weight(
        self,
        layer: int,
        unit: int,
        source: int | None,
        value: float,
        *,
        etag: str = "",
        request_id: str = "",
    ) -> Snapshot:
        """Set one weight, or one bias if `source` is None; return the update.

        `layer` counts from 1, the first layer after the inputs. `unit`, and `source`, the input of
        that unit, count from 0. A paused run continues from the new value. Fails while a run is
        RUNNING.
        """
        values = [(layer, unit, source, value)]
        return self.set_weights(values, etag=etag, request_id=request_id)

    def set_weights(
        self,
        values: Iterable[NewValue] = (),
        *,
        weights: Mapping[int, MatrixLike] | None = None,
        biases: Mapping[int, VectorLike] | None = None,
        layout: LayoutName = "units-inputs",
        etag: str = "",
        request_id: str = "",
    ) -> Snapshot:
        """Set some or all parameters in one update; return the update.

        `values` are tuples of layer, unit, source and value, as in `set_weight`. `weights` and
        `biases` are whole layers by their numbers, from 1: a matrix [units, inputs] and, if the
        network has biases, a vector [units]. With `layout="inputs-units"`, the matrices are
        [inputs, units], as in Keras.
        """
        layers = edits.set_layers(weights or {}, biases or {}, layout)
        call = edits.set_weights(self.id, values, layers, etag, request_id)
        response = self._connection.call(call)
        return Snapshot(response.update)

    def reset(
        self,
        *,
        weights: Sequence[MatrixLike] = (),
        biases: Sequence[VectorLike] = (),
        layout: LayoutName = "units-inputs",
        etag: str = "",
        request_id: str = "",
        **recipe: Unpack[RecipeOptions],
    ) -> Reset:
        """Reset all parameters to new initial values; return the update and its seed.

        By default, the network's initializer is used with a new seed. `initializer`, `seed`, `low`,
        `high`, `deviation` and `layout` are those of `create_network`; `weights` and `biases` set
        the parameters of every layer. The optimizer state is reset. A paused run continues from the
        new values. Fails while a run is RUNNING.
        """
        parameters = layers_of(weights, biases, layout=layout)
        call = edits.reset_weights(self.id, recipe, parameters, etag, request_id)
        return Reset(self._connection.call(call))
