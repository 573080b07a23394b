"""Outputs of a network and details of its updates, for asyncio."""

from typing import Unpack

from clearprop._async.network_handle import AsyncNetworkHandle
from clearprop.calls import inspection, predictions, runs
from clearprop.explanations import Explanation
from clearprop.keywords import check_methods
from clearprop.measures import Evaluation, GradientCheck
from clearprop.options import StepOptions
from clearprop.snapshots import Prediction
from clearprop.traces import TracedUpdate
from clearprop.values import MatrixLike
from clearprop.walks import WalkedUpdate


@check_methods
class AsyncNetworkInspection(AsyncNetworkHandle):
    """Methods of a network that compute outputs and inspect updates. They change nothing."""

    async def predict(
        self, inputs: MatrixLike, *, update: int | None = None, activations: bool = False
    ) -> Prediction:
        """Compute the outputs for `inputs` [n, inputs], with the parameters of any update.

        The default is the latest update. With `activations`, the result includes the activations
        of all layers.
        """
        call = predictions.predict(self.id, inputs, update, activations)
        return Prediction(await self._connection.call(call))

    async def evaluate(self, training_set: str, *, update: int | None = None) -> Evaluation:
        """Measure cost and accuracy on a training set, with the parameters of any update.

        The default is the latest update.
        """
        call = predictions.evaluate(self.id, training_set, update)
        return Evaluation(await self._connection.call(call))

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
        **settings: Unpack[StepOptions],
    ) -> TracedUpdate:
        """Return every intermediate value of an update, by default the latest.

        With `next_update`, the next update is computed and not applied: the next one of the run
        that is not over or, with a training set and the settings of `train`, the first one of a new
        run. The result has `position_count` examples from `first_position` in the batch; by
        default, as many as fit into about 1 MB.
        """
        call = inspection.trace_update(
            self.id,
            update=update,
            next_update=next_update,
            settings=runs.step_settings(training_set, settings),
            first_position=first_position,
            position_count=position_count,
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
