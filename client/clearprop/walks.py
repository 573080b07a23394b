"""Updates, line by line: the readable loops, as they were executed once more."""

from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.walk_pb2 import Walk, WalkPhase, WalkPhaseKind, WalkStep, WalkVariableRole
from clearprop.values import enum_word


class WalkedPhase:
    """Consecutive lines that belong together; `message` is the contract's own message."""

    __slots__ = ("message",)

    def __init__(self, message: WalkPhase) -> None:
        self.message = message

    @property
    def kind(self) -> str:
        """What is done: zero, forward, cost, deltas, add, divide or update."""
        return enum_word(WalkPhaseKind, self.message.kind)

    @property
    def position(self) -> int | None:
        """The example's place in the batch, from 0; None: it is of the batch as a whole."""
        return self.message.position if self.message.HasField("position") else None

    @property
    def layer(self) -> int | None:
        """The layer, from 1; None: of all layers."""
        return self.message.layer if self.message.HasField("layer") else None

    @property
    def first_step(self) -> int:
        """The place of its first line among all that were executed, from 0."""
        return self.message.first_step

    @property
    def step_count(self) -> int:
        """How many lines it executes."""
        return self.message.step_count

    def __repr__(self) -> str:
        return f"<WalkedPhase {self.kind} layer={self.layer} position={self.position}>"


class WalkedLine:
    """A line that was executed, and what the variables hold after it; `message` is its message."""

    __slots__ = ("message", "phase", "text")

    def __init__(self, message: WalkStep, text: str, phase: WalkedPhase) -> None:
        self.message = message
        self.text = text
        self.phase = phase

    @property
    def number(self) -> int:
        """Its number in the file of the loops, from 1."""
        return self.message.line

    @property
    def variables(self) -> dict[str, float]:
        """The numbers that the variables hold, in the order in which they came to be."""
        return {
            each.name: int(each.value) if each.whole else each.value
            for each in self.message.variables
        }

    @property
    def roles(self) -> dict[str, str]:
        """What each of them holds: logit, activation, delta, gradient-sum, new-parameter, ..."""
        return {
            each.name: enum_word(WalkVariableRole, each.role) for each in self.message.variables
        }

    @property
    def changed(self) -> dict[str, float]:
        """Those that this line set."""
        names = set(self.message.changed)
        return {name: value for name, value in self.variables.items() if name in names}

    @property
    def unit(self) -> int | None:
        """The unit of the phase's layer that it is about, from 0; None: of none, or of all."""
        return self.message.unit if self.message.HasField("unit") else None

    @property
    def input(self) -> int | None:
        """The input of that unit, from 0, that it is about."""
        return self.message.input if self.message.HasField("input") else None

    def __repr__(self) -> str:
        return f"<WalkedLine {self.number}: {self.text.strip()}>"


class WalkedUpdate:
    """An update, line by line; `message` is the contract's own message."""

    __slots__ = ("message",)

    def __init__(self, message: pb.WalkUpdateResponse) -> None:
        self.message = message

    @property
    def number(self) -> int:
        """The number of the update."""
        return self.message.walk.update

    @property
    def run(self) -> int:
        """The number of the run that it belongs to."""
        return self.message.walk.run

    @property
    def step_count(self) -> int:
        """How many lines were executed in all."""
        return self.message.walk.step_count

    @property
    def phases(self) -> list[WalkedPhase]:
        """What the update consists of, in order: all of it, whichever lines are shown.

        Where the phases alone were asked for: those of the batch as a whole and of its first
        example; every other example has the same ones.
        """
        return [WalkedPhase(each) for each in self.message.walk.phases]

    @property
    def lines(self) -> list[WalkedLine]:
        """The lines that are shown, in the order of their execution."""
        texts, phases = _texts(self.message.walk), self.phases
        return [
            WalkedLine(step, texts[step.line], phases[step.phase])
            for step in self.message.walk.steps
        ]

    @property
    def next_step(self) -> int | None:
        """Where the lines go on that are not shown; None: there are none."""
        return self.message.next_step or None

    def __repr__(self) -> str:
        return f"<WalkedUpdate {self.number}: {self.step_count} lines>"


def _texts(walk: Walk) -> dict[int, str]:
    """Return the lines of the loops by their numbers."""
    return {
        number: text
        for function in walk.functions
        for number, text in enumerate(function.lines, start=function.first_line)
    }
