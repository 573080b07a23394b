# Generated from clearprop/_async/networks.py by `make client`: change that file.
"""A network as a handle."""

from collections.abc import Iterator, Mapping
from typing import Self, Unpack

from clearprop._sync.exports import Export
from clearprop._sync.network_edits import NetworkEdits
from clearprop._sync.network_history import NetworkHistory
from clearprop._sync.network_inspection import NetworkInspection
from clearprop._sync.runs import Run
from clearprop.calls import networks, runs
from clearprop.infos import StepResult
from clearprop.keywords import check_methods
from clearprop.options import FormatName, StepOptions, TrainingOptions, UnitName
from clearprop.snapshots import Snapshot
from clearprop.v1.run_pb2 import Run as RunMessage


@check_methods
class Network(NetworkHistory, NetworkInspection, NetworkEdits):
    """A network. The properties say what was true when it was last read.

    Every method raises ClearpropError when the service refuses or cannot be reached. Calls that
    change the network take an `etag`, with which they are refused when the network has changed
    since, and a `request_id`, which makes a call happen at most once: it is made up for each call,
    so give one only to repeat a call of an earlier process.
    """

    def refresh(self) -> Self:
        """Read the network anew and return it."""
        call = networks.get_network(self.id)
        response = self._connection.call(call)
        self.message = response.network
        return self

    def set_labels(
        self, labels: Mapping[str, str], *, etag: str = "", request_id: str = ""
    ) -> Self:
        """Replace the labels; return the network as it is then."""
        call = networks.set_labels(self.id, labels, etag, request_id)
        response = self._connection.call(call)
        self.message = response.network
        return self

    def fork(
        self,
        new_network: str = "",
        *,
        update: int | None = None,
        labels: Mapping[str, str] | None = None,
        request_id: str = "",
    ) -> "Network":
        """Make a network that begins as this one was at any update, by default the latest.

        Training goes on from there to the same bits; `forked_from` says where it comes from. It has
        an id of the server's where none is given, `labels` of its own, and none of this one's
        updates and runs. Changes nothing here; allowed while a run goes on.
        """
        call = networks.fork_network(self.id, update, new_network, labels, request_id)
        response = self._connection.call(call)
        return Network(self._connection, response.network)

    def delete(self, *, etag: str = "", request_id: str = "") -> None:
        """Delete the network with its whole history. Refused while a run is RUNNING."""
        call = networks.delete_network(self.id, etag, request_id)
        self._connection.call(call)

    def delete_updates(self, before: int, *, etag: str = "", request_id: str = "") -> Self:
        """Let go of all updates before number `before`, for good; return the network as it is then.

        What is kept stays as it is, to the bit, and a run goes on. Reading before is refused from
        then on. Nothing changes where the history begins there or later already.
        """
        call = networks.delete_updates(self.id, before, etag, request_id)
        response = self._connection.call(call)
        self.message = response.network
        return self

    def export(self, file_format: FormatName = "json", *, update: int | None = None) -> Export:
        """Ask for a file of the network at any update, by default the latest; it changes nothing.

        `json` is a document of all that it takes to make an equal network of it: see
        `import_network` of the client. `npz` has the parameters as arrays of NumPy, `onnx` the way
        from inputs to outputs in float64, `csv` the history up to the update, a line for each.
        """
        call = networks.export_network(self.id, file_format, update)
        return Export.begun(self._connection.stream(call))

    def train(
        self,
        training_set: str,
        *,
        etag: str = "",
        request_id: str = "",
        **settings: Unpack[TrainingOptions],
    ) -> Run:
        """Start a run in the background and return it; it goes on whether or not anyone watches.

        `learning_rate` is greater than 0, `batch_size` 1 to the number of examples in the set,
        `epochs` at least 1: ⌈epochs × examples / batch size⌉ updates.

        `optimizer` is `gradient-descent` (the default), `momentum`, `nesterov` or `adam`.
        `momentum` (0.9) belongs to `momentum` and `nesterov`; `beta1` (0.9), `beta2` (0.999) and
        `epsilon` (1e-8) belong to `adam`; `weight_decay` (0) to all. With `shuffle_seed` each epoch
        goes through the examples in an order of its own. The run ends early after the epoch whose
        examples' mean cost is less than `cost_below`, and after `max_updates`, where they are
        given. With `stop_on_non_finite_cost` it ends as FAILED after the first update with an
        infinite or NaN cost.
        """
        call = runs.train(self.id, training_set, settings, etag, request_id)
        response = self._connection.call(call)
        return self._run(response.run)

    def step(
        self,
        training_set: str = "",
        *,
        count: int = 1,
        unit: UnitName = "update",
        etag: str = "",
        request_id: str = "",
        **settings: Unpack[StepOptions],
    ) -> StepResult[Run]:
        """Advance by `count` updates or epochs and return when they are durable.

        With a training set and the settings of `train` it opens a new run, without any of them it
        continues the paused one. The run is then PAUSED, or over when it was complete.
        """
        new_run = runs.step_settings(training_set, settings)
        call = runs.step(self.id, new_run, count, unit, etag, request_id)
        response = self._connection.call(call)
        updates = [Snapshot(update) for update in response.updates]
        return StepResult(self._run(response.run), updates, response.etag)

    def run(self, number: int) -> Run:
        """Return a run by its number."""
        call = runs.get_run(self.id, number)
        response = self._connection.call(call)
        return self._run(response.run)

    def runs(self) -> Iterator[Run]:
        """Yield the runs, the latest first."""
        return self._connection.pages(runs.list_runs(self.id), self._run)

    def _run(self, message: RunMessage) -> Run:
        return Run(self._connection, message, self.uid)
