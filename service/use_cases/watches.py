"""Use case: watch a network. A watch is a cursor over the committed history, not a queue."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from weakref import WeakSet

from service.execution.wakeups import Wakeups
from service.reading.cache_uses import CacheUses
from service.reading.landmarks import ReceivedUpdate
from service.reading.selection import Detail, Selection
from service.reading.watch_cursor import WatchCursor, WatchScope
from service.reading.watch_reader import WatchReader, check_uid
from service.reading.watch_readings import WatchReadings
from service.reading.watched_items import WatchedItem
from service.threads import Threads
from service.use_cases.caller import CALLER
from service.use_cases.open_watch import OpenWatch
from training.errors import LimitExceeded, Violation, Violations
from training.limits import Limits
from training.network import Network
from training.network_rules import check_weight_place
from training.ports import Store

#: The maximum number of chosen parameters.
_MOST_PARAMETERS = 1_000


@dataclass(frozen=True, slots=True)
class WatchCommand:
    """A requested watch.

    `start_update` None: after the latest. `until_run` 0: without end. `uid` empty: not checked.
    `parameters` are the layer, the unit and the input (None: the bias) of the parameters to send;
    empty: all. `received` is the last update that the client has received, if any. `unknown` are
    the fields with unknown values.
    """

    network_id: str
    start_update: int | None = None
    detail: Detail = Detail.PARAMETERS
    stride: int = 1
    until_run: int = 0
    uid: str = ""
    parameters: Sequence[tuple[int, int, int | None]] = ()
    received: ReceivedUpdate | None = None
    unknown: tuple[Violation, ...] = ()


class Watches:
    """Opens watches of networks: first the history, then live, without a gap.

    Watches with the same selection at the same position share their items.
    """

    def __init__(
        self,
        store: Store,
        reader: WatchReader,
        wakeups: Wakeups,
        threads: Threads,
        limits: Limits,
    ) -> None:
        self._store = store
        self._reader = reader
        self._readings = WatchReadings(reader, threads)
        self._wakeups = wakeups
        self._threads = threads
        self._limits = limits
        self._watches: Counter[str] = Counter()
        self._open: WeakSet[OpenWatch] = WeakSet()

    @property
    def count(self) -> int:
        """The number of open watches."""
        return self._watches.total()

    @property
    def lag_seconds(self) -> float:
        """For how long the watch that is furthest behind has not had everything."""
        return max((watch.lag_seconds for watch in self._open), default=0.0)

    @property
    def cache_uses(self) -> CacheUses:
        """How often the items of a watch were read for another one."""
        return self._readings.uses

    async def open(self, command: WatchCommand) -> OpenWatch:
        """Return an open watch, which counts for the limits until it is closed.

        Raises InvalidFields, LimitExceeded, NetworkNotFound, RunNotFound, NetworkReplaced,
        UpdateOutOfRange, HistoryCompacted, HistoryLost, DamagedHistory, Draining.
        """
        self._wakeups.check()
        with ExitStack() as opened:
            opened.enter_context(self._counted(CALLER.get()))
            cursor, greeting = await self._threads.run(self._begin, command)
            watch = OpenWatch(self._readings, self._wakeups, cursor, greeting, opened.pop_all())
            self._open.add(watch)
            return watch

    @contextmanager
    def _counted(self, caller: str) -> Iterator[None]:
        for limit, count, where in (
            ("watches", self._watches.total(), ""),
            ("watches_of_client", self._watches[caller], " from this address"),
        ):
            most: int = getattr(self._limits, limit)
            if count >= most:
                raise LimitExceeded(
                    f"the limit of {most} watches{where} is reached: close another watch first",
                    limit=limit,
                    value=most,
                )
        self._watches[caller] += 1
        try:
            yield
        finally:
            self._watches[caller] -= 1
            if not self._watches[caller]:
                del self._watches[caller]

    def _begin(self, command: WatchCommand) -> tuple[WatchCursor, Sequence[WatchedItem]]:
        """Return the cursor of a new watch, and the items that it is sent first."""
        violations = Violations(command.unknown)
        _check(violations, command)
        with self._store.read() as reader:
            network = reader.network(command.network_id)
        parameters = _indices(violations, network, command)
        violations.refuse()
        check_uid(network, command.uid)
        selection = Selection(command.detail, command.stride, parameters)
        scope = WatchScope(network, selection, command.until_run)
        return self._reader.begin(scope, command.start_update, command.received)


def _check(violations: Violations, command: WatchCommand) -> None:
    violations.require(command.stride >= 1, "stride", f"must be at least 1, not {command.stride}")
    violations.require(
        command.until_run >= 0, "until_run", f"must be at least 0, not {command.until_run}"
    )
    received = command.received
    violations.require(
        received is None or received.update >= 0, "received.update", "must be at least 0"
    )
    violations.known("detail")
    violations.known("encoding")
    violations.require(
        len(command.parameters) <= _MOST_PARAMETERS,
        "parameters",
        f"must have at most {_MOST_PARAMETERS:,} entries (none for all), has"
        f" {len(command.parameters):,}",
    )
    violations.require(
        not command.parameters or command.detail is not Detail.COST,
        "parameters",
        "must be absent with detail COST, which sends no parameters",
    )


def _indices(violations: Violations, network: Network, command: WatchCommand) -> tuple[int, ...]:
    """Return the indices of the chosen parameters in the flat vector."""
    return tuple(
        network.shapes[layer - 1].place(unit, source)
        for index, (layer, unit, source) in enumerate(command.parameters[:_MOST_PARAMETERS])
        if check_weight_place(violations, f"parameters[{index}].", network, layer, unit, source)
    )
