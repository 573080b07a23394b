"""Checks histories against what clients were answered: every call happened once, or not at all.

It knows no transport: `call_recording` makes its records of calls, `stored` those of the store.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from watch_checker import Shown, Truth, Turn


class Certainty(StrEnum):
    """How often a call must be found in a history.

    AT_MOST_ONCE where its client was never answered, or may have been answered for a network that
    had the same id before. HARDLY where it was refused when it was repeated: what was cut before
    would have to be carried out after that.
    """

    ONCE = "once"
    AT_MOST_ONCE = "at most once"
    HARDLY = "hardly ever"
    NEVER = "never"


class Kind(StrEnum):
    EDIT = "an edit"
    STEP = "a step"
    TRAIN = "a training"
    RESUME = "a resuming"
    PAUSE = "a pausing"
    CANCEL = "a cancelling"
    CREATE = "a creation"
    DELETE = "a deletion"


@dataclass(frozen=True, slots=True)
class Call:
    """What a call asked for, and what its answer said, if there was one.

    `value` is the one that an edit sets the first parameter to, `opens` whether a step or a
    training opens a run, and `most` how many updates it makes at most before it is answered. The
    rest is what the answer says: the run, its state, how many updates it had made, and which of
    them the call made.
    """

    kind: Kind
    certainty: Certainty
    value: bytes = b""
    opens: bool = False
    most: int = 0
    run: int = 0
    state: str = ""
    updates_done: int = 0
    updates: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class ForkCall:
    """A fork that was asked for, and the uid that it got, if that was answered."""

    name: str
    certainty: Certainty
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Fork:
    """A fork that is there, and its parameters at update 0."""

    name: str
    uid: str
    source_uid: str
    source_update: int
    parameters: bytes


class FaultKind(StrEnum):
    GAP = "a number passed over"
    ILLEGAL = "a change of state that cannot be"
    TWO_RUNS = "a run beside another"
    MISCOUNTED = "another count than there are updates"
    OUT_OF_PLACE = "an update where it cannot be"
    LOST = "something acknowledged that is not there"
    TWICE = "something twice"
    REFUSED = "something that was refused, or belonged elsewhere"
    UNASKED = "something that nobody asked for"
    OTHER_BYTES = "something other than what was answered"


class Fault(NamedTuple):
    kind: FaultKind
    words: str


def faults(truth: Truth, calls: Sequence[Call]) -> list[Fault]:
    """Return all that is wrong with a history, by itself and beside what clients were answered."""
    walk = _Walk(truth)
    found = [*_gaps(truth), *walk.found, *_stops(walk.stops, calls)]
    for check in (_edits, _reports, _runs, _causes, _deletions):
        found += check(truth, calls)
    return found


#: What a run may become; the empty state is that before its first event. A transaction may pass
#: through several states and records the last, which is all that a short step tells of itself.
_LEGAL = {
    "": {"PENDING"},
    "PENDING": {"RUNNING", "PAUSED", "SUCCEEDED", "FAILED", "CANCELLED"},
    "RUNNING": {"PAUSED", "SUCCEEDED", "FAILED", "CANCELLED"},
    "PAUSED": {"RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"},
}


def _gaps(truth: Truth) -> Iterator[Fault]:
    if sorted(truth.updates) != list(range(len(truth.updates))):
        yield Fault(FaultKind.GAP, "in the updates")
    if sorted(truth.turns) != list(range(1, len(truth.turns) + 1)):
        yield Fault(FaultKind.GAP, "in the run events")
    runs = {turn.run for turn in truth.turns.values()}
    if runs != set(range(1, len(runs) + 1)):
        yield Fault(FaultKind.GAP, "in the runs")


class _Walk:
    """Walks along a history, updates and run events in their places.

    `stops` are the states that runs came to, with how many updates they had made.
    """

    def __init__(self, truth: Truth) -> None:
        self.states: dict[int, str] = {}
        self.done: Counter[int] = Counter()
        self.stops: set[tuple[int, str, int]] = set()
        self.found: list[Fault] = []
        turns = sorted(truth.turns.values(), key=lambda turn: (turn.place, turn.number))
        for _, update in sorted(truth.updates.items()):
            while turns and turns[0].place < update.number:
                self.look_at_turn(turns.pop(0))
            self.look_at_update(update)
        for turn in turns:
            self.look_at_turn(turn)

    def look_at_turn(self, turn: Turn) -> None:
        if turn.state not in _LEGAL.get(self.states.get(turn.run, ""), set()):
            self.found.append(Fault(FaultKind.ILLEGAL, f"{turn}"))
        self.states[turn.run] = turn.state
        if sum(state in _LEGAL for state in self.states.values()) > 1:
            self.found.append(Fault(FaultKind.TWO_RUNS, f"{turn}"))
        if turn.updates_done != self.done[turn.run]:
            self.found.append(Fault(FaultKind.MISCOUNTED, f"{turn}"))
        self.stops.add((turn.run, turn.state, turn.updates_done))

    def look_at_update(self, update: Shown) -> None:
        if update.kind == "GRADIENT":
            self.done[update.run] += 1
            state = self.states.get(update.run, "")
            fits = state in _LEGAL
            self.stops.add((update.run, state, self.done[update.run]))
        elif update.kind == "INITIAL":
            fits = update.number == 0
        else:
            fits = not {"PENDING", "RUNNING"} & set(self.states.values())
        if not fits:
            self.found.append(Fault(FaultKind.OUT_OF_PLACE, f"{update.kind} {update.number}"))


def _edits(truth: Truth, calls: Sequence[Call]) -> Iterator[Fault]:
    """Find edits, each with a value of its own, that are there more or less often than asked."""
    edits = [update for update in truth.updates.values() if update.kind == "EDIT"]
    there = Counter(edit.parameters[:8] for edit in edits)
    asked = [call for call in calls if call.kind is Kind.EDIT]
    for call in asked:
        yield from _miscounted(there[call.value], call.certainty, f"the edit {call.value.hex()}")
    for value in there.keys() - {call.value for call in asked}:
        yield Fault(FaultKind.UNASKED, f"the edit {value.hex()}")


def _miscounted(count: int, certainty: Certainty, words: str) -> Iterator[Fault]:
    if count > 1:
        yield Fault(FaultKind.TWICE, words)
    elif count and certainty is Certainty.NEVER:
        yield Fault(FaultKind.REFUSED, words)
    elif not count and certainty is Certainty.ONCE:
        yield Fault(FaultKind.LOST, words)


def _reports(truth: Truth, calls: Sequence[Call]) -> Iterator[Fault]:
    """Find updates of answers that are not there, are others, are too many, or in two answers."""
    reported: Counter[int] = Counter()
    for call in _certain(calls):
        reported.update(update.number for update in call.updates)
        if len(call.updates) > call.most:
            yield Fault(FaultKind.UNASKED, f"{len(call.updates)} updates of {call.most}")
        for update in call.updates:
            stored = truth.updates.get(update.number)
            if stored is None:
                yield Fault(FaultKind.LOST, f"update {update.number}")
            elif stored != update:
                yield Fault(FaultKind.OTHER_BYTES, f"update {update.number}")
    for number, count in reported.items():
        if count > 1:
            yield Fault(FaultKind.TWICE, f"update {number}, in {count} answers")


def _runs(truth: Truth, calls: Sequence[Call]) -> Iterator[Fault]:
    """Find runs that were opened and are not there, twice, or by nobody."""
    there = {turn.run for turn in truth.turns.values()}
    opened = Counter(call.run for call in _certain(calls) if call.opens)
    for run, count in opened.items():
        if run not in there:
            yield Fault(FaultKind.LOST, f"run {run}")
        if count > 1:
            yield Fault(FaultKind.TWICE, f"run {run}, in {count} answers")
    if len(there - opened.keys()) > _possible(calls, lambda call: call.opens):
        yield Fault(FaultKind.UNASKED, f"some of the runs {sorted(there - opened.keys())}")


def _causes(truth: Truth, calls: Sequence[Call]) -> Iterator[Fault]:
    """Find updates that no call has asked for.

    Those that no answer reports come in rows, each of which must have a cause: a training where its
    run begins, a resuming where that found the run, or a call of which nobody knows what it did.
    """
    causes = {(call.run, 0) for call in _certain(calls) if call.kind is Kind.TRAIN}
    causes |= {
        (call.run, call.updates_done) for call in _certain(calls) if call.kind is Kind.RESUME
    }
    rows = [begin for begin in _unreported_rows(truth, calls) if begin not in causes]
    goes_on = {Kind.STEP, Kind.RESUME}
    possible = {
        True: _possible(calls, lambda call: call.opens),
        False: _possible(calls, lambda call: call.kind in goes_on and not call.opens),
    }
    for opens, most in possible.items():
        words = [f"of run {run} after {done}" for run, done in rows if opens is (done == 0)]
        if len(words) > most:
            yield Fault(FaultKind.UNASKED, f"updates {words}, of which there can be {most}")


def _unreported_rows(truth: Truth, calls: Sequence[Call]) -> Iterator[tuple[int, int]]:
    """Find where updates begin that no answer reports: the run, and how many it had made."""
    reported = {update.number for call in _certain(calls) for update in call.updates}
    done: Counter[int] = Counter()
    row = 0  # the run of the row that the update before belongs to
    for number, update in sorted(truth.updates.items()):
        if update.kind != "GRADIENT" or number in reported:
            row = 0
        elif row != update.run:
            row = update.run
            yield row, done[row]
        done[update.run] += 1


def _stops(stops: set[tuple[int, str, int]], calls: Sequence[Call]) -> Iterator[Fault]:
    """Find states in which runs were said to be and in which they never were."""
    for call in _certain(calls):
        stopped = call.state not in {"", "PENDING", "RUNNING"}
        if stopped and (call.run, call.state, call.updates_done) not in stops:
            yield Fault(FaultKind.LOST, f"run {call.run}, {call.state} at {call.updates_done}")


def _deletions(truth: Truth, calls: Sequence[Call]) -> Iterator[Fault]:
    """Find deletions of what is still there."""
    for call in _certain(calls):
        if call.kind is Kind.DELETE:
            yield Fault(FaultKind.LOST, f"a deletion: there are {len(truth.updates)} updates")


def _certain(calls: Iterable[Call]) -> Iterator[Call]:
    return (call for call in calls if call.certainty is Certainty.ONCE)


def _possible(calls: Iterable[Call], is_meant: Callable[[Call], bool]) -> int:
    """Return how many of these calls can have happened, besides those that have."""
    counts = Counter(call.certainty for call in calls if is_meant(call))
    return counts[Certainty.AT_MOST_ONCE] + min(1, counts[Certainty.HARDLY])


def life_faults(calls: Sequence[Call], *, lives: bool) -> list[Fault]:
    """Return what is wrong with how often a network was created and deleted.

    The certainties are those of the calls by themselves, whichever of the networks they met.
    """

    created, deleted = (
        sum(call.kind is kind for call in _certain(calls)) for kind in (Kind.CREATE, Kind.DELETE)
    )
    if created + _possible(calls, lambda call: call.kind is Kind.CREATE) - deleted < lives:
        return [Fault(FaultKind.UNASKED, f"after {created} creations and {deleted} deletions")]
    if created - deleted - _possible(calls, lambda call: call.kind is Kind.DELETE) > lives:
        return [Fault(FaultKind.LOST, f"{created} creations, {deleted} deletions")]
    return []


def fork_faults(
    calls: Sequence[ForkCall], forks: Sequence[Fork], truths: Mapping[str, Truth]
) -> list[Fault]:
    """Return what is wrong with forks: how often there are, and how they begin.

    `truths` are the histories of those networks, by uid, that are still there.
    """
    there = Counter(fork.name for fork in forks)
    found = [
        fault
        for call in calls
        for fault in _miscounted(there[call.name], call.certainty, call.name)
    ]
    answered = {call.name: call.uid for call in calls}
    for fork in forks:
        if fork.name not in answered:
            found.append(Fault(FaultKind.UNASKED, fork.name))
        elif answered[fork.name] not in {"", fork.uid}:
            found.append(Fault(FaultKind.OTHER_BYTES, f"{fork.name} has another uid"))
        source = truths.get(fork.source_uid)
        if source and source.updates[fork.source_update].parameters != fork.parameters:
            found.append(Fault(FaultKind.OTHER_BYTES, f"{fork.name} begins otherwise"))
    return found
