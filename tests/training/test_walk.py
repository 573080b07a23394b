"""A walk is the execution of the readable loops: their lines, in their order, with their bits."""

import ast
import inspect
import sys
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

import numpy as np
import pytest
from explanations import update_of
from hypothesis import given, settings
from hypothesis import strategies as st
from numerics import same_bits
from promises import tries
from worlds import make_world, worlds

from training.batch_update import BatchUpdate
from training.errors import LimitExceeded
from training.limits import Limits
from training.network import Network
from training.trace import trace
from training.walking.functions import walk_functions
from training.walking.phases import PhaseKind
from training.walking.roles import ROLES, VariableRole
from training.walking.walk import Walk, WalkStep, check_lines, walk

LINES = {
    source.first_line + index: line
    for source in walk_functions()
    for index, line in enumerate(source.lines)
}


@st.composite
def updates(draw: st.DrawFn) -> BatchUpdate:
    world = draw(worlds())
    run = world.open().run
    assert run is not None
    return update_of(world, min(draw(st.integers(0, 40)), run.total_updates - 1))


def set_in(steps: Sequence[WalkStep], role: VariableRole) -> list[float]:
    """What the elements of a list were set to, in the order of their indices."""
    found = {
        variable.indices: variable.value
        for step in steps
        for variable in step.variables
        if variable.name in step.changed and variable.role is role and variable.indices
    }
    return [found[index,] for index in range(len(found))]


def steps_of(
    found: Walk, kind: PhaseKind, position: int | None, layer: int | None
) -> list[WalkStep]:
    (phase,) = [
        phase
        for phase in found.phases
        if (phase.kind, phase.position, phase.layer) == (kind, position, layer)
    ]
    return found.steps[phase.first_step : phase.first_step + phase.step_count]


@settings(max_examples=tries(12))
@given(updates())
@np.errstate(over="ignore", invalid="ignore")  # updates at which a run diverges, too
def test_its_numbers_are_those_of_the_update(update: BatchUpdate) -> None:
    found, traced = walk(update), trace(update)
    network = update.network
    outputs = len(network.shapes)
    for example in traced.examples:
        position = example.position
        for layer in range(1, outputs + 1):
            drops = update.run.settings.dropout is not None and layer < outputs
            weighs = example.weight is not None and layer == outputs
            forward = steps_of(found, PhaseKind.FORWARD, position, layer)
            assert same_bits(set_in(forward, VariableRole.LOGIT), example.logits[layer - 1])
            final = PhaseKind.DROP_ACTIVATIONS if drops else PhaseKind.FORWARD
            activations = steps_of(found, final, position, layer)
            assert same_bits(
                set_in(activations, VariableRole.ACTIVATION), example.activations[layer - 1]
            )
            final = PhaseKind.DROP_DELTAS if drops else PhaseKind.DELTAS
            final = PhaseKind.WEIGH_DELTAS if weighs else final
            deltas = steps_of(found, final, position, layer)
            assert same_bits(set_in(deltas, VariableRole.DELTA), example.deltas[layer - 1])
        weighs = example.weight is not None
        costs = steps_of(found, PhaseKind.WEIGH_COST if weighs else PhaseKind.COST, position, None)
        *_, cost = (
            each.value
            for step in costs
            for each in step.variables
            if each.role is VariableRole.COST and (each.name in step.changed or not weighs)
        )
        assert same_bits(cost, example.cost)
    total = np.zeros(network.parameter_count)
    for phase in found.phases:
        if phase.kind is PhaseKind.ADD:
            assert phase.position is not None
            assert phase.layer is not None
            shape = network.shapes[phase.layer - 1]
            place = slice(shape.weights.start, shape.weights.start + shape.size)
            total[place] = total[place] + traced.examples[phase.position].gradient[place]
            assert same_bits(phase.gradient_sum, total)
    assert same_bits(total, traced.gradient_sum)
    if update.after is not None:
        assert same_bits(set_in(found.steps, VariableRole.NEW_PARAMETER), update.after.parameters)


@settings(max_examples=tries(12))
@given(updates())
def test_its_phases_are_those_of_an_update_and_its_steps_are_lines_of_the_loops(
    update: BatchUpdate,
) -> None:
    found = walk(update)
    layers = range(1, len(update.network.layer_sizes))
    dropped = layers[:-1] if update.run.settings.dropout else ()
    weighs = update.examples.weights is not None
    expected: list[tuple[PhaseKind, int | None, int | None]] = [(PhaseKind.ZERO, None, None)]
    for position in range(len(update.numbers)):
        for layer in layers:
            expected += [(PhaseKind.FORWARD, position, layer)]
            if layer in dropped:
                expected += [(PhaseKind.DROP_ACTIVATIONS, position, layer)]
        expected += [(PhaseKind.COST, position, None)]
        expected += [(PhaseKind.WEIGH_COST, position, None)] * weighs
        for layer in reversed(layers):
            expected += [(PhaseKind.DELTAS, position, layer)]
            is_weighed = weighs and layer == layers[-1]
            expected += [(PhaseKind.WEIGH_DELTAS, position, layer)] * is_weighed
            if layer in dropped:
                expected += [(PhaseKind.DROP_DELTAS, position, layer)]
            expected += [(PhaseKind.ADD, position, layer)]
    expected += [(PhaseKind.DIVIDE, None, layer) for layer in layers]
    expected += [(PhaseKind.UPDATE, None, layer) for layer in layers]
    assert [(phase.kind, phase.position, phase.layer) for phase in found.phases] == expected

    first = 0
    for place, phase in enumerate(found.phases):
        assert (phase.first_step, phase.step_count > 0) == (first, True)
        first += phase.step_count
        for step in found.steps[phase.first_step : first]:
            assert step.phase == place
            assert LINES[step.line].strip()
            check_place(update.network, phase.layer or len(layers), step)
    assert first == len(found.steps)


def check_place(network: Network, layer: int, step: WalkStep) -> None:
    """The unit and the weight that a step is about exist."""
    shape = network.shapes[layer - 1]
    assert step.unit is None or 0 <= step.unit < shape.units
    assert step.input is None or 0 <= step.input < shape.inputs
    if step.above is not None:
        assert 0 <= step.above < network.shapes[layer].units


def test_every_weight_takes_part_where_it_must() -> None:
    world = make_world(batch_size=3, epochs=4)
    found = walk(update_of(world, 1))
    weights = {
        (layer, unit, source)
        for layer, shape in enumerate(world.network.shapes, 1)
        for unit in range(shape.units)
        for source in range(shape.inputs)
    }
    for kind in (PhaseKind.FORWARD, PhaseKind.ADD, PhaseKind.DIVIDE, PhaseKind.UPDATE):
        touched = {
            (found.phases[step.phase].layer, step.unit, step.input)
            for step in found.steps
            if found.phases[step.phase].kind is kind and step.input is not None
        }
        assert touched == weights
    above = {
        (step.above, step.unit)
        for step in found.steps
        if step.above is not None and found.phases[step.phase].layer == 1
    }
    assert above == {(0, unit) for unit in range(5)}


def test_a_line_shows_what_it_reads_and_sets() -> None:
    found = walk(update_of(make_world(batch_size=3), 0))
    summed = next(step for step in found.steps if "a_j * w_i[j]" in LINES[step.line])
    values = {variable.name: variable.value for variable in summed.variables}
    assert summed.changed == ("z_i",)
    assert values["z_i"] == 0.0 + values["a_j"] * values["w_i[0]"]
    assert {variable.name for variable in summed.variables if variable.is_whole} == {"i", "j"}
    roles = {variable.name: (variable.role, variable.indices) for variable in summed.variables}
    assert roles == {
        "i": (VariableRole.UNIT_INDEX, ()),
        "j": (VariableRole.INPUT_INDEX, ()),
        "z_i": (VariableRole.LOGIT, ()),
        "a_j": (VariableRole.INPUT, ()),
        "w_i[0]": (VariableRole.WEIGHT, (0,)),
    }


@pytest.mark.parametrize("function", ROLES, ids=lambda function: function.__name__)
def test_each_variable_of_the_loops_has_a_role_and_each_role_a_variable(
    function: Callable[..., Any],
) -> None:
    (tree,) = ast.parse(inspect.getsource(function)).body
    comprehensions = [node for node in ast.walk(tree) if isinstance(node, ast.ListComp)]
    within = {each for node in comprehensions for each in ast.walk(node)}
    nodes = [node for node in ast.walk(tree) if node not in within]
    variables = {node.arg for node in nodes if isinstance(node, ast.arg)} | {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    attributes = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    roles = ROLES[function]
    assert {name for name in roles if "." not in name} == variables
    assert {name for name in roles if "." in name} <= attributes


def test_other_trace_functions_and_threads_are_not_affected() -> None:
    world = make_world()
    update = update_of(world, 0)
    seen = []

    def look_on(*_: object) -> None:
        seen.append(sys.gettrace())

    thread = Thread(target=look_on)
    before = sys.gettrace()
    sys.settrace(look_on)
    try:
        walk(update)
        thread.start()
        thread.join()
        assert sys.gettrace() is look_on
    finally:
        sys.settrace(before)
    assert None in seen


def test_an_update_of_too_many_lines_is_refused() -> None:
    world = make_world((64, 64, 1), [[0.5] * 64] * 2, [[1.0]] * 2, batch_size=2)
    with pytest.raises(LimitExceeded, match="use a smaller network or batch"):
        check_lines(update_of(world, 0), Limits().walk_lines)
