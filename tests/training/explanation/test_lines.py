"""Recomputing the lines of an explanation gives the stored bits."""

import re
import unicodedata
from math import isfinite, sqrt
from xml.etree import ElementTree as ET

from explanations import recomputed, update_of, updates, whole
from hypothesis import given, settings
from hypothesis import strategies as st
from numerics import same_bits
from promises import tries
from worlds import make_world

from training.batch_update import BatchUpdate
from training.explanation.chain import MOST_TERMS
from training.explanation.explanation import explain, shown_at_once
from training.explanation.lines import Source, SourceKind
from training.explanation.notation import LATEX, MATHML, PLAIN, shortest
from training.explanation.place import WeightPlace
from training.numerics import loops
from training.numerics.activations import Activation, sigmoid
from training.numerics.costs import CostFunction
from training.numerics.elementary import exp
from training.numerics.normal_distribution import density, probability_below
from training.trace import Trace, trace


@given(updates())
@settings(max_examples=tries(30))
def test_the_lines_computed_again_land_on_the_stored_bits(
    chosen: tuple[BatchUpdate, WeightPlace],
) -> None:
    update, place = chosen
    found = whole(update, place)
    assert same_bits(recomputed(found), found.after)
    if update.after is not None:
        assert same_bits(found.after, update.after.parameters[place.offset(update.network)])


@given(updates())
@settings(max_examples=tries(20))
def test_every_operand_has_the_value_of_its_source(chosen: tuple[BatchUpdate, WeightPlace]) -> None:
    update, place = chosen
    traced = trace(update)
    for line in whole(update, place).lines:
        for operand in line.operands:
            expected = _at(update, traced, operand.source)
            if expected is not None:
                assert same_bits(operand.value, expected)


def _at(update: BatchUpdate, traced: Trace, source: Source) -> float | None:
    """Return the number of a trace that a source names, None where it is not in there."""
    layer, unit, position = source.layer or 0, source.unit or 0, source.position
    if source.kind is SourceKind.WEIGHT:
        place = WeightPlace(layer, unit, source.input)
        return float(update.before.parameters[place.offset(update.network)])
    if position is None:
        return None
    example = traced.examples[position]
    if source.kind is SourceKind.UNDROPPED:
        z = float(example.logits[layer - 1][unit])
        return loops.undropped(update.network.activations[layer - 1], [z])[0]
    return {
        SourceKind.INPUT: lambda: float(example.inputs[unit]),
        SourceKind.TARGET: lambda: float(example.targets[unit]),
        SourceKind.LOGIT: lambda: float(example.logits[layer - 1][unit]),
        SourceKind.EXAMPLE_WEIGHT: lambda: float(example.weight or 0.0),
        SourceKind.FACTOR: lambda: float(example.factors[layer - 1][unit]),
        SourceKind.ACTIVATION: lambda: float(example.activations[layer - 1][unit]),
        SourceKind.DELTA: lambda: float(example.deltas[layer - 1][unit]),
    }[source.kind]()


FUNCTIONS = {
    "sqrt": sqrt,
    "sigmoid": sigmoid,
    "exp": exp,
    "Φ": probability_below,
    unicodedata.normalize("NFKC", "φ"): density,  # as Python reads names
}
PYTHON = {"·": "*", " − ": " - ", "√": "sqrt", "′": ""}


@given(updates())
@settings(max_examples=tries(20))
def test_the_printed_numbers_give_the_printed_value(
    chosen: tuple[BatchUpdate, WeightPlace],
) -> None:
    for line in whole(*chosen).lines:
        *_, numbers, value = PLAIN.line(line).split(" = ")
        assert same_bits(float(value), line.value)
        if all(isfinite(operand.value) for operand in line.operands) and isfinite(line.value):
            for sign, python in PYTHON.items():
                numbers = numbers.replace(sign, python)
            numbers = re.sub(r"[\d.]+(e[-+]?\d+)?", lambda found: f"{float(found[0])!r}", numbers)
            computed = eval(numbers, FUNCTIONS)  # noqa: S307
            assert same_bits(computed, line.value)


@given(updates())
@settings(max_examples=tries(15))
def test_mathml_is_well_formed_and_latex_is_balanced(
    chosen: tuple[BatchUpdate, WeightPlace],
) -> None:
    for line in whole(*chosen).lines:
        ET.fromstring(MATHML.line(line))  # noqa: S314
        latex = LATEX.line(line)
        assert latex.count("{") == latex.count("}")
        assert latex.count(r"\left(") == latex.count(r"\right)")


@given(st.floats())
def test_the_shortest_number_is_read_back_as_the_same_bits(value: float) -> None:
    assert same_bits(float(shortest(value)), value)


def test_a_hidden_weight_of_the_worked_example_reads_as_in_the_textbook() -> None:
    update = update_of(make_world(), 0)
    found = [
        PLAIN.line(line).split(" = ")[:-2] for line in whole(update, WeightPlace(1, 2, 1)).lines
    ]
    assert found[:8] == [
        ["δ2[1]", "a2[1] − y[1]"],
        ["δ2[1]·w2[1,3]"],
        ["∂C₁/∂a1[3]", "0 + δ2[1]·w2[1,3]"],
        ["1 − a1[3]"],
        ["f′(z1[3])", "a1[3]·(1 − a1[3])"],
        ["δ1[3]", "∂C₁/∂a1[3]·f′(z1[3])"],
        ["∂C₁/∂w1[3,2]", "δ1[3]·x[2]"],
        ["G₁", "0 + ∂C₁/∂w1[3,2]"],
    ]
    assert found[-3:] == [
        ["g", "G₃/n"],
        ["Δ", "g·η"],
        ["w1[3,2]′", "w1[3,2] − Δ"],
    ]


def test_a_delta_that_needs_more_than_one_operation_is_a_link_upward() -> None:
    world = make_world((2, 3, 2, 1), cost_function=CostFunction.SQUARED_ERROR, epochs=1)
    found = whole(update_of(world, 0), WeightPlace(1, 2, 0))
    links = {
        (source.layer, source.unit, source.input)
        for line in found.lines
        for source in (operand.source for operand in line.operands)
        if source.kind is SourceKind.DELTA
    }
    assert links == {(2, 0, 2), (2, 1, 2)}


def test_examples_without_lines_are_in_the_sum_all_the_same() -> None:
    update, place = update_of(make_world(), 0), WeightPlace(2, 0, 3)
    every, part = whole(update, place), explain(update, place, range(1, 2))
    assert same_bits(part.after, every.after)
    assert {line.position for line in part.lines} == {1, None}
    sums = [o for line in part.lines for o in line.operands if o.source.kind is SourceKind.SUM]
    assert [PLAIN.term(operand.term) for operand in sums] == ["G₁", "G₃"]


def test_of_a_wide_layer_above_the_first_terms_are_shown_and_all_are_counted() -> None:
    wide = MOST_TERMS + 7
    world = make_world((1, 1, wide), [[1.0]], [[0.5] * wide], batch_size=1, epochs=1)
    update = update_of(world, 0)
    place = WeightPlace(1, 0, 0)
    found = whole(update, place)
    assert len(found.lines) < 3 * MOST_TERMS + 20
    assert update.after is not None
    assert same_bits(found.after, update.after.parameters[0])
    assert shown_at_once(update, place) == 1


def test_lines_of_an_update_that_cannot_be_made_end_where_it_would() -> None:
    world = make_world(
        activations=(Activation.SIGMOID, Activation.IDENTITY),
        targets=[[1e3]] * 4,
        learning_rate=1e308,
    )
    found = whole(update_of(world, 0), WeightPlace(2, 0, 0))
    assert found.update.after is None
    assert not isfinite(found.after)
    assert same_bits(found.lines[-1].value, found.after)
    assert "such an update is not applied" in found.sentences[0]


def test_of_a_large_network_fewer_examples_are_shown_so_that_it_does_not_take_minutes() -> None:
    world = make_world((600, 500, 1), [[0.5] * 600] * 4, [[0.5]] * 4, batch_size=4, epochs=1)
    update = update_of(world, 0)
    place = WeightPlace(2, 0, 0)
    seconds_of_one = 3 * update.network.parameter_count * 50e-9
    shown = shown_at_once(update, place, 1_000)
    assert 10 < shown < 5 / seconds_of_one
    assert shown_at_once(update_of(make_world(), 0), WeightPlace(2, 0, 0), 1_000) == 1_000
