# Generated from clearprop/_async/networks.py by `make client`: change that file.
"""The handle of a network."""

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
    """A network. Its properties have the values from when it was last read.

    Every method raises ClearpropError if the service refuses the call or cannot be reached. Calls
    that change the network take two optional arguments. With an `etag`, the call is refused if the
    network has changed since the etag was read. A `request_id` makes a call take effect at most
    once. The client generates one for each call; pass one only to retry a call of an earlier
    process.
    """

    def refresh(self) -> Self:
        """Read the network again and return it."""
        call = networks.get_network(self.id)
        response = self._connection.call(call)
        self.message = response.network
        return self

    def set_labels(
        self, labels: Mapping[str, str], *, etag: str = "", request_id: str = ""
    ) -> Self:
        """Replace the labels; return the updated network."""
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
        """Create a network from any update of this one, by default the latest.

        Training the new network continues with the same bits. Its `forked_from` names this network
        and the update. `new_network` is its id; by default, the service generates one. It has
        labels, updates and runs of its own. This network is not changed, and a run may be RUNNING.
        """
        call = networks.fork_network(self.id, update, new_network, labels, request_id)
        response = self._connection.call(call)
        return Network(self._connection, response.network)

    def delete(self, *, etag: str = "", request_id: str = "") -> None:
        """Delete the network and its history. Fails while a run is RUNNING."""
        call = networks.delete_network(self.id, etag, request_id)
        self._connection.call(call)

    def delete_updates(self, before: int, *, etag: str = "", request_id: str = "") -> Self:
        """Delete all updates before number `before` permanently; return the updated network.

        The remaining updates keep their bits, and a run continues. Reading a deleted update is
        refused. If the history already starts at `before` or later, nothing changes.
        """
        call = networks.delete_updates(self.id, before, etag, request_id)
        response = self._connection.call(call)
        self.message = response.network
        return self

    def export(
        self,
        file_format: FormatName = "json",
        *,
        update: int | None = None,
        float32: bool = False,
    ) -> Export:
        """Export the network at any update, by default the latest, or its history.

        - `json`: everything that `import_network` of the client needs to create an equal network.
        - `npz`: the parameters as NumPy arrays.
        - `onnx`: the computation from inputs to outputs in float64.
        - `csv`: the history up to the update, one line for each update.
        - `safetensors`: the parameters, with the names of a PyTorch `Sequential`.
        - `c`: one file of C99 without dependencies, with a function `predict`.
        - `python`: one file of Python without dependencies, with a function `predict`.

        With `float32`, the numbers of `npz`, `onnx` and `safetensors` have 32 bits. The outputs of
        `c` and `python` equal those of `predict`, bit for bit.
        """
        call = networks.export_network(self.id, file_format, update, float32=float32)
        return Export.begun(self._connection.stream(call))

    def train(
        self,
        training_set: str,
        *,
        etag: str = "",
        request_id: str = "",
        **settings: Unpack[TrainingOptions],
    ) -> Run:
        """Start a run on the server and return it. The run continues if the client disconnects.

        - `learning_rate`: the factor of each step, greater than 0.
        - `batch_size`: the number of examples per update, from 1 to the size of the training set.
        - `epochs`: the number of passes through the set, at least 1.
        - `optimizer`: `gradient-descent` (the default), `momentum`, `nesterov`, `adam`, `rmsprop`,
          `adamw` or `adagrad`.
        - `momentum` (0.9): of `momentum` and `nesterov`.
        - `beta1` (0.9): of `adam` and `adamw`.
        - `beta2` (0.999; `rmsprop` 0.99): of `adam`, `adamw` and `rmsprop`.
        - `epsilon` (1e-8; `adagrad` 1e-10): of `adam`, `adamw`, `rmsprop` and `adagrad`.
        - `weight_decay` (0): the share of each parameter that is added to its gradient; with
          `adamw`, that is subtracted from it in proportion to the learning rate.
        - `decay_weights_only` (False): whether biases do not decay.
        - `dampening` (0): of `momentum`: after the first update, v ← μ·v + (1 − dampening)·g.
        - `l1` (0), `l2` (0): a penalty of weights that is a part of the cost: l1·Σ|w| + ½·l2·Σw².
        - `clip_value`, `clip_norm`: the maximum size of each number in the gradient, and its norm.
        - `frozen_layers` (1 is the first after the inputs), `frozen_biases`: what does not change.
        - `shuffle_seed`: shuffles the examples of each epoch; by default they are not shuffled.
        - `dropout`: the probability that a hidden unit is dropped for an example of an update, one
          for all hidden layers or one for each; `dropout_seed` (0) selects the units.
        - `cost_below`: ends the run after the first epoch whose mean cost is below this.
        - `max_updates`: ends the run after this number of updates.
        - `stop_on_non_finite_cost`: the run is FAILED after an update with an infinite or NaN cost.
        - `batch_mode`: what happens to a batch at the end of an epoch: `cross-epochs` (the
          default), `end-with-epoch` or `drop-last`.
        - `label_smoothing` (0): the share of each target that is spread over the classes.
        - `class_weights`: factors of examples' costs by class; two for the targets 0 and 1.
        - `schedule`: how the learning rate changes: `constant` (the default), `step`,
          `exponential`, `cosine`, `inverse-time`, `plateau` or `list`.
        - `schedule_unit`: the unit of its time: `epoch` (the default) or `update`.
        - `schedule_period`: of `step`, `cosine`, `inverse-time` and `list`; for `cosine`, the rest
          of the run by default.
        - `schedule_factor`: of `step` and `plateau` (0.1), `exponential` and `inverse-time`.
        - `schedule_minimum` (0): no learning rate after the warm-up is less.
        - `schedule_warmup` (0): the number of epochs or updates in which the rate rises at first.
        - `schedule_rates`: of `list`: the rates that follow after the learning rate.
        - `schedule_patience` (10), `schedule_min_delta` (0): of `plateau`: the time without an
          improvement of the validation cost after which the rate is reduced, and the least
          improvement.
        - `validation_share`: holds out this share of the examples, between 0 and 1, and evaluates
          the network on them after each epoch. `validation_seed` (0) chooses them.
        - `validation_folds`, `validation_fold`: holds out one of so many folds, from 1, instead.
        - `validation_set`: evaluates the network on another training set instead.
        - `validation_every` (1), `validation_unit` (`epoch`): the interval between validations, in
          epochs or, with `update`, in updates.
        - `patience`: ends the run after so many epochs without one better by `min_delta` (0).
        - `restore_best`: whether a run that succeeds returns to the weights of its best validation.
        """
        call = runs.train(self.id, training_set, settings, etag, request_id)
        return self._run((self._connection.call(call)).run)

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
        """Train for `count` updates or epochs, and return when they are durable.

        With a training set and the settings of `train`, a new run is started. Without them, the
        paused run continues. The run is PAUSED afterwards, or over if it is complete.
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
        """Yield the runs, latest first."""
        return self._connection.pages(runs.list_runs(self.id), self._run)

    def _run(self, message: RunMessage) -> Run:
        return Run(self._connection, message, self.uid)
