"""Watches: every watcher is a cursor over the committed history, never a queue."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from service.execution.wakeups import Wakeups
from service.reading.following import Bookmark, Cursor, Following, Place, Watched, check_uid
from service.reading.selecting import MESSAGE_BYTES, Detail, Selection
from service.reading.shared import Shared
from service.use_cases.caller import CALLER
from training.errors import Draining, LimitExceeded, Violation, Violations
from training.limits import Limits
from training.network import Network
from training.network_rules import check_weight_place
from training.ports import Store

#: What a watch yields first: it is accepted, and nothing of it has come yet.
ACCEPTED = b""

#: After this many seconds in which nothing happened a bookmark is sent.
BOOKMARK_SECONDS = 10.0

#: What has been read for watchers and may be read again by others, in bytes.
_SHARED_BYTES = 64 * 2**20

#: How many parameters can be chosen.
_MOST_PARAMETERS = 1_000

#: Makes of what is watched the messages of a face.
Encode = Callable[[Watched], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a face sends what is watched: `encode` makes its messages.

    A message takes up to `message_bytes`, or is one update.
    """

    encode: Encode
    message_bytes: int = MESSAGE_BYTES


@dataclass(frozen=True, slots=True)
class WatchCommand:
    """What a client wants to watch.

    `start_update` None: after the latest. `until_run` 0: never end. `uid` empty: not checked.
    `encoding` is None where the service does not know what is asked for. `parameters` are the
    layer, the unit and the input (None: the bias) of those that are to be sent; empty: all.
    `unknown` are the fields whose values the service does not know.
    """

    network_id: str
    encoding: Encoding | None
    start_update: int | None = None
    detail: Detail = Detail.PARAMETERS
    stride: int = 1
    until_run: int = 0
    uid: str = ""
    parameters: Sequence[tuple[int, int, int | None]] = ()
    unknown: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class _Messages:
    """What comes next at a place, encoded.

    `caught_up_at` is the version of the network's signal at which that was all there was, and more
    may come; None where there was more.
    """

    contents: tuple[bytes, ...]
    cursor: Cursor
    caught_up_at: int | None

    @property
    def nbytes(self) -> int:
        """How many bytes its messages have."""
        return sum(map(len, self.contents))


class Watches:
    """Lets clients follow networks: history first, then live, without a seam.

    Watchers at the same place who want the same share what is read, as the bytes that are sent.
    """

    def __init__(
        self, store: Store, following: Following, wakeups: Wakeups, limits: Limits
    ) -> None:
        self._store = store
        self._following = following
        self._wakeups = wakeups
        self._limits = limits
        self._watches: Counter[str] = Counter()
        self._shared: Shared[_Messages] = Shared(_SHARED_BYTES)

    async def watch(self, command: WatchCommand) -> AsyncGenerator[bytes, None]:
        """Yield the history from a place on, in order, without gap or duplicate, all durable.

        The first message is ACCEPTED; what is refused at once is refused before it.

        Raises InvalidFields, LimitExceeded, NetworkNotFound (also when the network is deleted
        later), RunNotFound, NetworkReplaced, UpdateOutOfRange, HistoryCompacted (also when the
        watcher falls behind what is kept), DamagedHistory, and Draining with the place to resume
        from.
        """
        self._wakeups.check()
        with self._counted():
            async for message in self._follow(command):
                yield message

    @contextmanager
    def _counted(self) -> Iterator[None]:
        caller = CALLER.get()
        for limit, count, where in (
            ("watches", self._watches.total(), ""),
            ("watches_of_client", self._watches[caller], " from this address"),
        ):
            most: int = getattr(self._limits, limit)
            if count >= most:
                raise LimitExceeded(
                    f"there are {most} watches{where}, which is the limit:"
                    " end one that is no longer needed",
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

    async def _follow(self, command: WatchCommand) -> AsyncGenerator[bytes, None]:
        clock = asyncio.get_running_loop().time
        place, greeting = await asyncio.to_thread(self._begin, command)
        yield ACCEPTED
        assert command.encoding is not None  # refused otherwise
        encode = command.encoding.encode
        with self._wakeups.listening(place.network.uid) as signal:
            for message in chain.from_iterable(map(encode, greeting)):
                yield message
            sent_at = clock()
            while not place.cursor.ended:
                self._check_draining(place)
                found = await self._next(place, encode, signal.version)
                place = replace(place, cursor=found.cursor)
                self._begin_next(place, encode, found, signal.version)
                for message in found.contents:
                    yield message
                    sent_at = clock()
                if found.caught_up_at == signal.version:
                    await signal.changed(signal.version, sent_at + BOOKMARK_SECONDS - clock())
                if clock() - sent_at >= BOOKMARK_SECONDS:
                    for message in encode(Bookmark(place.cursor.next_update - 1)):
                        yield message
                    sent_at = clock()

    def _check_draining(self, place: Place) -> None:
        if self._wakeups.draining:
            raise Draining(
                "the server is stopping: watch again from the update after the last one"
                " that you have read",
                next_update=place.cursor.next_update,
            )

    def _begin(self, command: WatchCommand) -> tuple[Place, list[Watched]]:
        """Return the place where a watcher begins, and what it is told before it reads on."""
        violations = Violations(command.unknown)
        _check(violations, command)
        with self._store.read() as reader:
            network = reader.network(command.network_id)
        parameters = _places(violations, network, command)
        violations.refuse()
        check_uid(network, command.uid)
        assert command.encoding is not None
        most = command.encoding.message_bytes
        selection = Selection(command.detail, command.stride, parameters, most)
        return self._following.begin(network, command.start_update, selection, command.until_run)

    async def _next(self, place: Place, encode: Encode, version: int) -> _Messages:
        key = (place.key, encode)
        kept = self._shared.kept(key)
        if kept is not None:
            still_holds = await asyncio.to_thread(self._following.still_holds, place)
            if still_holds:
                return kept
        return await self._shared.make(key, version, partial(self._read, place, encode, version))

    def _begin_next(self, place: Place, encode: Encode, found: _Messages, version: int) -> None:
        """Let what comes next be read while what was found is sent, where there is more."""
        if found.contents and found.caught_up_at is None and not place.cursor.ended:
            read = partial(self._read, place, encode, version)
            self._shared.begin((place.key, encode), version, read)

    def _read(self, place: Place, encode: Encode, version: int) -> _Messages:
        reading = self._following.read_on(place)
        is_all = reading.caught_up and not reading.cursor.ended
        return _Messages(
            tuple(chain.from_iterable(map(encode, reading.found))),
            reading.cursor,
            version if is_all else None,
        )


def _check(violations: Violations, command: WatchCommand) -> None:
    violations.require(command.stride >= 1, "stride", f"must be at least 1, is {command.stride}")
    violations.require(
        command.until_run >= 0, "until_run", f"must be at least 0, is {command.until_run}"
    )
    violations.known("detail")
    violations.require(
        command.encoding is not None, "encoding", "must be UPDATES or COLUMNS, or left out"
    )
    violations.require(
        len(command.parameters) <= _MOST_PARAMETERS,
        "parameters",
        f"must be up to {_MOST_PARAMETERS:,}, or empty for all, are {len(command.parameters):,}",
    )
    violations.require(
        not command.parameters or command.detail is not Detail.COST,
        "parameters",
        "must be left out with detail COST, which sends none",
    )


def _places(violations: Violations, network: Network, command: WatchCommand) -> tuple[int, ...]:
    """Return where the chosen parameters lie in the flat vector."""
    return tuple(
        network.shapes[layer - 1].place(unit, source)
        for index, (layer, unit, source) in enumerate(command.parameters[:_MOST_PARAMETERS])
        if check_weight_place(violations, f"parameters[{index}].", network, layer, unit, source)
    )
