"""A store that keeps everything in memory and forgets it when it is closed.

It is for tests and for trying things out: each work copies what it changes of the index, so that
snapshots stay as they are, which takes longer as a history gets more segments.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from storage import refusals
from storage.continuity import check_addition, check_compaction
from storage.merging import Group
from storage.queued_store import QueuedStore, Work
from storage.retention import has_expired
from training.errors import HistoryCompacted
from training.network import Array, Network
from training.ports import Answer, Clock, Reader, Writer
from training.run import Run, RunState
from training.training_set import Examples, TrainingSet
from training.update import Addition, Head, Keyframe, RunEvent, Segment, SegmentOutline, State


@dataclass(slots=True)
class _History:
    """A living network and its history. Not changed any more once it is committed."""

    network: Network
    head: Head
    segments: list[Segment]
    keyframes: list[Keyframe]
    runs: dict[int, Run] = field(default_factory=dict)
    wanted: dict[int, RunState] = field(default_factory=dict)
    events: list[RunEvent] = field(default_factory=list)

    def copy(self) -> "_History":
        return _History(
            self.network,
            self.head,
            self.segments.copy(),
            self.keyframes.copy(),
            self.runs.copy(),
            self.wanted.copy(),
            self.events.copy(),
        )


@dataclass(slots=True)
class _Set:
    """A training set and its numbers. Not changed any more once it is committed."""

    training_set: TrainingSet
    examples: Examples
    deleted: bool = False


@dataclass(slots=True)
class _Tables:
    """Everything, by uid and by request id. Not changed any more once it is committed."""

    histories: dict[str, _History] = field(default_factory=dict)
    sets: dict[str, _Set] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)

    def copy(self) -> "_Tables":
        return _Tables(self.histories.copy(), self.sets.copy(), self.answers.copy())


class _MemoryReader:
    """One snapshot; see training.ports.Reader."""

    def __init__(self, tables: _Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    def network(self, network_id: str) -> Network:
        for history in self._tables.histories.values():
            if history.network.id == network_id:
                return history.network
        raise refusals.no_network(network_id)

    def network_by_uid(self, uid: str) -> Network:
        return self._history(uid).network

    def networks(self, after: str, limit: int) -> list[Network]:
        networks = [history.network for history in self._tables.histories.values()]
        found = [network for network in networks if network.id > after]
        return sorted(found, key=lambda network: network.id)[:limit]

    def count_networks(self) -> int:
        return len(self._tables.histories)

    def living(self) -> list[str]:
        """Return the uids of all networks that have a history."""
        return sorted(self._tables.histories)

    def head(self, uid: str) -> Head:
        return self._history(uid).head

    def run(self, uid: str, number: int) -> Run:
        history = self._tables.histories.get(uid)
        if history is None or number not in history.runs:
            raise refusals.no_run(history.network.id if history else uid, number)
        return history.runs[number]

    def runs(self, uid: str, before: int | None, limit: int) -> list[Run]:
        history = self._tables.histories.get(uid)
        runs = history.runs if history else {}
        numbers = [number for number in runs if before is None or number < before]
        return [runs[number] for number in sorted(numbers, reverse=True)[:limit]]

    def active_runs(self) -> list[Run]:
        runs = [run for run in self._living_runs() if run.is_active]
        return sorted(runs, key=lambda run: (run.network_uid, run.number))

    def wanted_state(self, uid: str, number: int) -> RunState | None:
        history = self._tables.histories.get(uid)
        return history.wanted.get(number) if history else None

    def training_set(self, set_id: str) -> TrainingSet:
        for training_set in self._living_sets():
            if training_set.id == set_id:
                return training_set
        raise refusals.no_training_set(set_id)

    def training_set_by_uid(self, uid: str) -> TrainingSet:
        return self._set(uid).training_set

    def examples(self, uid: str) -> Examples:
        return self._set(uid).examples

    def training_sets(self, after: str, limit: int) -> list[TrainingSet]:
        found = [training_set for training_set in self._living_sets() if training_set.id > after]
        return sorted(found, key=lambda training_set: training_set.id)[:limit]

    def count_training_sets(self) -> int:
        return len(self._living_sets())

    def run_using(self, training_set_uid: str) -> Run | None:
        for run in self._living_runs():
            if run.training_set_uid == training_set_uid and not run.is_over:
                return run
        return None

    def segments(self, uid: str, first: int, last: int, limit: int) -> list[Segment]:
        history = self._keeping(uid, first)
        segments, earliest = history.segments, history.head.earliest_update
        begin = max(0, bisect_right(segments, first, key=_first_update) - 1)
        end = bisect_right(segments, last, key=_first_update)
        found = segments[begin:end]
        found = [segment for segment in found if segment.last_update >= first][:limit]
        if found and found[0].first_update < earliest:
            found[0] = found[0].part(earliest, found[0].last_update)
        return found

    def outlines(self, uid: str, first: int, last: int, limit: int) -> list[SegmentOutline]:
        return [segment.outline() for segment in self.segments(uid, first, last, limit)]

    def keyframe(self, uid: str, update: int) -> Keyframe:
        history = self._keeping(uid, update)
        place = bisect_right(history.keyframes, update, key=lambda found: found.state.update)
        if not place:
            raise refusals.damaged_updates(history.network.id, 0, update)
        return history.keyframes[place - 1]

    def keyframes(self, uid: str, first: int, last: int, limit: int) -> list[Keyframe]:
        found = self._keeping(uid, first).keyframes
        begin = bisect_left(found, first, key=lambda each: each.state.update)
        end = bisect_right(found, last, key=lambda each: each.state.update)
        return found[begin:end][:limit]

    def run_events(self, uid: str, update: int, after_event: int, limit: int) -> list[RunEvent]:
        history = self._tables.histories.get(uid)
        return [
            event
            for event in (history.events if history else [])
            if event.update >= update and event.number > after_event
        ][:limit]

    def answer(self, request_id: str) -> Answer | None:
        answer = self._tables.answers.get(request_id)
        return None if answer is None or has_expired(answer, self._clock.now()) else answer

    def _history(self, uid: str) -> _History:
        history = self._tables.histories.get(uid)
        if history is None:
            raise refusals.no_network_uid(uid)
        return history

    def _keeping(self, uid: str, update: int) -> _History:
        """Return a history. Raises HistoryCompacted if the update is kept no more."""
        history = self._history(uid)
        earliest = history.head.earliest_update
        if earliest and update < earliest:
            name, latest = history.network.id, history.head.latest_update
            raise HistoryCompacted(name, update, earliest, latest)
        return history

    def _set(self, uid: str) -> _Set:
        found = self._tables.sets.get(uid)
        if found is None:
            raise refusals.no_training_set_uid(uid)
        return found

    def _living_runs(self) -> list[Run]:
        histories = self._tables.histories.values()
        return [run for history in histories for run in history.runs.values()]

    def _living_sets(self) -> list[TrainingSet]:
        return [found.training_set for found in self._tables.sets.values() if not found.deleted]


class _MemoryWriter(_MemoryReader):
    """One piece of work on a copy of the tables; see training.ports.Writer."""

    def __init__(self, tables: _Tables, clock: Clock) -> None:
        super().__init__(tables.copy(), clock)
        self.changed: set[str] = set()  # the uids of networks

    @property
    def tables(self) -> _Tables:
        """The tables as the work leaves them."""
        return self._tables

    def add_network(self, network: Network, segment: Segment, keyframe: Keyframe) -> Head:
        if any(network.id == known.network.id for known in self._tables.histories.values()):
            raise refusals.network_exists(network.id)
        head = Head(network.uid, segment.last_update, keyframe=keyframe.state.update)
        self._tables.histories[network.uid] = _History(
            _kept_network(network), head, [_kept_segment(segment)], [_kept_keyframe(keyframe)]
        )
        self.changed.add(network.uid)
        return head

    def set_labels(self, uid: str, labels: dict[str, str]) -> None:
        history = self._changing(uid)
        history.network = replace(history.network, labels=dict(labels))

    def delete_network(self, uid: str) -> None:
        self._changing(uid)
        del self._tables.histories[uid]

    def add_training_set(self, training_set: TrainingSet, examples: Examples) -> None:
        if any(training_set.id == known.id for known in self._living_sets()):
            raise refusals.training_set_exists(training_set.id)
        kept = Examples(_kept(examples.inputs), _kept(examples.targets))
        self._tables.sets[training_set.uid] = _Set(training_set, kept)

    def delete_training_set(self, uid: str) -> None:
        found = self._set(uid)
        if found.deleted:
            raise refusals.no_training_set_uid(uid)
        self._tables.sets[uid] = replace(found, deleted=True)

    def append(self, addition: Addition) -> RunState | None:
        check_addition(addition)
        uid, run = addition.before.network_uid, addition.run
        history = self._changing(uid)
        if history.head != addition.before:
            raise refusals.head_moved(history.network.id)
        history.head = addition.after
        if addition.segment is not None:
            history.segments.append(_kept_segment(addition.segment))
        if addition.keyframe is not None:
            history.keyframes.append(_kept_keyframe(addition.keyframe))
        history.events += addition.events
        if run is None:
            return None
        history.runs[run.number] = run
        if not run.is_active:
            history.wanted.pop(run.number, None)
        return history.wanted.get(run.number)

    def compact(self, uid: str, keyframe: Keyframe) -> Head:
        head, update = self.head(uid), keyframe.state.update
        check_compaction(head, keyframe)
        if update <= head.earliest_update:
            return head
        history = self._changing(uid)
        history.head = head.compacted(update)
        # Removed at once: the index is copied anyway.
        history.segments = [each for each in history.segments if each.last_update >= update]
        kept = [each for each in history.keyframes if each.state.update >= update]
        if not kept or kept[0].state.update != update:
            kept.insert(0, _kept_keyframe(keyframe))
        history.keyframes = kept
        return history.head

    def want(self, uid: str, number: int, state: RunState) -> None:
        if self.run(uid, number).is_active:
            self._changing(uid).wanted[number] = state

    def remember(self, answer: Answer) -> None:
        # The oldest come first: maintain() looks no further than the first that has not expired.
        self._tables.answers.pop(answer.request_id, None)
        self._tables.answers[answer.request_id] = answer

    def remove_piece(self) -> bool:
        """Remove one piece of what is not needed any more; return whether there may be more."""
        used = {run.training_set_uid for run in self._living_runs()}
        for uid, found in self._tables.sets.items():
            if found.deleted and uid not in used:
                del self._tables.sets[uid]
                return True
        for request_id, answer in self._tables.answers.items():
            if has_expired(answer, self._clock.now()):
                del self._tables.answers[request_id]
                return True
            break
        return False

    def replace(self, group: Sequence[Segment], segment: Segment) -> None:
        """Put a segment in the place of several, if these are all still there."""
        history = self._tables.histories.get(segment.network_uid)
        if history is None:
            return
        begin = bisect_left(history.segments, segment.first_update, key=_first_update)
        end = begin + len(group)
        found = [(part.first_update, part.count) for part in history.segments[begin:end]]
        if found == [(part.first_update, part.count) for part in group]:
            history = self._tables.histories[segment.network_uid] = history.copy()
            history.segments[begin:end] = [_kept_segment(segment)]

    def _changing(self, uid: str) -> _History:
        """Return a copy of a history, to be changed, that stands for it from now on."""
        history = self._tables.histories[uid] = self._history(uid).copy()
        self.changed.add(uid)
        return history


class MemoryStore(QueuedStore):
    """A store in memory; see training.ports.Store."""

    def __init__(self, clock: Clock) -> None:
        self._tables = _Tables()
        self._clock = clock
        super().__init__()

    @property
    def kind(self) -> str:
        """The word for this store: `memory`."""
        return "memory"

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Open a snapshot of what is committed now. Raises StoreUnavailable."""
        if self._closed:
            raise refusals.closed()
        yield _MemoryReader(self._tables, self._clock)

    def _remove_piece(self, writer: Writer) -> bool:
        assert isinstance(writer, _MemoryWriter)
        return writer.remove_piece()

    def _living(self, reader: Reader) -> list[str]:
        assert isinstance(reader, _MemoryReader)
        return reader.living()

    def _replace(self, writer: Writer, group: Group, segment: Segment) -> None:
        assert isinstance(writer, _MemoryWriter)
        writer.replace(group, segment)

    def _transact(self, works: Sequence[Work[Any]]) -> set[str]:
        changed: set[str] = set()
        tables = self._tables
        for work in works:
            writer = _MemoryWriter(tables, self._clock)
            try:
                work.attempt(writer)
            except BaseException as error:  # noqa: BLE001 — it belongs to whoever waits
                work.fail(error)
            else:
                tables = writer.tables
                changed |= writer.changed
        self._tables = tables
        return changed

    def _now(self) -> datetime:
        return self._clock.now()

    def _release(self) -> None:
        self._tables = _Tables()


def _first_update(segment: Segment) -> int:
    return segment.first_update


def _kept(numbers: Array) -> Array:
    """Return a copy that nobody changes."""
    copy = np.array(numbers, dtype=np.float64)
    copy.flags.writeable = False
    return copy


def _kept_network(network: Network) -> Network:
    return replace(network, labels=dict(network.labels))


def _kept_segment(segment: Segment) -> Segment:
    return replace(segment, costs=_kept(segment.costs))


def _kept_keyframe(keyframe: Keyframe) -> Keyframe:
    state, remembered = keyframe.state, keyframe.state.optimizer_state
    if remembered is not None:
        remembered = replace(remembered, values=_kept(remembered.values))
    return Keyframe(keyframe.network_uid, State(state.update, _kept(state.parameters), remembered))
