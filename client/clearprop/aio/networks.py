"""A network as a handle for asyncio."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Self, Unpack

from clearprop import calls
from clearprop.aio.connection import AsyncConnection
from clearprop.aio.exports import AsyncExport
from clearprop.aio.runs import AsyncRun
from clearprop.calls import DetailName, FormatName, UnitName
from clearprop.changes import Comparison, NewValue, Reset, WeightChange
from clearprop.columns import Columns
from clearprop.explanations import Explanation
from clearprop.infos import NetworkInfo, StepResult
from clearprop.measures import Evaluation, GradientCheck
from clearprop.options import RecipeOptions, StepOptions, TrainingOptions
from clearprop.snapshots import History, Prediction, Snapshot, State
from clearprop.traces import TracedUpdate
from clearprop.v1.network_pb2 import Network as NetworkMessage
from clearprop.v1.run_pb2 import Run as RunMessage
from clearprop.values import MatrixLike, VectorLike, layers_of
from clearprop.verifications import Verification
from clearprop.walks import WalkedUpdate
from clearprop.watching import Watched, WatchOptions, watch_request


class AsyncNetwork(NetworkInfo):
    """A network. The properties say what was true when it was last read.

    Every method raises ClearpropError when the service refuses or cannot be reached. Calls that
    change the network take an `etag`, with which they are refused when the network has changed
    since, and a `request_id`, which makes a call happen at most once: it is made up for each call,
    so give one only to repeat a call of an earlier process.
    """

    def __init__(self, connection: AsyncConnection, message: NetworkMessage) -> None:
        self._connection = connection
        self.message = message

    async def refresh(self) -> Self:
        """Read the network anew and return it."""
        call = calls.get_network(self.id)
        self.message = (await self._connection.call(call)).network
        return self

    async def set_labels(
        self, labels: Mapping[str, str], *, etag: str = "", request_id: str = ""
    ) -> Self:
        """Replace the labels; return the network as it is then."""
        call = calls.set_labels(self.id, labels, etag, request_id)
        self.message = (await self._connection.call(call)).network
        return self

    async def fork(
        self,
        new_network: str = "",
        *,
        update: int | None = None,
        labels: Mapping[str, str] | None = None,
        request_id: str = "",
    ) -> "AsyncNetwork":
        """Make a network that begins as this one was at any update, by default the latest.

        Training goes on from there to the same bits; `forked_from` says where it comes from. It has
        an id of the server's where none is given, `labels` of its own, and none of this one's
        updates and runs. Changes nothing here; allowed while a run goes on.
        """
        call = calls.fork_network(self.id, update, new_network, labels, request_id)
        return AsyncNetwork(self._connection, (await self._connection.call(call)).network)

    async def delete(self, *, etag: str = "", request_id: str = "") -> None:
        """Delete the network with its whole history. Refused while a run is RUNNING."""
        call = calls.delete_network(self.id, etag, request_id)
        await self._connection.call(call)

    async def delete_updates(self, before: int, *, etag: str = "", request_id: str = "") -> Self:
        """Let go of all updates before number `before`, for good; return the network as it is then.

        What is kept stays as it is, to the bit, and a run goes on. Reading before is refused from
        then on. Nothing changes where the history begins there or later already.
        """
        call = calls.delete_updates(self.id, before, etag, request_id)
        self.message = (await self._connection.call(call)).network
        return self

    async def train(
        self,
        training_set: str,
        *,
        etag: str = "",
        request_id: str = "",
        **settings: Unpack[TrainingOptions],
    ) -> AsyncRun:
        """Start a run in the background and return it; it goes on whether or not anyone watches.

        `learning_rate` is greater than 0, `batch_size` 1 to the number of examples in the set,
        `epochs` at least 1: ⌈epochs × examples / batch size⌉ updates.

        `optimizer` is `gradient-descent` (the default), `momentum`, `nesterov` or `adam`.
        `momentum` (0.9) belongs to `momentum` and `nesterov`; `beta1` (0.9), `beta2` (0.999) and
        `epsilon` (1e-8) belong to `adam`; `weight_decay` (0) to all. With `shuffle_seed` each epoch
        goes through the examples in an order of its own. The run ends early after the epoch whose
        examples' mean cost is less than `cost_below`, and after `max_updates`, where they are
        given.
        """
        call = calls.train(self.id, training_set, settings, etag, request_id)
        return self._run((await self._connection.call(call)).run)

    async def step(
        self,
        training_set: str = "",
        *,
        count: int = 1,
        unit: UnitName = "update",
        etag: str = "",
        request_id: str = "",
        **settings: Unpack[StepOptions],
    ) -> StepResult[AsyncRun]:
        """Advance by `count` updates or epochs and return when they are durable.

        With a training set and the settings of `train` it opens a new run, without any of them it
        continues the paused one. The run is then PAUSED, or over when it was complete.
        """
        new_run = calls.step_settings(training_set, settings)
        call = calls.step(self.id, new_run, count, unit, etag, request_id)
        response = await self._connection.call(call)
        updates = [Snapshot(update) for update in response.updates]
        return StepResult(self._run(response.run), updates, response.etag)

    async def run(self, number: int) -> AsyncRun:
        """Return a run by its number."""
        call = calls.get_run(self.id, number)
        return self._run((await self._connection.call(call)).run)

    def runs(self) -> AsyncIterator[AsyncRun]:
        """Yield the runs, the latest first."""
        return self._connection.pages(calls.list_runs(self.id), self._run)

    async def state(self, update: int | None = None, *, full: bool = False) -> State:
        """Read the network at any update, by default the latest.

        With `full` the mean gradient that made it comes too, and the activations for the last
        example of its batch.
        """
        call = calls.get_state(self.id, update, full=full)
        return State((await self._connection.call(call)).state)

    def updates(
        self, *, start: int | None = None, end: int | None = None, detail: DetailName = "parameters"
    ) -> AsyncIterator[Snapshot]:
        """Yield the updates that there are, from `start` to `end`, by default all that are kept."""
        return self._connection.pages(calls.list_updates(self.id, start, end, detail), Snapshot)

    async def history(
        self, max_points: int = 1_000, *, start: int | None = None, end: int | None = None
    ) -> History:
        """Read the way of the cost from `start` to `end`, by default of all that is kept.

        At most `max_points` updates, 2 to 10,000, however long the history is: all of them, or
        the first, the last, and the lowest and highest costs between.
        """
        call = calls.history(self.id, max_points, start, end)
        return History(await self._connection.call(call))

    async def watch(
        self, *, start: int | None = None, **options: Unpack[WatchOptions]
    ) -> AsyncIterator[Watched]:
        """Yield updates and changes of runs as they happen, without an end.

        `start` is the first update to be yielded, those that there are come first; without it only
        those to come. Goes on by itself after a lost connection, without a gap or a duplicate.
        `options`: see WatchOptions.
        """
        request = watch_request(self.id, self.uid, start=start, **options)
        async for item in self._connection.watch(request):
            if not isinstance(item, Columns):
                yield item

    async def columns(
        self, *, start: int | None = None, **options: Unpack[WatchOptions]
    ) -> AsyncIterator[Columns]:
        """Yield the updates that `watch` yields as columns of numbers, many at once."""
        request = watch_request(self.id, self.uid, start=start, columns=True, **options)
        async for item in self._connection.watch(request):
            if isinstance(item, Columns):
                yield item

    async def predict(
        self, inputs: MatrixLike, *, update: int | None = None, activations: bool = False
    ) -> Prediction:
        """Compute the outputs for `inputs` [n, inputs], with any update's parameters.

        By default the latest update's. Changes nothing. With `activations` those of all layers come
        too.
        """
        call = calls.predict(self.id, inputs, update, activations)
        return Prediction(await self._connection.call(call))

    async def evaluate(self, training_set: str, *, update: int | None = None) -> Evaluation:
        """Measure cost and accuracy on a training set, with any update's parameters.

        By default the latest update's. Changes nothing.
        """
        call = calls.evaluate(self.id, training_set, update)
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
        call = calls.check_gradients(self.id, training_set, update, example_count, parameter_count)
        return GradientCheck(await self._connection.call(call))

    async def export(
        self, file_format: FormatName = "json", *, update: int | None = None
    ) -> AsyncExport:
        """Ask for a file of the network at any update, by default the latest; it changes nothing.

        `json` is a document of all that it takes to make an equal network of it: see
        `import_network` of the client. `npz` has the parameters as arrays of NumPy, `onnx` the way
        from inputs to outputs in float64, `csv` the history up to the update, a line for each.
        """
        call = calls.export_network(self.id, file_format, update)
        return await AsyncExport.begun(self._connection.stream(call))

    async def verify(self) -> AsyncIterator[Verification]:
        """Verify the history: make every update again, and compare all that is stored.

        Yields how far it has come, some times a second; the last is `done`, or has the first
        `difference`. Stop iterating to stop the work.
        """
        async for response in self._connection.stream(calls.verify_history(self.id)):
            yield Verification(response)

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
        etag: str = "",
        request_id: str = "",
    ) -> Snapshot:
        """Set some parameters, or all, as one update; return that update.

        `values` are tuples of layer, unit, source and value as in `set_weight`; `weights` and
        `biases` whole layers by their numbers, from 1: a matrix [units, inputs], and where the
        network has biases a vector [units].
        """
        layers = calls.set_layers(weights or {}, biases or {})
        call = calls.set_weights(self.id, values, layers, etag, request_id)
        return Snapshot((await self._connection.call(call)).update)

    async def reset(
        self,
        *,
        weights: Sequence[MatrixLike] = (),
        biases: Sequence[VectorLike] = (),
        etag: str = "",
        request_id: str = "",
        **recipe: Unpack[RecipeOptions],
    ) -> Reset:
        """Make all parameters anew, as one update, and return it with the seed.

        By default as the network's own initial ones, with a new seed; `initializer`, `seed`, `low`
        and `high` as of `create_network`; or `weights` and `biases` are given for each layer.
        Optimizers begin anew. A paused run goes on from there; refused while one is running.
        """
        parameters = layers_of(weights, biases)
        call = calls.reset_weights(self.id, recipe, parameters, etag, request_id)
        return Reset(await self._connection.call(call))

    async def compare(
        self, base: int, update: int | None = None, *, base_network: str = "", most: int = 100
    ) -> Comparison:
        """Set two updates side by side, by default with the latest.

        `base` is an update of `base_network` where that is given: another network with the same
        layers, such as the one that this was forked from. `most` of the changes come with it, the
        largest, 1 to 1,000; `changes` yields all of them.
        """
        call = calls.compare_updates(self.id, base, update, base_network, most)
        return Comparison(await self._connection.call(call))

    def changes(
        self, base: int, update: int | None = None, *, base_network: str = ""
    ) -> AsyncIterator[WeightChange]:
        """Yield all parameters that differ between two updates, the largest change first.

        `base_network` as in `compare`.
        """
        pages = calls.list_changes(self.id, base, update, base_network)
        return self._connection.pages(pages, WeightChange)

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
        call = calls.trace_update(
            self.id,
            update=update,
            next_update=next_update,
            settings=calls.step_settings(training_set, settings),
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
        call = calls.walk_update(
            self.id,
            update=update,
            next_update=next_update,
            settings=calls.step_settings(training_set, settings),
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
        call = calls.explain_weight(
            self.id,
            layer,
            unit,
            source,
            update=update,
            next_update=next_update,
            settings=calls.step_settings(training_set, settings),
            first_position=first_position,
            position_count=position_count,
        )
        return Explanation(await self._connection.call(call))

    def _run(self, message: RunMessage) -> AsyncRun:
        return AsyncRun(self._connection, message, self.uid)
