"""Read-only views of the server's resources, shared by both forms of the client."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from clearprop.snapshots import Snapshot
from clearprop.table_infos import Preparation
from clearprop.training_warnings import TrainingWarning, warnings_of
from clearprop.v1 import network_pb2, run_pb2
from clearprop.validations import Validation, validated
from clearprop.values import enum_name, enum_word

RunT = TypeVar("RunT", bound="RunInfo")

_FINAL_STATES = frozenset(
    {
        run_pb2.RUN_STATE_SUCCEEDED,
        run_pb2.RUN_STATE_FAILED,
        run_pb2.RUN_STATE_CANCELLED,
    }
)


class NetworkInfo:
    """A network as it was last read; `message` is the message of the contract."""

    message: network_pb2.Network

    @property
    def id(self) -> str:
        """The network's id, chosen by the client that created it, or generated."""
        return self.message.network

    @property
    def uid(self) -> str:
        """A unique identity that is never reused, even if the id is."""
        return self.message.uid

    @property
    def layer_sizes(self) -> list[int]:
        """The sizes of the layers, inputs first, outputs last."""
        return list(self.message.layer_sizes)

    @property
    def activations(self) -> list[str]:
        """The activation of each layer after the inputs, such as `leaky-relu`."""
        return [enum_word(network_pb2.Activation, each) for each in self.message.activations]

    @property
    def has_biases(self) -> bool:
        """Whether every unit after the inputs has a bias."""
        return self.message.bias

    @property
    def cost_function(self) -> str:
        """What training minimizes, such as `cross-entropy`."""
        return enum_word(network_pb2.CostFunction, self.message.cost_function)

    @property
    def initializer(self) -> str:
        """The initializer of the parameters, such as `glorot`; `explicit` for given ones."""
        return enum_word(network_pb2.InitializerKind, self.message.initializer.kind)

    @property
    def seed(self) -> int | None:
        """The seed of the initial parameters; None if no random numbers were used."""
        initializer = self.message.initializer
        return initializer.seed if initializer.HasField("seed") else None

    @property
    def forked_from(self) -> network_pb2.Fork | None:
        """The `network` and `update` that it was forked from; None if it is not a fork."""
        return self.message.forked_from if self.message.HasField("forked_from") else None

    @property
    def parameter_count(self) -> int:
        """The number of parameters: weights, and biases if any."""
        return self.message.parameter_count

    @property
    def latest_update(self) -> int:
        """The number of the latest update; 0 for a network that has not been trained."""
        return self.message.latest_update

    @property
    def earliest_update(self) -> int:
        """The number of the earliest stored update; 0 unless updates were deleted."""
        return self.message.earliest_update

    @property
    def active_run(self) -> int | None:
        """The number of the run that is not over; None if there is none."""
        return self.message.active_run or None

    @property
    def create_time(self) -> datetime:
        """When the network was created, in UTC."""
        return self.message.create_time.ToDatetime(UTC)

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels, which are notes of clients."""
        return dict(self.message.labels)

    @property
    def preparation(self) -> Preparation | None:
        """How it turns columns into inputs; None before it is trained on named columns."""
        found = self.message.preparation
        return Preparation(found) if self.message.HasField("preparation") else None

    @property
    def etag(self) -> str:
        """A tag of the latest update and the run's state, for calls that change the network."""
        return self.message.etag

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.layer_sizes))
        return f"<{type(self).__name__} {self.id} {sizes} at update {self.latest_update}>"


class RunInfo:
    """A run as it was last read; `message` is the message of the contract."""

    def __init__(self, message: run_pb2.Run) -> None:
        self.message = message

    @property
    def network(self) -> str:
        """The id of the network."""
        return self.message.network

    @property
    def number(self) -> int:
        """The run's number, counting from 1 in each network."""
        return self.message.run

    @property
    def settings(self) -> run_pb2.TrainingSettings:
        """The settings, as a message of the contract."""
        return self.message.settings

    @property
    def optimizer(self) -> str:
        """The optimizer, such as `adam`; its parameters are in `settings`."""
        return enum_word(run_pb2.OptimizerKind, self.settings.optimizer.kind)

    @property
    def state(self) -> str:
        """PENDING, RUNNING or PAUSED, or the final SUCCEEDED, FAILED or CANCELLED."""
        return enum_name(run_pb2.RunState, self.message.state)

    @property
    def is_over(self) -> bool:
        """Whether the run is in a final state."""
        return self.message.state in _FINAL_STATES

    @property
    def first_update(self) -> int:
        """The number of the run's first update, even if it has not happened yet."""
        return self.message.first_update

    @property
    def latest_update(self) -> int:
        """The number of the run's latest update; first_update − 1 before the first one."""
        return self.message.latest_update

    @property
    def updates_done(self) -> int:
        """The number of updates so far."""
        return self.message.updates_done

    @property
    def total_updates(self) -> int:
        """The number of updates of the complete run; a stop condition can end it earlier."""
        return self.message.total_updates

    @property
    def epoch(self) -> int:
        """The epoch of the next example, counting from 1; the last epoch if all are complete."""
        return self.message.epoch

    @property
    def next_example(self) -> int:
        """The position of the next example in its epoch, from 0; 0 if all epochs are complete."""
        return self.message.next_example

    @property
    def latest_cost(self) -> float | None:
        """The cost of the latest update; None before the first."""
        return self.message.latest_cost if self.message.HasField("latest_cost") else None

    @property
    def non_finite_cost(self) -> int | None:
        """The number of the first update whose cost is infinite or NaN; None if there is none."""
        message = self.message
        return message.non_finite_cost if message.HasField("non_finite_cost") else None

    @property
    def end_reason(self) -> str | None:
        """Why the run is over, such as PATIENCE; None before that.

        ALL_EPOCHS, MAX_UPDATES, COST_REACHED or PATIENCE if it SUCCEEDED, DIVERGED, NON_FINITE_COST
        or ERROR if it FAILED, or CANCELLED.
        """
        reason = self.message.end_reason
        return enum_name(run_pb2.EndReason, reason) if reason else None

    @property
    def best(self) -> Validation | None:
        """The validation with the lowest cost so far; None if there is none."""
        return validated(self.message.best) if self.message.HasField("best") else None

    @property
    def latest_validation(self) -> Validation | None:
        """The latest evaluation on held-out examples; None before the first one."""
        message = self.message
        return (
            validated(message.latest_validation) if message.HasField("latest_validation") else None
        )

    @property
    def validation_examples(self) -> int:
        """The number of held-out examples; 0 without a validation."""
        return self.message.validation_examples

    @property
    def waiting_for(self) -> str:
        """Why an active run does not train now, such as a full store; else an empty text.

        Only for runs that were just read: `network.run(number)` and `network.runs()`.
        """
        return self.message.waiting_for

    @property
    def warnings(self) -> list[TrainingWarning]:
        """What the run is unlikely to learn, and what to do.

        Only for runs that were just read: `network.run(number)` and `run.refresh()`.
        """
        return warnings_of(self.message.warnings)

    @property
    def failure(self) -> run_pb2.Failure | None:
        """The reason if the run FAILED, as a message of the contract; None otherwise."""
        return self.message.failure if self.message.HasField("failure") else None

    @property
    def create_time(self) -> datetime:
        """When the run was created, in UTC."""
        return self.message.create_time.ToDatetime(UTC)

    @property
    def start_time(self) -> datetime | None:
        """When the run started, with its first update, in UTC; None before that."""
        message = self.message
        return message.start_time.ToDatetime(UTC) if message.HasField("start_time") else None

    @property
    def end_time(self) -> datetime | None:
        """When the run reached a final state, in UTC; None before that."""
        message = self.message
        return message.end_time.ToDatetime(UTC) if message.HasField("end_time") else None

    def __repr__(self) -> str:
        progress = f"{self.updates_done}/{self.total_updates}"
        return f"<{type(self).__name__} {self.number} of {self.network} {self.state} {progress}>"


class RunEvent:
    """A change of a run's state; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: run_pb2.RunEvent) -> None:
        self.message = message

    @property
    def number(self) -> int:
        """The event's number, counting from 1 in each network without a gap."""
        return self.message.event

    @property
    def update(self) -> int:
        """The number of the update after which the change happened."""
        return self.message.update

    @property
    def run(self) -> RunInfo:
        """The run directly after the change."""
        return RunInfo(self.message.run)

    def __repr__(self) -> str:
        return f"<RunEvent {self.number} after update {self.update}: {self.run}>"


@dataclass(frozen=True, slots=True)
class StepResult(Generic[RunT]):
    """The result of a step: the run, the updates and the network's etag after it.

    `updates` has all updates of the step, or the last ones that fit into 1 MiB.
    """

    run: RunT
    updates: list[Snapshot]
    etag: str
