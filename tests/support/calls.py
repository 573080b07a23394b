"""Short ways to say what tests say often, through the generated stub: the contract as it is."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from clearprop.v1 import network_pb2, run_pb2, training_set_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from grpc_status import rpc_status

_numbers = itertools.count(1)


def fresh_id(prefix: str = "net") -> str:
    """An id that no other test uses."""
    return f"{prefix}-{next(_numbers)}"


def settings(
    training_set: str = "xor",
    rate: float = 5.0,
    batch_size: int = 4,
    epochs: int = 100,
    **more: Any,
) -> run_pb2.TrainingSettings:
    return run_pb2.TrainingSettings(
        training_set=training_set,
        learning_rate=rate,
        batch_size=batch_size,
        epochs=epochs,
        **more,
    )


def create(
    stub: TrainingServiceStub, sizes: Sequence[int] = (2, 5, 1), seed: int = 7, **more: Any
) -> network_pb2.Network:
    return stub.CreateNetwork(
        pb.CreateNetworkRequest(
            network=fresh_id(),
            layer_sizes=sizes,
            initializer=network_pb2.Initializer(seed=seed),
            **more,
        )
    ).network


def train(stub: TrainingServiceStub, network: str, recipe: run_pb2.TrainingSettings) -> run_pb2.Run:
    """Train a network, and return the run when it is over."""
    run = stub.Train(pb.TrainRequest(network=network, settings=recipe)).run
    return wait_until_over(stub, run)


def state(stub: TrainingServiceStub, network: str, update: int | None = None) -> update_pb2.State:
    return stub.GetState(pb.GetStateRequest(network=network, update=update)).state


def bits(layers: Sequence[network_pb2.LayerParameters]) -> tuple[str, ...]:
    """The parameters, exactly."""
    return tuple(value.hex() for each in layers for value in (*each.weights, *each.biases))


def wait_until_over(stub: TrainingServiceStub, run: run_pb2.Run) -> run_pb2.Run:
    """Watch a run to its end, and return it as it then was."""
    ended = None
    for part in stub.WatchUpdates(
        pb.WatchUpdatesRequest(
            network=run.network, until_run=run.run, detail=update_pb2.DETAIL_COST, stride=2**40
        )
    ):
        if part.HasField("run_event"):
            ended = part.run_event.run
    assert ended is not None
    return ended


def wait_for_more(stub: TrainingServiceStub, network: str) -> None:
    """Wait until a network that trains has another update."""
    watch = stub.WatchUpdates(
        pb.WatchUpdatesRequest(network=network, detail=update_pb2.DETAIL_COST)
    )
    next(part for part in watch if part.HasField("updates"))
    watch.cancel()


def all_updates(
    stub: TrainingServiceStub, network: str, page_size: int = 0
) -> list[update_pb2.Update]:
    """Every update of a network, by pages."""
    updates: list[update_pb2.Update] = []
    token = ""
    while True:
        page = stub.ListUpdates(
            pb.ListUpdatesRequest(network=network, page_size=page_size, page_token=token)
        )
        updates += page.updates
        token = page.next_page_token
        if not token:
            return updates


@dataclass
class Seen:
    """What a watcher has been sent, in order."""

    updates: list[update_pb2.Update] = field(default_factory=list)
    events: list[tuple[int, int]] = field(default_factory=list)  # (event, place)
    order: list[str] = field(default_factory=list)
    bookmarks: list[int] = field(default_factory=list)

    def add(self, part: pb.WatchUpdatesResponse) -> None:
        if part.HasField("updates"):
            assert part.updates.updates, "a batch without updates"
            self.updates += part.updates.updates
            self.order += [f"u{update.update}" for update in part.updates.updates]
        elif part.HasField("run_event"):
            event = part.run_event
            self.events.append((event.event, event.update))
            self.order.append(run_pb2.RunState.Name(event.run.state).removeprefix("RUN_STATE_"))
        else:
            self.bookmarks.append(part.bookmark.latest_update)

    @property
    def numbers(self) -> list[int]:
        return [update.update for update in self.updates]


def read_until_broken(watch: Iterator[pb.WatchUpdatesResponse], seen: Seen) -> grpc.RpcError:
    """Read a watch until its server ends it, and return how."""
    try:
        for part in watch:
            seen.add(part)
    except grpc.RpcError as error:
        return error
    raise AssertionError("the watch ended by itself")


def watched(stub: TrainingServiceStub, request: pb.WatchUpdatesRequest) -> Seen:
    """Read a watch that ends by itself."""
    seen = Seen()
    for part in stub.WatchUpdates(request):
        seen.add(part)
    return seen


@dataclass(frozen=True)
class Refusal:
    """How a call was refused."""

    code: grpc.StatusCode
    message: str
    reason: str
    metadata: dict[str, str]
    fields: list[str]
    retry: bool


def refused(call: Callable[[], object]) -> Refusal:
    """Make a call that must be refused, and return how."""

    def finish() -> None:
        result = call()
        if isinstance(result, Iterator):
            for _ in result:
                pass

    with pytest.raises(grpc.RpcError) as raised:
        finish()
    return refusal(raised.value)


def refusal(error: grpc.RpcError) -> Refusal:
    call: Any = error  # it is a grpc.Call as well, which its type does not say
    status = rpc_status.from_call(call)
    assert status is not None, f"no details: {error}"
    info, bad, retry = ErrorInfo(), BadRequest(), RetryInfo()
    found_retry = False
    for detail in status.details:
        found_retry |= detail.Unpack(retry)
        detail.Unpack(info)
        detail.Unpack(bad)
    assert info.domain == "clearprop"
    assert info.reason
    return Refusal(
        call.code(),
        call.details(),
        info.reason,
        dict(info.metadata),
        [violation.field for violation in bad.field_violations],
        found_retry,
    )


def examples(
    rows: Sequence[tuple[Sequence[float], Sequence[float]]],
) -> list[training_set_pb2.Example]:
    return [training_set_pb2.Example(inputs=inputs, targets=targets) for inputs, targets in rows]
