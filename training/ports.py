"""The ports of the domain: a store, an executor, a clock."""

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Protocol, TypeVar

from training.access import Token
from training.audit import AuditEntry
from training.intent import Intent, PausedRun
from training.network import Network
from training.ownership import OwnershipReader, OwnershipStore, OwnershipWriter
from training.run import Run, RunState
from training.snapshots import Snapshots
from training.training_set import Examples, TrainingSet
from training.update import Addition, Head, Keyframe, RunEvent, Segment, SegmentOutline
from training.writes import Writes

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """The stored answer to a request.

    `digest` is the digest of the whole request, `content` the answer in the service's own encoding.
    """

    request_id: str
    digest: bytes
    content: bytes
    create_time: datetime


class Reader(OwnershipReader, Protocol):
    """One consistent view of the store; short-lived, used by one thread.

    Every method raises DamagedHistory for corrupt data. A `limit` is at least 1; arrays are
    read-only. Requests for segments, outlines or keyframes from an update before the earliest kept
    one raise HistoryCompacted, and the segment that contains the earliest kept update starts with
    it. Runs and their events are all kept.
    """

    def network(self, network_id: str) -> Network:
        """Return the network that has this id now. Raises NetworkNotFound."""

    def network_by_uid(self, uid: str) -> Network:
        """Return a network by its uid. Raises NetworkNotFound, also if it was deleted."""

    def networks(self, after: str, limit: int) -> list[Network]:
        """Return up to `limit` networks with ids greater than `after`, ordered by id."""

    def count_networks(self) -> int:
        """Return the number of networks."""

    def head(self, uid: str) -> Head:
        """Return the head of a network. Raises NetworkNotFound."""

    def heads(self, uids: Sequence[str]) -> list[Head]:
        """Return the heads of those of some networks that exist, in any order."""

    def run(self, uid: str, number: int) -> Run:
        """Return a run. Raises RunNotFound."""

    def runs(self, uid: str, before: int | None, limit: int) -> list[Run]:
        """Return up to `limit` runs with numbers less than `before` (None: all), latest first."""

    def active_runs(self) -> list[Run]:
        """Return the runs of all networks that are PENDING or RUNNING."""

    def count_runs(self) -> dict[RunState, int]:
        """Return how many runs of all networks are in each state that is not final."""

    def wanted_state(self, uid: str, number: int) -> RunState | None:
        """Return the requested state of an active run; None if there is none."""

    def training_set(self, set_id: str) -> TrainingSet:
        """Return the training set that has this id now. Raises TrainingSetNotFound."""

    def training_set_by_uid(self, uid: str) -> TrainingSet:
        """Return a set by its uid, also a deleted one that history refers to.

        Raises TrainingSetNotFound.
        """

    def examples(self, uid: str) -> Examples:
        """Return the examples of a training set, also of a deleted one that history refers to.

        Raises TrainingSetNotFound, DamagedHistory.
        """

    def training_sets(self, after: str, limit: int) -> list[TrainingSet]:
        """Return up to `limit` sets with ids greater than `after`, ordered by id."""

    def count_training_sets(self) -> int:
        """Return the number of training sets, without deleted ones."""

    def run_using(self, training_set_uid: str) -> Run | None:
        """Return a run that is not over and trains on this set; None if there is none."""

    def segments(self, uid: str, first: int, last: int, limit: int) -> list[Segment]:
        """Return, in order, up to `limit` segments that overlap the updates `first` to `last`.

        Raises DamagedHistory, with the range of updates, for a corrupt segment.
        """

    def outlines(self, uid: str, first: int, last: int, limit: int) -> list[SegmentOutline]:
        """Return the outlines of the segments that `segments` would return, without their costs.

        Raises DamagedHistory, with the range of updates, for a corrupt outline; corrupt costs are
        not detected.
        """

    def keyframe(self, uid: str, update: int) -> Keyframe:
        """Return the latest keyframe at or before `update`. Raises DamagedHistory without one."""

    def keyframe_update(self, uid: str, update: int) -> int:
        """Return the update of what `keyframe` returns, without reading that."""

    def keyframes(self, uid: str, first: int, last: int, limit: int) -> list[Keyframe]:
        """Return, in order, up to `limit` keyframes of the updates `first` to `last`.

        Raises DamagedHistory, with the update, for a corrupt keyframe.
        """

    def run_events(self, uid: str, update: int, after_event: int, limit: int) -> list[RunEvent]:
        """Return, in order, up to `limit` events at or after `update`.

        Only events with numbers greater than `after_event`.
        """

    def answer(self, request_id: str) -> Answer | None:
        """Return the answer to a request of the last 7 days; None if there is none."""

    def audit_entries(self, before: int | None, limit: int) -> list[AuditEntry]:
        """Return up to `limit` entries of the audit log with numbers less than `before`.

        None: all. The latest is first.
        """

    def tokens(self, after: str, limit: int) -> list[Token]:
        """Return up to `limit` tokens with names greater than `after`, ordered by name.

        Expired tokens are included.
        """


class Writer(Reader, OwnershipWriter, Protocol):
    """One transaction: it reads its own writes; all of it is committed, or nothing."""

    def add_network(self, network: Network, segment: Segment, keyframe: Keyframe) -> Head:
        """Store a new network with its update 0. Raises NetworkExists."""

    def set_labels(self, uid: str, labels: dict[str, str]) -> None:
        """Replace a network's labels. Raises NetworkNotFound."""

    def delete_network(self, uid: str) -> None:
        """Hide a network; its rows are deleted later, in chunks. Raises NetworkNotFound."""

    def add_training_set(self, training_set: TrainingSet, examples: Examples) -> None:
        """Store a training set. Raises TrainingSetExists."""

    def delete_training_set(self, uid: str) -> None:
        """Hide a set; it is kept as long as a run refers to it. Raises TrainingSetNotFound."""

    def append(self, addition: Addition) -> RunState | None:
        """Add to the history of a network and return the requested state of its run.

        Raises HeadMoved if the stored head is not the one that the addition is based on, and
        NetworkNotFound if the network was deleted. The requested state of a run is cleared when it
        is stored in a state that is not active. Raises ValueError for an addition that would leave
        a gap.
        """

    def compact(self, uid: str, keyframe: Keyframe) -> Head:
        """Delete all updates before the update of a keyframe, and return the new head.

        They are hidden now, and deleted later, in chunks. The keyframe is stored unless the update
        has one; the head gets a new token. Does nothing if the history already starts there or
        later. Raises NetworkNotFound, and ValueError for an update that does not exist.
        """

    def want(self, uid: str, number: int, state: RunState) -> None:
        """Request another state of a run from its executor. Raises RunNotFound.

        Does nothing if the run is not active.
        """

    def remember(self, answer: Answer) -> None:
        """Store the answer to a request for 7 days, in place of an earlier one."""

    def record(self, entry: AuditEntry) -> int:
        """Store an entry of the audit log in place of the one that it continues; return its number.

        It gets the next number if it has none, or if the entry with its number is gone or another.
        """

    def delete_audit_entries(self, until: datetime) -> bool:
        """Delete some of the oldest entries of the audit log that began at or before a time.

        Return whether there were any.
        """

    def add_token(self, token: Token) -> None:
        """Store a token. Raises TokenExists."""

    def delete_token(self, name: str) -> None:
        """Delete a token. Raises TokenNotFound."""


class Store(OwnershipStore, Protocol):
    """Stores networks, training sets and histories.

    Every method may be called from any thread.
    """

    @property
    def kind(self) -> str:
        """The kind of store: `postgresql`, `sqlite` or `memory`."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes may write to the same data."""

    @property
    def is_listening(self) -> bool:
        """Whether this store is told now what other processes commit, if there can be others."""

    @property
    def timeline(self) -> Hashable:
        """What to cache by, got before reading: another one once commits may have been lost."""

    @property
    def timeline_changes(self) -> int:
        """How often another database server has taken over, or was restored."""

    def read(self) -> AbstractContextManager[Reader]:
        """Open a view of the committed data, as it is at the latest at the first read.

        Raises StoreUnavailable, also within the block, and DamagedHistory if the database itself is
        corrupt. Close the view before sending anything over a network.
        """

    def write(self, work: Callable[[Writer], T], uid: str = "") -> Future[T]:
        """Queue work for the next transaction.

        The future gets the result of `work` once it is durable, or the exception that it raised, in
        which case nothing of it was written. It gets StoreUnavailable or StoreFull if the
        transaction could not be committed: its outcome is unknown, read again. Several calls may
        share a transaction, and each succeeds or fails alone.

        `work` is called in the thread that writes, and must be quick; it is not called if its
        future was cancelled before. A shared store calls it again if the database has undone the
        transaction: so `work` changes nothing except through its writer. `uid` is the network whose
        head it moves, if that is known. Works for the same network, and those without one, are done
        in the order in which they are queued; a shared store orders those of several networks, so
        that two processes do not wait for each other.
        """

    def commit(self, work: Callable[[Writer], T], uid: str = "") -> T:
        """Do work in a transaction, and return its result once it is durable.

        As `write` and then waiting for the future, but faster if no other work is queued: this
        thread then writes itself. Raises what `work` raises, StoreUnavailable and StoreFull.
        """

    def on_commit(self, listener: Callable[[Sequence[str]], None]) -> None:
        """Call `listener` after each commit with the uids of the networks that changed.

        It is called in the thread that writes, before the futures get their results, and must be
        quick. It carries no data: the listener reads again. A shared store calls it also after
        commits of other processes, in a thread of its own, perhaps late and perhaps never: who must
        not miss a change reads again from time to time.
        """

    def on_availability(self, listener: Callable[[bool], None]) -> None:
        """Call `listener` when the store becomes unwritable, and when it is writable again.

        With False after a transaction that could not be committed, with True after the next one
        that could; in the thread that writes, quickly, before the futures get their results.
        """

    @property
    def used_bytes(self) -> int:
        """The size of the stored data when it was last measured; 0 if it is not measured."""

    @property
    def free_bytes(self) -> int | None:
        """The free space on the disk when it was last measured; None if there is no disk."""

    @property
    def waiting_writes(self) -> int:
        """The number of works that wait for their transaction."""

    @property
    def is_writable(self) -> bool:
        """Whether the last transaction that proved something could be committed."""

    def on_write(
        self, prepare: Callable[[Callable[[Writer], Any]], Callable[[Writer], Any]]
    ) -> None:
        """Have `prepare` replace each work given to `write` or `commit`, before it is done.

        It is called in the thread of the caller, and must be quick.
        """

    def on_transaction(self, listener: Callable[[float, bool], None]) -> None:
        """Call `listener` after each transaction with its seconds, and whether it was committed.

        In the thread that writes; it must be quick.
        """

    def require_room(self, new_bytes: int | None = None) -> None:
        """Raise StoreFull, with the limit, if histories should not grow any more.

        With `new_bytes`, if the store has no room for a new network, training set or run of this
        size. Writes succeed nevertheless: callers ask before they add something. It is quick.
        """

    def copy(self, check: Callable[[], None]) -> "Future[BinaryIO]":
        """Copy all data to a file without a name, which disappears when it is closed.

        The copy is the committed data at one moment before its future gets a result. Meanwhile, the
        store does its other work between the steps of the copy, and calls `check`, which ends the
        copy by raising. The future gets NoFileToCopy for a store that is not in a file,
        TooManyCalls, StoreFull if the disk has no room for the copy, and StoreUnavailable.
        """

    def maintain(self) -> bool:
        """Do one bounded step of maintenance; return whether there may be more to do.

        It deletes hidden or expired rows, or merges small neighbouring segments of the same run.
        This changes only the boundaries of segments: neither the head nor any update, nor the
        content of open views. Corrupt data is left unchanged. If the store is unwritable, it tries
        to write.
        """

    def close(self) -> None:
        """Finish the queued work and close; nothing may be called afterwards."""


class Executor(Protocol):
    """Executes runs in the background.

    Everything that determines what a run does is in the store: its state, where it stops, and its
    requested state. Another process could continue it at any time.
    """

    def adopt(self) -> int:
        """Execute every run that is active in the store and has no owner; return how many.

        Their heads get new tokens first, so that an earlier owner that is still alive cannot write.
        In a shared store, other processes may be the first to claim some of them.
        """

    def start(self, uid: str, number: int, client: str = "") -> None:
        """Execute an active run until it stops by itself or on request, here or elsewhere.

        The runs of each client together get the same share of time; those that were adopted have
        the client "".
        """

    def waiting_for(self, uid: str, number: int) -> str:
        """Return why an active run is not executed now, such as a full store; else an empty text.

        Runs that only wait for others to have their time slices have no reason.
        """

    def paused(self, network_id: str) -> PausedRun | None:
        """Return the paused run of a network if it is cached, else None.

        This saves reading it from the store. It may be stale: an intent based on it then fails with
        HeadMoved or NetworkNotFound.
        """

    def begin(
        self, intent: Intent, write: Callable[[Writer, Addition], T], client: str = ""
    ) -> Writes[tuple[T, Snapshots | None]]:
        """Write an intent, and execute the run from there.

        `write` appends an addition in a transaction, and returns the answer of the call. The
        addition contains the intent, and none, some or all of the resulting updates, as the
        executor chooses. Returns that answer, once it is durable, and the updates in the addition,
        None if it has none. Raises what `write` raises; then nothing is written or executed.
        """

    def stop(self) -> None:
        """Stop executing all runs, at a durable update; they stay active in the store."""


class Clock(Protocol):
    """The time; tests replace it."""

    def now(self) -> datetime:
        """Return the current time, in UTC."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never going back."""
