"""What a network computes, and one update of it looked into, for asyncio."""

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
    """What a network offers about its outputs and about the inside of an update."""

    async def predict(
        self, inputs: MatrixLike, *, update: int | None = None, activations: bool = False
    ) -> Prediction:
        """Compute the outputs for `inputs` [n, inputs], with any update's parameters.

        By default the latest update's. Changes nothing. With `activations` those of all layers come
        too.
        """
        call = predictions.predict(self.id, inputs, update, activations)
        return Prediction(await self._connection.call(call))

    async def evaluate(self, training_set: str, *, update: int | None = None) -> Evaluation:
        """Measure cost and accuracy on a training set, with any update's parameters.

        By default the latest update's. Changes nothing.
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
        """Compare the gradients that training computes with slopes measured from costs.

        At any update, by default the latest. `example_count` examples are used, the first of the
        set, by default 32, and `parameter_count` parameters checked, spread evenly, by default up
        to 1,000. Changes nothing.
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
        """Look into an update, by default the latest: everything that its batch went through.

        With `next_update` it is the update that would come next, which is not made: of the run that
        is not over or, with a training set and the settings of `train`, of one that would begin
        now. `position_count` examples are shown, from `first_position` in the batch; by default as
        many as make about a megabyte.
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
        """Walk through an update, by default the latest, line by line of the readable loops.

        With `next_update` it is the update that would come next, which is not made: of the run that
        is not over or, with a training set and the settings of `train`, of one that would begin
        now. `step_count` lines are shown, from `first_step`, up to 10,000; by default 2,000. With
        `phases_only` none are, and the phases are those of the batch and of its first example: this
        is possible for every update, also for those that have too many lines.
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
        """Say why one weight changed by this much in an update, by default the latest.

        `layer` counts from 1, the first after the inputs; `unit` and `source`, the input of that
        unit, from 0; without a source it is the unit's bias. With `next_update` it is the update
        that would come next, which is not made: of the run that is not over or, with a training set
        and the settings of `train`, of one that would begin now. `position_count` examples get
        lines, from `first_position` in the batch; by default as many as read well.
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
