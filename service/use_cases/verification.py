"""Use case: verify a history by recomputing all updates and comparing the results."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Final

from service.reading.examples_cache import ExamplesCache
from training.cancellation import check_cancelled
from training.engine import Engine
from training.errors import DamagedHistory, RunNotFound, TrainingSetNotFound
from training.held_out import HeldOut
from training.network import Network
from training.ports import Clock, Store
from training.run import Run
from training.run_examples import RunExamples
from training.update import Head, Keyframe, Segment, State, UpdateKind
from training.validation import ValidationPoints, ValidationResult
from training.verification import (
    Difference,
    DifferenceKind,
    Progress,
    changed_difference,
    cost_difference,
    initial_difference,
    missing_difference,
    state_difference,
    validation_difference,
)

#: The interval between reports of the progress, in seconds.
_QUIET: Final = 0.2

#: The size of the parts that are recomputed at once, in updates × batch × parameters: a few
#: hundredths of a second.
_PIECE_WORK: Final = 2**24

_EVENTS_AT_ONCE: Final = 1_000

#: A segment whose keyframes are larger than this, in bytes, is verified in parts.
_KEYFRAME_BYTES: Final = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Verified:
    """The progress of a verification; `done` if everything is verified, or the difference."""

    network: Network
    progress: Progress
    difference: Difference | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class _Maker:
    """Recomputes the updates of one run, and its validations if it has any."""

    run: Run
    engine: Engine
    points: ValidationPoints | None
    held_out: HeldOut | None

    @classmethod
    def of(cls, network: Network, run: Run, examples: RunExamples) -> "_Maker":
        held_out = HeldOut(network, examples.validation) if examples.validation else None
        engine = Engine(network, run, examples.training)
        return cls(run, engine, run.validation_points, held_out)

    def most(self, updates_done: int, count: int) -> int:
        """Return how many of so many updates there are until the next validation, inclusive."""
        if self.points is None:
            return count
        return min(count, self.points.next(updates_done) - updates_done)

    def validation(self, updates_done: int, state: State) -> ValidationResult | None:
        """Return the results of the validation after so many updates; None if there is none."""
        if self.points is None or self.held_out is None:
            return None
        if self.points.next(updates_done - 1) != updates_done:
            return None
        return self.held_out.evaluate(state.parameters)


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment up to an update, with its keyframes, and what recomputes its updates.

    `maker` is None for kinds other than GRADIENT; `work` is batch × parameters of one update.
    """

    segment: Segment
    last: int
    keyframes: list[Keyframe]
    maker: _Maker | None
    work: int


class Verification:
    """Verifies histories."""

    def __init__(self, store: Store, examples: ExamplesCache, clock: Clock) -> None:
        self._store = store
        self._examples = examples
        self._clock = clock

    def verify(self, network_id: str) -> Iterator[Verified]:
        """Yield the progress at intervals; the last one is `done` or has a difference.

        It verifies all updates up to the latest one at the start of the call. Reads are short, and
        the work stops when the caller stops iterating. Raises NetworkNotFound, also if the network
        is deleted during the call, HistoryCompacted if its first updates are, and DamagedHistory if
        the network or its head is corrupt.
        """
        with self._store.read() as reader:
            network = reader.network(network_id)
            head = reader.head(network.uid)
        verification = _Verification(self._store, self._examples, self._clock, network, head)
        difference = yield from verification.steps()
        yield Verified(network, verification.progress, difference, difference is None)


class _Verification:
    """One verification of a history, from its earliest to its latest update."""

    def __init__(
        self,
        store: Store,
        examples: ExamplesCache,
        clock: Clock,
        network: Network,
        head: Head,
    ) -> None:
        self._store = store
        self._examples = examples
        self._clock = clock
        self._network = network
        self._head = head
        self._said = clock.monotonic()
        self._makers: dict[int, _Maker] = {}
        self._best: dict[int, State] = {}  # by run, which may return to it
        earliest = head.earliest_update
        self.progress = Progress(earliest, earliest, head.latest_update, 0)

    def steps(self) -> Generator[Verified, None, Difference | None]:
        """Yield the progress at intervals; return the first difference, None if there is none."""
        state, difference = self._begin()
        while difference is None and self.progress.verified_update < self._head.latest_update:
            assert state is not None
            check_cancelled()
            part = self._read(state.update + 1)
            if isinstance(part, Difference):
                return part
            state, difference = yield from self._follow(part, state)
        return difference or self._runs()

    def _begin(self) -> tuple[State | None, Difference | None]:
        """Return the state that the history starts with."""
        earliest = self._head.earliest_update
        try:
            with self._store.read() as reader:
                keyframe = reader.keyframe(self._network.uid, earliest)
                reader.segments(self._network.uid, earliest, earliest, 1)
        except DamagedHistory as error:
            return None, _damaged(error, earliest, earliest)
        state = keyframe.state
        self._count(earliest, keyframes=1)
        return state, initial_difference(self._network, state) if earliest == 0 else None

    def _read(self, update: int) -> _Part | Difference:
        """Return the segment with this update, and everything needed to recompute it."""
        uid, latest = self._network.uid, self._head.latest_update
        last = update
        try:
            with self._store.read() as reader:
                reader.network_by_uid(uid)
                segments = reader.segments(uid, update, latest, 1)
                if not segments or segments[0].first_update > update:
                    until = segments[0].first_update - 1 if segments else latest
                    return missing_difference(update, until)
                (segment,) = segments
                last = min(segment.last_update, latest)
                (outline,) = reader.outlines(uid, update, update, 1)
                if outline != segment.outline():
                    return _other_outline(segment)
                most = max(1, _KEYFRAME_BYTES // (8 * self._network.parameter_count))
                keyframes = reader.keyframes(uid, update, last, most)
                if len(keyframes) == most:
                    last = keyframes[-1].state.update  # more may follow
                if segment.kind is not UpdateKind.GRADIENT:
                    return _Part(segment, last, keyframes, None, 1)
                run = reader.run(uid, segment.run)
                if segment.run not in self._makers:
                    examples = self._examples.of_run(reader, self._network, run)
                    self._makers = {segment.run: _Maker.of(self._network, run, examples)}
        except DamagedHistory as error:
            return _damaged(error, update, last)
        except (RunNotFound, TrainingSetNotFound) as error:
            return _gone(error, update, last)
        work = run.settings.batch_size * self._network.parameter_count
        return _Part(segment, last, keyframes, self._makers[segment.run], work)

    def _follow(
        self, part: _Part, state: State
    ) -> Generator[Verified, None, tuple[State, Difference | None]]:
        """Recompute the updates of a part from the state before."""
        last = part.last
        if part.maker is None:
            return self._take(part, state)
        due = {keyframe.state.update: keyframe.state for keyframe in part.keyframes}
        ends = [*sorted(due), last] if last not in due else sorted(due)
        for end in ends:
            while state.update < end:
                check_cancelled()
                count = min(end - state.update, max(1, _PIECE_WORK // part.work))
                state, difference = self._advance(part, part.maker, state, count)
                if difference is not None:
                    return state, difference
                self._count(state.update)
                yield from self._say()
            if end in due:
                if difference := state_difference(state, due[end]):
                    return state, difference
                self._count(end, keyframes=1)
        return state, None

    def _advance(
        self, part: _Part, maker: _Maker, state: State, count: int
    ) -> tuple[State, Difference | None]:
        """Recompute up to `count` updates of a part, up to a validation."""
        first = state.update + 1
        offset = part.segment.run_offset + first - part.segment.first_update
        count = maker.most(offset, count)
        made = maker.engine.advance(state, offset, count)
        difference = cost_difference(part.segment, first, made)
        if difference is None and made.made < count:
            difference = missing_difference(first + made.made, first + count - 1)
        if difference is not None:
            return state, difference
        state = made.state
        if state.update == maker.run.restored_update:
            self._best[maker.run.number] = state
        validation = maker.validation(offset + count, state)
        return state, validation_difference(part.segment, state.update, validation)

    def _take(self, part: _Part, before: State) -> tuple[State, Difference | None]:
        """Return the state after an update other than GRADIENT from its keyframe."""
        update = part.segment.first_update
        for keyframe in part.keyframes:
            if keyframe.state.update == update:
                self._count(update, keyframes=1)
                after = keyframe.state
                return after, changed_difference(
                    part.segment.kind, before, after, self._best.get(part.segment.run)
                )
        return before, missing_difference(update, update)

    def _runs(self) -> Difference | None:
        """Read all runs and their events; return None if none of them is corrupt."""
        uid, head = self._network.uid, self._head
        try:
            for number in range(1, head.last_run + 1):
                check_cancelled()
                with self._store.read() as reader:
                    reader.run(uid, number)
            after = 0
            while after < head.last_event:
                check_cancelled()
                with self._store.read() as reader:
                    events = reader.run_events(uid, 0, after, _EVENTS_AT_ONCE)
                if not events or events[0].number != after + 1:
                    return missing_difference(head.earliest_update, head.latest_update)
                after = events[-1].number
        except DamagedHistory as error:
            return _damaged(error, head.earliest_update, head.latest_update)
        except RunNotFound as error:
            return _gone(error, head.earliest_update, head.latest_update)
        return None

    def _count(self, update: int, keyframes: int = 0) -> None:
        self.progress = replace(
            self.progress,
            verified_update=update,
            keyframes=self.progress.keyframes + keyframes,
        )

    def _say(self) -> Iterator[Verified]:
        now = self._clock.monotonic()
        if now - self._said >= _QUIET and self.progress.verified_update < self._head.latest_update:
            self._said = now
            yield Verified(self._network, self.progress)


def _gone(error: RunNotFound | TrainingSetNotFound, first: int, last: int) -> Difference:
    """Return the difference for a missing run or training set."""
    message = f"updates {first} to {last} cannot be recomputed: {error.message}"
    return Difference(DifferenceKind.MISSING, first, last, message)


def _damaged(error: DamagedHistory, first: int, last: int) -> Difference:
    """Return the difference for corrupt data, with the range of the error if it has one."""
    first = int(str(error.metadata.get("first_update", first)))
    last = int(str(error.metadata.get("last_update", last)))
    return Difference(DifferenceKind.DAMAGED, first, last, error.message)


def _other_outline(segment: Segment) -> Difference:
    first, last = segment.first_update, segment.last_update
    message = f"the outline of updates {first} to {last} does not match their costs"
    return Difference(DifferenceKind.DAMAGED, first, last, message)
