"""An update as the readable loops execute it: its phases, and in each of them its steps."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from training.batch_update import BatchUpdate
from training.engine import rates_of, remembered, structure_of
from training.errors import LimitExceeded
from training.network import Array, Network, places
from training.numerics import loops
from training.numerics.layout import to_flat
from training.walking.recorder import Call, Executed, Recorder, Variable

# How many lines there are about, for each parameter: of an example, and of the batch.
_LINES_OF_AN_EXAMPLE = 8
_LINES_OF_THE_BATCH = 10


class PhaseKind(StrEnum):
    """What is done in a phase of an update."""

    ZERO = "zero"
    FORWARD = "forward"
    COST = "cost"
    DELTAS = "deltas"
    ADD = "add"
    DIVIDE = "divide"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Phase:
    """Consecutive steps that belong together: those from `first_step`, `step_count` of them.

    `position` is the place of its example in the batch, `layer` its layer from 1; None where the
    phase is of the whole batch, or of all layers. `gradient_sum` (parameters) is G after it, where
    it adds to it.
    """

    kind: PhaseKind
    position: int | None
    layer: int | None
    first_step: int
    step_count: int
    gradient_sum: Array | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """An executed line, and what the variables are after it.

    `phase` is the place of its phase. `unit`, `input` and `above` say, from 0, which unit of the
    phase's layer, which input of it and which unit of the layer above the line is about; None
    where it is about none. `changed` are the names of the variables that it set.
    """

    line: int
    phase: int
    variables: tuple[Variable, ...]
    changed: tuple[str, ...]
    unit: int | None = None
    input: int | None = None
    above: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """An update as it was executed, line by line."""

    update: BatchUpdate
    phases: list[Phase]
    steps: list[Step]


def walk(update: BatchUpdate, most_lines: int) -> Walk:
    """Execute the loops of an update once more, and return what happened, line by line.

    Raises LimitExceeded where that would be more than `most_lines`, about.
    """
    _check_size(update, most_lines)
    calls = iter(_executed(update))
    told = _Told(update.network)
    layers = range(1, len(update.network.layer_sizes))
    told.add(PhaseKind.ZERO, next(calls))
    for position in range(len(update.numbers)):
        for layer in layers:
            told.add(PhaseKind.FORWARD, next(calls), position, layer)
        told.add(PhaseKind.COST, next(calls), position)
        for layer in reversed(layers):
            told.add(PhaseKind.DELTAS, next(calls), position, layer)
            told.add(PhaseKind.ADD, next(calls), position, layer)
    told.add_by_layer(PhaseKind.DIVIDE, next(calls))
    told.add_by_layer(PhaseKind.UPDATE, next(calls))
    return Walk(update, told.phases, told.steps)


def _check_size(update: BatchUpdate, most_lines: int) -> None:
    lines_of_a_parameter = _LINES_OF_AN_EXAMPLE * len(update.numbers) + _LINES_OF_THE_BATCH
    lines = update.network.parameter_count * lines_of_a_parameter
    if lines > most_lines:
        raise LimitExceeded(
            f"the loops of this update execute about {lines:,} lines, and the limit is"
            f" {most_lines:,}: look at a smaller network or batch",
            limit="walk_lines",
            value=most_lines,
        )


def _executed(update: BatchUpdate) -> list[Call]:
    settings = update.run.settings
    optimizer = settings.optimizer.completed()
    structure, rates = structure_of(update.network), rates_of(settings)
    parameters: list[float] = update.before.parameters.tolist()
    memory: list[float] = remembered(update.before, optimizer).tolist()
    inputs, targets = update.examples.inputs.tolist(), update.examples.targets.tolist()
    added = loops.add_gradient.__name__
    recorder = Recorder({added: lambda variables: to_flat([variables["total"]])})
    with recorder.recording():
        _, gradient = loops.batch_gradient(structure, parameters, inputs, targets)
        loops.step(str(optimizer.kind), parameters, gradient, memory, rates)
    return recorder.calls


class _Told:
    """What has been told of an update so far."""

    def __init__(self, network: Network) -> None:
        self.phases: list[Phase] = []
        self.steps: list[Step] = []
        self._network = network
        self._sum = np.zeros(network.parameter_count)

    def add(
        self, kind: PhaseKind, call: Call, position: int | None = None, layer: int | None = None
    ) -> None:
        """Tell of a call that is one phase."""
        first, phase = len(self.steps), len(self.phases)
        self.steps += [_step(kind, call.function, line, phase) for line in call.lines]
        total = self._added(call, layer) if kind is PhaseKind.ADD else None
        self.phases.append(Phase(kind, position, layer, first, len(call.lines), total))

    def add_by_layer(self, kind: PhaseKind, call: Call) -> None:
        """Tell of a call that goes through all parameters: as a phase for each layer."""
        place = places(self._network)
        layer, first = 1, len(self.steps)
        for line in call.lines:
            p = line.indices.get("p")
            its_layer, unit, source = (layer, None, None) if p is None else place(p)
            if its_layer > layer:
                self._end(kind, layer, first)
                layer, first = its_layer, len(self.steps)
            self.steps.append(
                Step(line.line, len(self.phases), line.variables, line.changed, unit, source)
            )
        self._end(kind, layer, first)

    def _end(self, kind: PhaseKind, layer: int, first: int) -> None:
        self.phases.append(Phase(kind, None, layer, first, len(self.steps) - first))

    def _added(self, call: Call, layer: int | None) -> Array:
        assert layer is not None
        shape = self._network.shapes[layer - 1]
        self._sum[shape.weights.start : shape.weights.start + shape.size] = call.kept
        return self._sum.copy()


def _step(kind: PhaseKind, function: str, line: Executed, phase: int) -> Step:
    """Return what a line is about, by the variables that the loops around it count with."""
    i, j, k = (line.indices.get(name) for name in ("i", "j", "k"))
    step = Step(line.line, phase, line.variables, line.changed)
    match kind:
        case PhaseKind.FORWARD | PhaseKind.ADD:
            return replace(step, unit=i, input=j)
        case PhaseKind.DELTAS if function == loops.hidden_deltas.__name__:
            return replace(step, unit=i, above=k)
        case PhaseKind.DELTAS | PhaseKind.COST:
            return replace(step, unit=k)
        case _:
            return step
