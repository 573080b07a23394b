"""Clients that call at random, repeat what was not answered, and keep what they know of it."""

import itertools
import random
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import grpc
from call_checker import Call, Certainty, ForkCall, Kind
from calls import refusal, settings
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from patience import PATIENCE
from watch_reading import CHANNEL, RETRIED, shown

#: Training on these takes long enough for others to come in between.
EXAMPLES = 200

#: Answers that say that a call did not happen.
REFUSALS = {
    "NETWORK_EXISTS",
    "NETWORK_NOT_FOUND",
    "NO_PAUSED_RUN",
    "RUN_NOT_FOUND",
    "RUN_NOT_OVER",
    "RUN_OVER",
    "STALE_ETAG",
    "UPDATE_OUT_OF_RANGE",
}

#: Of a connection that no other client shares.
_OWN_CHANNEL = [*CHANNEL, ("grpc.use_local_subchannel_pool", 1)]

_OPTIMIZERS = [
    None,
    run_pb2.Optimizer(kind=run_pb2.OPTIMIZER_KIND_MOMENTUM),
    run_pb2.Optimizer(kind=run_pb2.OPTIMIZER_KIND_ADAM),
]


@dataclass(slots=True)
class Asked:
    """A call with a request id: when it was first made and when it was answered, in ticks.

    `response` is None where it was refused, or given up without an answer; `lost` counts the
    attempts of which its client does not know what came of them.
    """

    rpc: str
    request: Any
    begun: int
    ended: float = inf
    response: Any = None
    reason: str = ""
    lost: int = 0

    @property
    def network(self) -> str:
        return str(self.request.network)

    @property
    def certainty(self) -> Certainty:
        """How often it happened, whichever network it met."""
        if self.response is not None:
            return Certainty.ONCE
        if not self.reason:
            return Certainty.AT_MOST_ONCE
        return Certainty.HARDLY if self.lost else Certainty.NEVER


@dataclass(frozen=True, slots=True)
class Life:
    """When a network that is there was created: begun and ended, in ticks."""

    begun: float
    ended: float

    def certainty(self, asked: Asked) -> Certainty:
        """Return how often a call happened to this network, and not to another with its id."""
        if asked.certainty is not Certainty.ONCE or asked.begun > self.ended:
            return asked.certainty
        return Certainty.NEVER if asked.ended < self.begun else Certainty.AT_MOST_ONCE


class Record:
    """All that clients did, in order, and a clock that ticks with each call and answer."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.changed = threading.Condition()
        self._ticks = itertools.count(1)
        self._values = itertools.count(1)

    def tick(self) -> int:
        return next(self._ticks)

    def value(self) -> float:
        """Return a value that nobody has used."""
        return next(self._values) / 1_024

    def add(self, asked: Asked) -> None:
        with self.changed:
            self.asked.append(asked)
            self.changed.notify_all()

    def wait_for(self, count: int) -> None:
        """Wait until there are so many calls."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.asked) >= count, PATIENCE)

    def of(self, network: str, *rpcs: str) -> list[Asked]:
        """Return the calls about a network, all of them or only those."""
        return [
            asked
            for asked in self.asked
            if asked.network == network and (not rpcs or asked.rpc in rpcs)
        ]

    def life(self, network: network_pb2.Network) -> Life:
        """Return when a network was created; what is not known may be any time."""
        for asked in self.of(network.network, "CreateNetwork"):
            if asked.response and asked.response.network.uid == network.uid:
                return Life(asked.begun, asked.ended)
        return Life(0, inf)


class Client:
    """Makes a number of calls, at random, in a thread of its own."""

    def __init__(
        self, target: str, names: Sequence[str], record: Record, calls: int, choices: random.Random
    ) -> None:
        self._target = target
        self._names = names
        self._record = record
        self._calls = calls
        self._choices = choices
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._call_on, daemon=True)

    def start(self) -> "Client":
        self._thread.start()
        return self

    def join(self) -> None:
        """Wait until all calls are made. Raises what went wrong."""
        self._thread.join(self._calls * PATIENCE)
        if self._failure is not None:
            raise self._failure

    def _call_on(self) -> None:
        try:
            with grpc.insecure_channel(self._target, options=_OWN_CHANNEL) as channel:
                stub = TrainingServiceStub(channel)
                for _ in range(self._calls):
                    self._record.add(self._ask(stub))
        except Exception as failure:  # noqa: BLE001 (raised where it is joined)
            self._failure = failure

    def _ask(self, stub: TrainingServiceStub) -> Asked:
        """Make a call about one of the networks, until it is answered or given up."""
        name = self._choices.choice(self._names)
        rpc, request = self._next(name, self._look(stub, name))
        request.request_id = f"call-{self._choices.getrandbits(64):x}"
        asked = Asked(rpc, request, self._record.tick())
        while not self._attempt(stub, asked):
            asked.lost += 1
            if self._choices.random() < 0.1:
                return asked  # it is in a hurry, and never asks again
        asked.ended = self._record.tick()
        return asked

    def _attempt(self, stub: TrainingServiceStub, asked: Asked) -> bool:
        """Make an attempt, and return whether it was answered."""
        try:
            asked.response = getattr(stub, asked.rpc)(
                asked.request, wait_for_ready=True, timeout=PATIENCE
            )
        except grpc.RpcError as error:
            if error.code() in RETRIED:
                return False
            asked.reason = refusal(error).reason
            if asked.reason not in REFUSALS:
                raise
        return True

    def _look(self, stub: TrainingServiceStub, name: str) -> network_pb2.Network | None:
        request = pb.GetNetworkRequest(network=name)
        while True:
            try:
                return stub.GetNetwork(request, wait_for_ready=True, timeout=PATIENCE).network
            except grpc.RpcError as error:
                if error.code() is grpc.StatusCode.NOT_FOUND:
                    return None
                if error.code() not in RETRIED:
                    raise

    def _next(self, name: str, network: network_pb2.Network | None) -> tuple[str, Any]:
        if network is None:
            return self._creation(name)
        how_often: dict[Callable[[network_pb2.Network], tuple[str, Any]], int] = {
            self._step: 40,
            self._training: 10,
            self._pausing: 14,
            self._resuming: 8,
            self._cancelling: 6,
            self._edit: 14,
            self._fork: 5,
            self._deletion: 1,
        }
        (choose,) = self._choices.choices(list(how_often), list(how_often.values()))
        rpc, request = choose(network)
        if rpc != "ForkNetwork" and self._choices.random() < 0.2:
            request.etag = network.etag
        return rpc, request

    def _creation(self, name: str) -> tuple[str, Any]:
        initializer = network_pb2.Initializer(seed=self._choices.getrandbits(32))
        return "CreateNetwork", pb.CreateNetworkRequest(
            network=name, layer_sizes=(2, 5, 1), initializer=initializer
        )

    def _step(self, network: network_pb2.Network) -> tuple[str, Any]:
        # What takes one segment is answered at once; more of them are carried out by threads.
        most = self._choices.choice([1, 10, 1_000])
        opens = self._choices.random() < (0.02 if network.active_run else 0.98)
        return "Step", pb.StepRequest(
            network=network.network,
            count=self._choices.randint(1, most),
            settings=self._settings(2_000) if opens else None,
        )

    def _training(self, network: network_pb2.Network) -> tuple[str, Any]:
        return "Train", pb.TrainRequest(network=network.network, settings=self._settings(1_000))

    def _settings(self, most_updates: int) -> run_pb2.TrainingSettings:
        return settings(
            "slow",
            rate=0.01,
            batch_size=self._choices.choice([EXAMPLES, EXAMPLES - 7]),
            epochs=10**6,
            shuffle_seed=self._choices.choice([None, 1]),
            optimizer=self._choices.choice(_OPTIMIZERS),
            stop=run_pb2.StopCondition(max_updates=self._choices.randint(1, most_updates)),
        )

    def _pausing(self, network: network_pb2.Network) -> tuple[str, Any]:
        return "PauseRun", pb.PauseRunRequest(network=network.network, run=_run(network))

    def _resuming(self, network: network_pb2.Network) -> tuple[str, Any]:
        return "ResumeRun", pb.ResumeRunRequest(network=network.network, run=_run(network))

    def _cancelling(self, network: network_pb2.Network) -> tuple[str, Any]:
        return "CancelRun", pb.CancelRunRequest(network=network.network, run=_run(network))

    def _edit(self, network: network_pb2.Network) -> tuple[str, Any]:
        weight = pb.WeightValue(layer=1, unit=0, input=0, value=self._record.value())
        return "SetWeights", pb.SetWeightsRequest(network=network.network, weights=[weight])

    def _fork(self, network: network_pb2.Network) -> tuple[str, Any]:
        # The server gives it an id, so that nothing hinders it from being there twice.
        update = self._choices.choice([None, self._choices.randint(0, network.latest_update)])
        label = f"f{self._choices.getrandbits(64):x}"
        return "ForkNetwork", pb.ForkNetworkRequest(
            network=network.network, update=update, labels={"fork": label}
        )

    def _deletion(self, network: network_pb2.Network) -> tuple[str, Any]:
        return "DeleteNetwork", pb.DeleteNetworkRequest(network=network.network)


def _run(network: network_pb2.Network) -> int:
    """Return the number of the run that is not over, or of one that is, if there was any."""
    return network.active_run or 1


_KINDS = {
    "SetWeights": Kind.EDIT,
    "Step": Kind.STEP,
    "Train": Kind.TRAIN,
    "ResumeRun": Kind.RESUME,
    "PauseRun": Kind.PAUSE,
    "CancelRun": Kind.CANCEL,
    "CreateNetwork": Kind.CREATE,
    "DeleteNetwork": Kind.DELETE,
}


def call_of(asked: Asked, certainty: Certainty) -> Call:
    """Return a call, which is not a fork, as the checker knows it."""
    kind, request, response = _KINDS[asked.rpc], asked.request, asked.response
    opens = kind is Kind.TRAIN or (kind is Kind.STEP and request.HasField("settings"))
    if kind is Kind.EDIT:
        updates = (shown(response.update),) if response else ()
        value = struct.pack("=d", request.weights[0].value)
        return Call(kind, certainty, value, most=1, updates=updates)
    if not response or kind in {Kind.CREATE, Kind.DELETE}:
        return Call(kind, certainty, opens=opens)
    run = response.run
    return Call(
        kind,
        certainty,
        opens=opens,
        most=request.count if kind is Kind.STEP else 0,
        run=run.run,
        state=run_pb2.RunState.Name(run.state).removeprefix("RUN_STATE_"),
        updates_done=run.updates_done,
        updates=tuple(map(shown, response.updates)) if kind is Kind.STEP else (),
    )


def fork_of(asked: Asked) -> ForkCall:
    """Return a call that forks as the checker knows it."""
    uid = asked.response.network.uid if asked.response else ""
    return ForkCall(asked.request.labels["fork"], asked.certainty, uid)
