"""Watchers as clients have them: they read, resume by themselves, stall, and keep all they saw."""

import struct
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from clearprop.v1 import network_pb2, run_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from grpc_status import rpc_status
from patience import PATIENCE
from watch_checker import Item, Mark, Shown, Stream, Turn

#: A channel that finds a server as soon as it is there, and takes in little that is not read.
#: `min_reconnect_backoff_ms` is the time that an attempt to connect may take, not a pause.
CHANNEL = [
    *((f"grpc.{which}_reconnect_backoff_ms", 20) for which in ("initial", "max")),
    ("grpc.max_receive_message_length", 64 * 2**20),
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 16 * 2**10),
]

#: A server that stops ends some calls with CANCELLED.
RETRIED = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}

_KINDS = {
    number: name.removeprefix("UPDATE_KIND_") for name, number in update_pb2.UpdateKind.items()
}


def items_of(part: pb.WatchUpdatesResponse) -> list[Item]:
    """Return what a message delivers."""
    if part.HasField("updates"):
        return [shown(update) for update in part.updates.updates]
    if part.HasField("columns"):
        return list(shown_in(part.columns))
    if part.HasField("run_event"):
        event, run = part.run_event, part.run_event.run
        state = run_pb2.RunState.Name(run.state).removeprefix("RUN_STATE_")
        return [Turn(event.event, event.update, run.run, state, run.updates_done)]
    return [Mark(part.bookmark.latest_update)]


def shown(update: update_pb2.Update) -> Shown:
    """Return an update as a neutral record."""
    cost = struct.pack("=d", update.cost) if update.HasField("cost") else b""
    return Shown(update.update, _KINDS[update.kind], update.run, cost, flat(update.layers))


def shown_in(columns: update_pb2.UpdateColumns) -> Iterator[Shown]:
    """Return the updates of a message of columns."""
    kind = _KINDS[columns.kind]
    costs, parameters = (array("d", numbers) for numbers in (columns.costs, columns.parameters))
    width = len(parameters) // columns.count
    for index in range(columns.count):
        yield Shown(
            columns.first_update + index * columns.stride,
            kind,
            columns.run,
            costs[index : index + 1].tobytes(),
            parameters[index * width : (index + 1) * width].tobytes(),
        )


def flat(layers: Iterable[network_pb2.LayerParameters]) -> bytes:
    """Return the bytes of all parameters, layer after layer."""
    return b"".join(
        array("d", numbers).tobytes()
        for layer in layers
        for numbers in (layer.weights, layer.biases)
    )


@contextmanager
def reconnecting(target: str) -> Iterator[TrainingServiceStub]:
    """A stub that finds its server again as soon as it is back."""
    with grpc.insecure_channel(target, options=CHANNEL) as channel:
        yield TrainingServiceStub(channel)


class Reading:
    """What one watcher has read, over all its streams, and where it goes on."""

    def __init__(
        self,
        network: network_pb2.Network,
        *,
        start: int | None = 0,
        stride: int = 1,
        parameters: bool = True,
        columns: bool = False,
    ) -> None:
        self.network = network
        self.start = start
        self.stride = stride
        self.parameters = parameters
        self.columns = columns
        self.streams: list[Stream] = []
        self.last_update = -1
        self.last_turn: Turn | None = None
        self.updates = 0
        self.told_to_retry = False

    @property
    def last_state(self) -> str:
        """The state that the last run event told of."""
        return self.last_turn.state if self.last_turn else ""

    def begin(self) -> pb.WatchUpdatesRequest:
        """Begin the next stream, and return what it asks for."""
        self.streams.append(Stream(self.start, self.stride, self.parameters))
        has_read = self.last_update >= 0
        return pb.WatchUpdatesRequest(
            received=pb.ReceivedUpdate(update=self.last_update) if has_read else None,
            network=self.network.network,
            uid=self.network.uid,
            start_update=self.start,
            stride=self.stride,
            detail=update_pb2.DETAIL_PARAMETERS if self.parameters else update_pb2.DETAIL_COST,
            encoding=pb.ENCODING_COLUMNS if self.columns else pb.ENCODING_UPDATES,
        )

    def take(self, part: pb.WatchUpdatesResponse) -> None:
        """Keep what a message delivers."""
        for item in items_of(part):
            self.streams[-1].items.append(item)
            if isinstance(item, Shown):
                self.last_update = item.number
                self.start = item.number + 1
                self.updates += 1
            elif isinstance(item, Turn):
                self.last_turn = item
            elif self.start is None:
                self.start = item.latest + 1

    def end(self, error: grpc.RpcError) -> bool:
        """Note how the stream was ended; return whether a client would resume it.

        A server that stops cancels calls that it has not begun to answer, without a word.
        """
        stream, call = self.streams[-1], _as_call(error)
        # A call that is cancelled here while a refusal arrives has the refusal's details.
        is_cancelled = call.code() is grpc.StatusCode.CANCELLED
        status = None if is_cancelled else rpc_status.from_call(call)
        info, retry = ErrorInfo(), RetryInfo()
        self.told_to_retry = False
        for detail in status.details if status else ():
            detail.Unpack(info)
            self.told_to_retry |= detail.Unpack(retry)
        stream.reason = info.reason
        stream.said = {name: int(said) for name, said in info.metadata.items() if said.isdigit()}
        if info.reason == "HISTORY_COMPACTED":
            self.start = stream.said["earliest_update"]
            return True
        if call.code() not in RETRIED:
            stream.reason = stream.reason or str(call.code())
        return call.code() in RETRIED


def _as_call(error: grpc.RpcError) -> Any:
    return error  # it is a grpc.Call as well, which its type does not say


class Watcher:
    """Watches in a thread of its own until it is cancelled, or its network is deleted."""

    def __init__(self, target: str, reading: Reading) -> None:
        self.reading = reading
        self.changed = threading.Condition()
        self._target = target
        self._reads = threading.Event()
        self._reads.set()
        self._call: Any = None
        self._wanted = False
        self._thread = threading.Thread()

    def start(self) -> "Watcher":
        """Watch, or watch again from after what was read last."""
        self._wanted = True
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def stall(self) -> None:
        """Read nothing more for now."""
        self._reads.clear()

    def read_on(self) -> None:
        self._reads.set()

    def cancel(self) -> None:
        """End the watch, and wait until it has ended."""
        with self.changed:
            self._wanted = False
            if self._call is not None:
                self._call.cancel()
        self._reads.set()
        self.join()

    def join(self) -> None:
        """Wait until the watch has ended."""
        self._thread.join(PATIENCE)
        assert not self.watches, "a watch does not end"

    @property
    def watches(self) -> bool:
        return self._thread.is_alive()

    def wait_for(self, condition: Callable[[Reading], bool]) -> None:
        """Wait until what was read fulfils a condition, as long as more updates come."""
        with self.changed:
            while not condition(self.reading):
                read = self.reading.updates
                comes = self.changed.wait_for(
                    lambda: condition(self.reading) or self.reading.updates > read,  # noqa: B023
                    PATIENCE,
                )
                assert comes, f"no more comes to a watcher after {self.reading.last_update}"

    def _watch(self) -> None:
        with reconnecting(self._target) as stub:
            while self._wanted and self._read_stream(stub):
                pass

    def _read_stream(self, stub: TrainingServiceStub) -> bool:
        """Read a stream to its end; return whether to go on with another."""
        with self.changed:
            self._call = stub.WatchUpdates(self.reading.begin(), wait_for_ready=True)
            if not self._wanted:
                self._call.cancel()
        try:
            while True:
                self._reads.wait()
                part = next(self._call)
                with self.changed:
                    self.reading.take(part)
                    self.changed.notify_all()
        except grpc.RpcError as error:
            with self.changed:
                resumes = self.reading.end(error)
                self.changed.notify_all()
            return resumes


def under_way(watchers: Iterable[Watcher]) -> list[Stream]:
    """Return the streams of which something has come: they cannot outlive their server."""
    streams = [watcher.reading.streams[-1] for watcher in watchers if watcher.reading.streams]
    return [stream for stream in streams if stream.items]
