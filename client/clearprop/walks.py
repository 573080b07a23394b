"""Walks: the executed lines of the code that computes an update."""

from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.walk_pb2 import Walk, WalkPhase, WalkPhaseKind, WalkStep, WalkVariableRole
from clearprop.values import enum_word


class WalkedPhase:
    """Consecutive lines of one computation; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: WalkPhase) -> None:
        self.message = message

    @property
    def kind(self) -> str:
        """The computation: zero, forward, cost, deltas, add, divide or update."""
        return enum_word(WalkPhaseKind, self.message.kind)

    @property
    def position(self) -> int | None:
        """The example's position in the batch, from 0; None for the whole batch."""
        return self.message.position if self.message.HasField("position") else None

    @property
    def layer(self) -> int | None:
        """The layer, from 1; None for all layers."""
        return self.message.layer if self.message.HasField("layer") else None

    @property
    def first_step(self) -> int:
        """The index of its first line among all executed lines, from 0."""
        return self.message.first_step

    @property
    def step_count(self) -> int:
        """The number of executed lines."""
        return self.message.step_count

    def __repr__(self) -> str:
        return f"<WalkedPhase {self.kind} layer={self.layer} position={self.position}>"


class WalkedLine:
    """An executed line and the variables after it; `message` is the message of the contract."""

    __slots__ = ("message", "phase", "text")

    def __init__(self, message: WalkStep, text: str, phase: WalkedPhase) -> None:
        self.message = message
        self.text = text
        self.phase = phase

    @property
    def number(self) -> int:
        """The line number in the source file, from 1."""
        return self.message.line

    @property
    def variables(self) -> dict[str, float]:
        """The values of the variables, in the order of their first assignment."""
        return {
            each.name: int(each.value) if each.whole else each.value
            for each in self.message.variables
        }

    @property
    def roles(self) -> dict[str, str]:
        """The role of each variable, such as logit, activation, delta or gradient-sum."""
        return {
            each.name: enum_word(WalkVariableRole, each.role) for each in self.message.variables
        }

    @property
    def changed(self) -> dict[str, float]:
        """The variables that this line set."""
        names = set(self.message.changed)
        return {name: value for name, value in self.variables.items() if name in names}

    @property
    def unit(self) -> int | None:
        """The unit in the phase's layer, from 0; None if there is no single unit."""
        return self.message.unit if self.message.HasField("unit") else None

    @property
    def input(self) -> int | None:
        """The input of that unit, from 0; None if there is no single input."""
        return self.message.input if self.message.HasField("input") else None

    def __repr__(self) -> str:
        return f"<WalkedLine {self.number}: {self.text.strip()}>"


class WalkedUpdate:
    """An update, line by line; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: pb.WalkUpdateResponse) -> None:
        self.message = message

    @property
    def number(self) -> int:
        """The number of the update."""
        return self.message.walk.update

    @property
    def run(self) -> int:
        """The number of the run."""
        return self.message.walk.run

    @property
    def learning_rate(self) -> float:
        """The learning rate of the update, by the schedule of its run."""
        return self.message.walk.learning_rate

    @property
    def step_count(self) -> int:
        """The number of lines executed for the whole update."""
        return self.message.walk.step_count

    @property
    def phases(self) -> list[WalkedPhase]:
        """The phases of the whole update, in order.

        With `phases_only`, the phases of the whole batch and of its first example; those of the
        other examples are the same.
        """
        return [WalkedPhase(each) for each in self.message.walk.phases]

    @property
    def lines(self) -> list[WalkedLine]:
        """The lines of the result, in the order of execution."""
        texts, phases = _texts(self.message.walk), self.phases
        return [
            WalkedLine(step, texts[step.line], phases[step.phase])
            for step in self.message.walk.steps
        ]

    @property
    def next_step(self) -> int | None:
        """The index of the next line that is not in the result; None if there is none."""
        return self.message.next_step or None

    def __repr__(self) -> str:
        return f"<WalkedUpdate {self.number}: {self.step_count} lines>"


def _texts(walk: Walk) -> dict[int, str]:
    """Return the lines of the source file by their numbers."""
    return {
        number: text
        for function in walk.functions
        for number, text in enumerate(function.lines, start=function.first_line)
    }
