"""What the domain needs from outside: a store, an executor, a clock."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from training.intent import Intent, PausedRun
from training.network import Network
from training.run import Run, RunState
from training.snapshots import Snapshots
from training.training_set import Examples, TrainingSet
from training.update import Addition, Head, Keyframe, RunEvent, Segment, SegmentOutline

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """A request that was carried out, and what it was answered.

    `digest` is that of the whole request, `content` the answer in the service's own encoding.
    """

    request_id: str
    digest: bytes
    content: bytes
    create_time: datetime


class Reader(Protocol):
    """One consistent view of the store; short-lived, used by one thread.

    What does not read back as it was written raises DamagedHistory, whatever is read. A `limit` is
    at least 1; arrays are read-only. Segments, outlines and keyframes that are asked for from an
    update before the earliest kept one raise HistoryCompacted, and nothing before it is shown: the
    segment that it lies in begins with it. Runs and their events are all kept.
    """

    def network(self, network_id: str) -> Network:
        """Return the network that has this id now. Raises NetworkNotFound."""

    def network_by_uid(self, uid: str) -> Network:
        """Return a network by its identity. Raises NetworkNotFound, also when it was deleted."""

    def networks(self, after: str, limit: int) -> list[Network]:
        """Return up to `limit` networks with ids greater than `after`, ordered by id."""

    def count_networks(self) -> int:
        """Return how many networks there are."""

    def head(self, uid: str) -> Head:
        """Return where the network's history stands. Raises NetworkNotFound."""

    def run(self, uid: str, number: int) -> Run:
        """Return a run. Raises RunNotFound."""

    def runs(self, uid: str, before: int | None, limit: int) -> list[Run]:
        """Return up to `limit` runs with numbers below `before` (None: all), latest first."""

    def active_runs(self) -> list[Run]:
        """Return the runs of all networks that are PENDING or RUNNING."""

    def wanted_state(self, uid: str, number: int) -> RunState | None:
        """Return the state that a client has asked an active run to take; None for none."""

    def training_set(self, set_id: str) -> TrainingSet:
        """Return the training set that has this id now. Raises TrainingSetNotFound."""

    def training_set_by_uid(self, uid: str) -> TrainingSet:
        """Return a set by its identity, also a deleted one that history refers to.

        Raises TrainingSetNotFound.
        """

    def examples(self, uid: str) -> Examples:
        """Return the numbers of a training set, read-only, also of a deleted one.

        Raises TrainingSetNotFound, and DamagedHistory when they do not read back as written.
        """

    def training_sets(self, after: str, limit: int) -> list[TrainingSet]:
        """Return up to `limit` sets with ids greater than `after`, ordered by id."""

    def count_training_sets(self) -> int:
        """Return how many training sets there are, deleted ones not counted."""

    def run_using(self, training_set_uid: str) -> Run | None:
        """Return a run that is not over and trains on this set; None when there is none."""

    def segments(self, uid: str, first: int, last: int, limit: int) -> list[Segment]:
        """Return, in order, up to `limit` segments that overlap the updates `first` to `last`.

        Raises DamagedHistory, with the range of updates, for one that does not read back as it
        was written.
        """

    def outlines(self, uid: str, first: int, last: int, limit: int) -> list[SegmentOutline]:
        """Return the outlines of the segments that `segments` would return, reading no costs.

        Raises DamagedHistory, with the range of updates, for one that does not read back as it
        was written; damage to the costs themselves is not seen.
        """

    def keyframe(self, uid: str, update: int) -> Keyframe:
        """Return the latest keyframe at or before `update`.

        Raises DamagedHistory when it does not read back as written, or when there is none.
        """

    def keyframes(self, uid: str, first: int, last: int, limit: int) -> list[Keyframe]:
        """Return, in order, up to `limit` keyframes of the updates `first` to `last`.

        Raises DamagedHistory, with the update, for one that does not read back as it was written.
        """

    def run_events(self, uid: str, update: int, after_event: int, limit: int) -> list[RunEvent]:
        """Return, in order, up to `limit` events whose place is at or after `update`.

        Only events with numbers greater than `after_event`.
        """

    def answer(self, request_id: str) -> Answer | None:
        """Return what a request was answered, if it was carried out in the last 7 days."""


class Writer(Reader, Protocol):
    """One transaction: reads see its own writes; all of it happens, or nothing."""

    def add_network(self, network: Network, segment: Segment, keyframe: Keyframe) -> Head:
        """Store a new network with its update 0. Raises NetworkExists."""

    def set_labels(self, uid: str, labels: dict[str, str]) -> None:
        """Replace a network's labels. Raises NetworkNotFound."""

    def delete_network(self, uid: str) -> None:
        """Hide a network at once; its rows are removed later, in pieces. Raises NetworkNotFound."""

    def add_training_set(self, training_set: TrainingSet, examples: Examples) -> None:
        """Store a training set. Raises TrainingSetExists."""

    def delete_training_set(self, uid: str) -> None:
        """Hide a set; it is kept for as long as a run refers to it. Raises TrainingSetNotFound."""

    def append(self, addition: Addition) -> RunState | None:
        """Add to a network's history and return the state that its run is wanted to take.

        Raises HeadMoved when the stored head is not the one that the addition was made for, and
        NetworkNotFound when the network was deleted. A run that is stored in a state that is not
        active loses its wanted state. Raises ValueError for an addition that would leave a gap.
        """

    def compact(self, uid: str, keyframe: Keyframe) -> Head:
        """Let go of all updates before that of a keyframe, and return the head that is left.

        They are hidden at once, and removed later, in pieces. The keyframe is stored unless the
        update has one; the head gets a new token. Nothing happens where the history begins there
        or later already. Raises NetworkNotFound, and ValueError for an update that there is not.
        """

    def want(self, uid: str, number: int, state: RunState) -> None:
        """Ask whoever executes a run to let it take another state. Raises RunNotFound.

        Nothing happens to a run that is not active.
        """

    def remember(self, answer: Answer) -> None:
        """Keep what a request was answered, for 7 days; it takes the place of an earlier answer."""


class Store(Protocol):
    """Where networks, training sets and histories are kept.

    Every method may be called from any thread.
    """

    @property
    def kind(self) -> str:
        """A word for people: `sqlite` or `memory`."""

    def read(self) -> AbstractContextManager[Reader]:
        """Open a view of what is committed at a moment up to its first read.

        Raises StoreUnavailable, also from within the block, and DamagedHistory when the database
        itself is damaged. Close it before sending anything anywhere.
        """

    def write(self, work: Callable[[Writer], T]) -> Future[T]:
        """Queue a piece of work for the next transaction.

        The future gets what `work` returns once it is durable, or what it raised, and then nothing
        of it was written; StoreUnavailable or StoreFull when the transaction could not be
        committed: its outcome is unknown, read again. Works are done in the order in which they
        were queued; several may share a transaction, each succeeds or fails alone. `work` is called
        once, in the store's own thread, and must be quick; not at all where its future was
        cancelled before.
        """

    def on_commit(self, listener: Callable[[Sequence[str]], None]) -> None:
        """Call `listener` after each commit with the uids of the networks that changed.

        It is called in the store's own thread, before the futures get their results, and must be
        quick. It carries no data: whoever hears it reads again.
        """

    def on_availability(self, listener: Callable[[bool], None]) -> None:
        """Call `listener` when the store turns out not to be writable, and when it is again.

        With False after a transaction that could not be committed, with True after the next one
        that could; in the store's own thread, before the futures get their results. It must be
        quick.
        """

    def maintain(self) -> bool:
        """Do one bounded piece of tidying up; return whether there may be more to do.

        It removes some of what was deleted or has expired, or makes one segment of small
        neighbours of the same run. That changes nothing but where segments begin and end: neither
        the head nor any update, nor what those see who have a view open. What does not read
        back as it was written stays as it is. While the store cannot be written it tries to.
        """

    def close(self) -> None:
        """Finish the queued work and close; nothing may be called afterwards."""


class Executor(Protocol):
    """Carries out runs in the background.

    What a run is to do is in the store alone: that it is active, where it stops, which state it is
    requested to take. Another process could carry on from there at any time.
    """

    def adopt(self) -> int:
        """Carry out every run that is active in the store and has no owner; return how many.

        Their heads get new tokens first: an earlier owner that still lives cannot write any more.
        """

    def start(self, uid: str, number: int) -> None:
        """Carry out an active run until it stops by itself or is requested to."""

    def paused(self, network_id: str) -> PausedRun | None:
        """Return the paused run of a network as far as this executor remembers it, None for none.

        It saves a caller the reading. It may be out of date: an intent that is made of it is
        refused then with HeadMoved or NetworkNotFound.
        """

    def begin(
        self, intent: Intent, write: Callable[[Writer, Addition], T]
    ) -> tuple[T, Snapshots | None]:
        """Have an intent written, and the run carried out from there.

        `write` appends the addition that it is given in a transaction, and returns the answer of
        the call. The addition holds the intent, and of what comes of it nothing, the beginning or
        all, as this executor finds best. Returned are that answer, once it is durable, and the
        updates in the addition, None where it has none. Raises what `write` raises, with HeadMoved
        and NetworkNotFound among it; then nothing is written, and nothing is carried out.
        """

    def stop(self) -> None:
        """Stop all runs at an update boundary, durable, and forget them; they stay active."""


class Clock(Protocol):
    """Time, so that tests can say what it is."""

    def now(self) -> datetime:
        """Return the time of day, in UTC."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never going back."""
