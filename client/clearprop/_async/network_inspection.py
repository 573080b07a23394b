"""Outputs of a network and details of its updates, for asyncio."""

from collections.abc import AsyncIterator
from typing import Unpack

from clearprop._async.network_handle import AsyncNetworkHandle
from clearprop.calls import inspection, networks, predictions, runs
from clearprop.errors import ClearpropError
from clearprop.explanations import Explanation
from clearprop.keywords import check_methods
from clearprop.measures import Evaluation, GradientCheck, WorstExample
from clearprop.options import ExampleOptions, StepOptions
from clearprop.projections import Projection
from clearprop.snapshots import Prediction
from clearprop.tables.options import TableLike
from clearprop.tables.prediction import (
    is_prepared,
    is_table,
    may_need_names,
    needs_names,
    rows_of_table,
)
from clearprop.tables.uploads import parts_of
from clearprop.traces import TracedUpdate
from clearprop.v1.table_pb2 import Table as TableMessage
from clearprop.v1.training_service_pb2 import PredictResponse
from clearprop.values import MatrixLike
from clearprop.walks import WalkedUpdate


@check_methods
class AsyncNetworkInspection(AsyncNetworkHandle):
    """Methods of a network that compute outputs and inspect updates. They change nothing."""

    async def predict(
        self,
        inputs: MatrixLike | TableLike,
        *,
        update: int | None = None,
        activations: bool = False,
        contributions: bool = False,
    ) -> Prediction:
        """Compute the outputs for `inputs`, with the parameters of any update.

        `inputs` is a matrix [n, inputs]. If the network was trained on a training set with named
        columns, it can be a table with these columns, in any order, as `upload_table` takes it: the
        network prepares it. Other columns are not used. The default is the latest update. With
        `activations`, the result includes the activations of all layers; with `contributions`, what
        each unit below the outputs adds to their logits.

        Raises ValueError, with the place, if a column is missing, or a value does not fit, and for
        rows without names if the network must prepare its inputs.
        """
        details = predictions.Details(activations, contributions)
        known = await self._known_columns() if is_table(inputs) else None
        if known is None:
            return await self._predict_rows(inputs, update, details)
        table = rows_of_table(inputs, known)
        whole = PredictResponse()
        for part in parts_of(table, sum(self.layer_sizes)):
            call = predictions.predict_rows(self.id, table, part, update, details)
            response = await self._connection.call(call)
            update = response.update
            whole.MergeFrom(response)
            del whole.output_names[len(response.output_names) :]
        return Prediction(whole)

    async def _predict_rows(
        self, inputs: MatrixLike, update: int | None, details: predictions.Details
    ) -> Prediction:
        """Compute the outputs for rows without names."""
        try:
            call = predictions.predict(self.id, inputs, update, details)
            return Prediction(await self._connection.call(call))
        except (ClearpropError, ValueError) as error:
            known = await self._known_columns() if may_need_names(error) else None
            if known is None or not is_prepared(known, self.layer_sizes[0]):
                raise
            raise ValueError(needs_names(self.id, known)) from error

    async def _known_columns(self) -> TableMessage | None:
        """Return the columns that the network prepares, if it does."""
        if not self.message.HasField("preparation"):
            response = await self._connection.call(networks.get_network(self.id))
            self.message = response.network
        found = self.message.preparation
        return found.table if self.message.HasField("preparation") else None

    async def evaluate(
        self,
        training_set: str,
        *,
        update: int | None = None,
        most: int = 10,
        **which: Unpack[ExampleOptions],
    ) -> Evaluation:
        """Measure cost and accuracy on a training set, with the parameters of any update.

        The default is the latest update. `worst_examples` of the result are up to `most` examples,
        1 to 1,000, with the largest costs. For the other options see `ExampleOptions`.
        """
        call = predictions.evaluate(self.id, training_set, update, which, most)
        return Evaluation(await self._connection.call(call))

    def worst_examples(
        self,
        training_set: str,
        *,
        update: int | None = None,
        **which: Unpack[ExampleOptions],
    ) -> AsyncIterator[WorstExample]:
        """Yield the examples that `evaluate` names, all of them, the largest costs first."""
        pages = predictions.list_worst_examples(self.id, training_set, update, which)
        return self._connection.pages(pages, WorstExample.of)

    async def project(
        self,
        training_set: str,
        *,
        layer: int = 0,
        update: int | None = None,
        axes_update: int | None = None,
        example_count: int = 0,
    ) -> Projection:
        """Project examples onto the plane on which their activations in a layer differ most.

        Layer 0 are the inputs. `axes_update` is the update whose activations determine the axes:
        with a fixed one, points of several updates can be compared. Up to `example_count` examples,
        by default 500, are spread evenly over the set.
        """
        call = predictions.project_examples(
            self.id, training_set, update, layer, axes_update, example_count
        )
        return Projection(await self._connection.call(call))

    async def check_gradients(
        self,
        training_set: str,
        *,
        update: int | None = None,
        example_count: int = 0,
        parameter_count: int = 0,
    ) -> GradientCheck:
        """Compare the gradients of training with finite differences of the cost.

        At any update, by default the latest. `example_count` is the number of examples, from the
        start of the set, 32 by default. `parameter_count` is the number of parameters, spread
        evenly, up to 1,000 by default.
        """
        call = predictions.check_gradients(
            self.id, training_set, update, example_count, parameter_count
        )
        return GradientCheck(await self._connection.call(call))

    async def trace(
        self,
        update: int | None = None,
        *,
        next_update: bool = False,
        training_set: str = "",
        first_position: int = 0,
        position_count: int = 0,
        vectors_only: bool = False,
        **settings: Unpack[StepOptions],
    ) -> TracedUpdate:
        """Return every intermediate value of an update, by default the latest.

        With `next_update`, the next update is computed and not applied: the next one of the run
        that is not over or, with a training set and the settings of `train`, the first one of a new
        run. The result has `position_count` examples from `first_position` in the batch; by
        default, as many as fit into about 1 MB. `vectors_only` leaves out everything that has a
        number for each parameter.
        """
        call = inspection.trace_update(
            self.id,
            update=update,
            next_update=next_update,
            settings=runs.step_settings(training_set, settings),
            first_position=first_position,
            position_count=position_count,
            vectors_only=vectors_only,
        )
        return TracedUpdate(await self._connection.call(call))

    async def walk(
        self,
        update: int | None = None,
        *,
        next_update: bool = False,
        training_set: str = "",
        first_step: int = 0,
        step_count: int = 0,
        phases_only: bool = False,
        **settings: Unpack[StepOptions],
    ) -> WalkedUpdate:
        """Return the executed lines of code of an update, by default the latest, with their values.

        With `next_update`, the next update is computed and not applied, as in `trace`. The result
        has `step_count` executed lines from `first_step`, up to 10,000, by default 2,000. With
        `phases_only`, it has no lines, and only the phases of the batch and of its first example:
        this works for every update, including those with too many lines.
        """
        call = inspection.walk_update(
            self.id,
            update=update,
            next_update=next_update,
            settings=runs.step_settings(training_set, settings),
            first_step=first_step,
            step_count=step_count,
            phases_only=phases_only,
        )
        return WalkedUpdate(await self._connection.call(call))

    async def explain(  # noqa: PLR0913 - a parameter for each field of the request
        self,
        layer: int,
        unit: int,
        source: int | None = None,
        *,
        update: int | None = None,
        next_update: bool = False,
        training_set: str = "",
        first_position: int = 0,
        position_count: int = 0,
        **settings: Unpack[StepOptions],
    ) -> Explanation:
        """Explain why one weight changed in an update, by default the latest.

        `layer` counts from 1, the first layer after the inputs. `unit`, and `source`, the input of
        that unit, count from 0; without a source, it is the unit's bias. With `next_update`, the
        next update is computed and not applied, as in `trace`. The result has lines for
        `position_count` examples from `first_position` in the batch; by default, for a readable
        number.
        """
        call = inspection.explain_weight(
            self.id,
            layer,
            unit,
            source,
            update=update,
            next_update=next_update,
            settings=runs.step_settings(training_set, settings),
            first_position=first_position,
            position_count=position_count,
        )
        return Explanation(await self._connection.call(call))
