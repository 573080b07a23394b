"""An update as the readable loops execute it: its phases, and in each of them its steps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from training.batch_update import BatchUpdate
from training.cancellation import check_cancelled
from training.engine import remembered, structure_of
from training.errors import LimitExceeded
from training.network import Array, LayerShape, places
from training.numerics import loops
from training.walking.phases import PhaseKind, WalkPhase, phases_of
from training.walking.recorder import Call, ExecutedLine, Recorder, WalkVariable
from training.walking.roles import VariableRole

# How many lines there are about, for each parameter: of an example, and of the batch.
_LINES_OF_AN_EXAMPLE = 8
_LINES_OF_THE_BATCH = 10

#: Finds the layer, the unit and the input of a parameter.
_Place: TypeAlias = Callable[[int], tuple[int, int, int | None]]


@dataclass(frozen=True, slots=True)
class WalkStep:
    """An executed line, and what the variables are after it.

    `phase` is the place of its phase. `unit`, `input` and `above` say, from 0, which unit of the
    phase's layer, which input of it and which unit of the layer above the line is about; None
    where it is about none. `changed` are the names of the variables that it set.
    """

    line: int
    phase: int
    variables: tuple[WalkVariable, ...]
    changed: tuple[str, ...]
    unit: int | None = None
    input: int | None = None
    above: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """The executed lines of an update."""

    update: BatchUpdate
    phases: list[WalkPhase]
    steps: list[WalkStep]


def line_count(update: BatchUpdate) -> int:
    """Return about how many lines the loops of an update execute."""
    lines_of_a_parameter = _LINES_OF_AN_EXAMPLE * len(update.numbers) + _LINES_OF_THE_BATCH
    return update.network.parameter_count * lines_of_a_parameter


def check_lines(update: BatchUpdate, most: int) -> None:
    """Raise LimitExceeded if the loops of an update execute more than about `most` lines."""
    lines = line_count(update)
    if lines > most:
        raise LimitExceeded(
            f"the loops of this update execute about {lines:,} lines, which exceeds the limit of"
            f" {most:,}: use a smaller network or batch",
            limit="walk_lines",
            value=most,
        )


def walk(update: BatchUpdate) -> Walk:
    """Execute the loops of an update, and return each executed line."""
    network = update.network
    phases: list[WalkPhase] = []
    steps: list[WalkStep] = []
    gradient_sum = np.zeros(network.parameter_count)
    place = places(network)
    lines_of_phases = (
        lines for call in _executed(update) for lines in _lines_of_phases(place, call)
    )
    dropout = update.run.settings.dropout is not None
    planned = phases_of(
        len(network.shapes),
        len(update.numbers),
        dropout=dropout,
        weights=update.examples.weights is not None,
    )
    for number, (phase, lines) in enumerate(zip(planned, lines_of_phases, strict=True)):
        check_cancelled()
        own = [_step(place, line, number) for line in lines]
        walked = replace(phase, first_step=len(steps), step_count=len(own))
        if phase.kind is PhaseKind.ADD:
            assert phase.layer is not None
            gradient_sum = _added(gradient_sum, network.shapes[phase.layer - 1], own)
            walked = replace(walked, gradient_sum=gradient_sum)
        phases.append(walked)
        steps += own
    return Walk(update, phases, steps)


def _executed(update: BatchUpdate) -> list[Call]:
    settings = update.run.settings
    optimizer = settings.optimizer.completed()
    structure, rates = structure_of(update.network), update.rates
    parameters: list[float] = update.before.parameters.tolist()
    memory: list[float] = remembered(update.before, optimizer).tolist()
    examples = update.examples
    inputs, targets = examples.inputs.tolist(), examples.targets.tolist()
    weights: list[float] = [] if examples.weights is None else examples.weights.tolist()
    rule = update.rule
    of_all = rule.gradient_rule
    recorder = Recorder()
    with recorder.recording():
        _, gradient = loops.batch_gradient(
            structure, parameters, inputs, targets, update.dropout, weights
        )
        loops.step(str(optimizer.kind), parameters, gradient, memory, rates, of_all, rule.groups)
    return recorder.calls


def _lines_of_phases(place: _Place, call: Call) -> Iterator[list[ExecutedLine]]:
    """Yield the lines of a call; for a call over all parameters, those of each layer."""
    layer, lines = 1, list[ExecutedLine]()
    for line in call.lines:
        p = line.counters.get(VariableRole.PARAMETER_INDEX)
        its_layer = layer if p is None else place(p)[0]
        if its_layer > layer:
            yield lines
            layer, lines = its_layer, []
        lines.append(line)
    yield lines


def _step(place: _Place, line: ExecutedLine, phase: int) -> WalkStep:
    """Return a step with its unit and input, from the loop variables of its line."""
    counters = line.counters
    unit, source = counters.get(VariableRole.UNIT_INDEX), counters.get(VariableRole.INPUT_INDEX)
    p = counters.get(VariableRole.PARAMETER_INDEX)
    if p is not None:
        _, unit, source = place(p)
    above = counters.get(VariableRole.ABOVE_INDEX)
    return WalkStep(line.line, phase, line.variables, line.changed, unit, source, above)


def _added(before: Array, shape: LayerShape, steps: list[WalkStep]) -> Array:
    """Return G after the steps that add the gradient of a layer."""
    after = before.copy()
    for step in steps:
        for variable in step.variables:
            if variable.role is VariableRole.GRADIENT_SUM and variable.name in step.changed:
                assert step.unit is not None
                after[shape.place(step.unit, step.input)] = variable.value
    return after
