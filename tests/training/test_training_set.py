"""Rules for examples, alone and for a network."""

import re
from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from refusing import refused
from worlds import make_world

from training.errors import InvalidFields, LimitExceeded, Violations
from training.example_collector import Collector, Row
from training.limits import Limits
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.training_set import BUILT_IN, Examples, fitted

Numbers = list[float]


def rows(*examples: tuple[Numbers, Numbers], weight: float = 1.0) -> list[Row]:
    return [(np.array(inputs), np.array(targets), weight) for inputs, targets in examples]


def test_chunks_become_one_set_in_their_order() -> None:
    collector = Collector(Limits())
    found = refused(
        lambda violations: collector.add(violations, rows(([1, 2], [3]), ([4, 5], [6])))
    )
    found |= refused(lambda violations: collector.add(violations, []))
    found |= refused(lambda violations: collector.add(violations, rows(([-0.0, 5e-324], [1e308]))))
    assert found == {}
    examples = collector.examples()
    assert examples.inputs.tobytes() == np.array([[1, 2], [4, 5], [-0.0, 5e-324]]).tobytes()
    assert examples.targets.tolist() == [[3], [6], [1e308]]


@pytest.mark.parametrize(
    ("chunk", "bad"),
    [
        (rows(([1, 2], [3])), []),
        (rows(([1], [3]), ([1, 2], [3, 4])), ["[2].inputs", "[3].targets"]),
        (rows(([1, nan], [3]), ([1, 2], [-inf])), ["[2].inputs[1]", "[3].targets[0]"]),
        (rows(([1, 2], [3]), weight=-1.0), ["[2].weight"]),
        (rows(([1, 2], [3]), weight=nan), ["[2].weight"]),
        (rows(([1, 2], [3]), ([1, 2, nan], [])), ["[3].inputs", "[3].inputs[2]", "[3].targets"]),
    ],
)
def test_every_bad_example_of_a_chunk_is_named_by_its_place_in_all(
    chunk: list[Row], bad: list[str]
) -> None:
    collector = Collector(Limits())
    collector.add(Violations(), rows(([1, 2], [3]), ([4, 5], [6])))
    violations = Violations()
    collector.add(violations, chunk)
    found = {bad.field for bad in violations.found}
    assert found == {f"examples{place}" for place in bad}


def test_weights_that_are_not_given_are_1() -> None:
    chunk = rows(([1, 2], [3]))
    both = Examples(np.array([[1, 2]]), np.array([[3]]), np.ones(1))
    cases: list[tuple[list[Examples | list[Row]], Numbers]] = [
        ([chunk, both], []),
        ([chunk, rows(([1, 2], [3]), weight=0.5), both], [1.0, 0.5, 1.0]),
        ([replace(both, weights=np.array([2.0])), chunk], [2.0, 1.0]),
    ]
    for chunks, expected in cases:
        collector = Collector(Limits())
        for each in chunks:
            collector.add(Violations(), each)
        weights = collector.examples().weights
        assert (weights is None) == (expected == [])
        assert weights is None or weights.tolist() == expected


def test_examples_need_inputs_and_targets() -> None:
    for example, bad in ((([], [1.0]), "inputs"), (([1.0], []), "targets")):
        chunk = rows(example)
        found = refused(lambda violations, chunk=chunk: Collector(Limits()).add(violations, chunk))
        assert list(found) == [f"examples[0].{bad}"]
    with pytest.raises(InvalidFields, match="examples: must have at least one example"):
        Collector(Limits()).examples()


def test_a_set_that_would_be_too_large_is_refused_before_it_is_made() -> None:
    limits = Limits(training_set_bytes=8 * 3 * 10)
    collector = Collector(limits)
    for _ in range(10):
        collector.add(Violations(), rows(([1, 2], [3])))
    with pytest.raises(LimitExceeded, match="240 bytes") as error:
        collector.add(Violations(), rows(([1, 2], [3])))
    assert error.value.metadata == {"limit": "training_set_bytes", "value": "240"}
    with pytest.raises(LimitExceeded):  # weights count too
        Collector(limits).add(Violations(), rows(*[([1.0, 2.0], [3.0])] * 8, weight=2.0))


def misfits(targets: list[Numbers], cost_function: CostFunction) -> dict[str, str]:
    """Return what is said when a 2-5-n network is to be trained on such targets."""
    outputs = {
        CostFunction.CROSS_ENTROPY: Activation.SIGMOID,
        CostFunction.CATEGORICAL_CROSS_ENTROPY: Activation.SOFTMAX,
    }.get(cost_function, Activation.IDENTITY)
    world = make_world(
        (2, 5, len(targets[0])),
        [[0.0, 1.0]] * len(targets),
        targets,
        activations=(Activation.TANH, outputs),
        cost_function=cost_function,
    )
    return refused(
        lambda violations: fitted(
            violations, "field", world.network, world.training_set, world.examples
        )
    )


@pytest.mark.parametrize(
    ("cost_function", "targets", "said"),
    [
        (CostFunction.CROSS_ENTROPY, [[0.0, 1.0], [0.5, 0.25]], None),
        (CostFunction.CROSS_ENTROPY, [[0.0, 1.0], [1.5, 0.0]], "target 0 of example 1 .* 1.5"),
        (CostFunction.CROSS_ENTROPY, [[0.0, -1e-9]], "target 1 of example 0 .* -1e-09"),
        (CostFunction.SQUARED_ERROR, [[-1e308, 1e308]], None),
        (CostFunction.QUADRATIC, [[-1e308, 1e308]], None),
        (CostFunction.CATEGORICAL_CROSS_ENTROPY, [[0.0, 1.0], [0.25, 0.75]], None),
        (CostFunction.CATEGORICAL_CROSS_ENTROPY, [[0.1] * 10], None),
        (CostFunction.CATEGORICAL_CROSS_ENTROPY, [[0.5, 0.5 + 9e-10]], None),
        (
            CostFunction.CATEGORICAL_CROSS_ENTROPY,
            [[0.0, 1.0], [0.5, 0.5 + 2e-9]],
            "example 1 .* add up to 1.000000002",
        ),
        (CostFunction.CATEGORICAL_CROSS_ENTROPY, [[0.0, 0.0]], "example 0 .* add up to 0.0"),
    ],
)
def test_targets_must_suit_the_cost_function(
    cost_function: CostFunction, targets: list[Numbers], said: str | None
) -> None:
    found = misfits(targets, cost_function)
    if said is None:
        assert found == {}
    else:
        assert found.keys() == {"field"}
        assert re.search(said, found["field"])
        assert cost_function.value in found["field"]


def test_sizes_must_suit_the_network() -> None:
    world = make_world((3, 5, 2), [[0.0] * 3], [[0.0] * 2])
    (xor, examples) = next(found for found in BUILT_IN if found[0].id == "xor")
    violations = Violations()
    fitted(violations, "field", world.network, xor, examples)
    assert [bad.description for bad in violations.found] == [
        "the examples of xor have 2 inputs, but the network has 3",
        "the examples of xor have 1 targets, but the network has 2 outputs",
    ]


def test_the_built_in_sets_suit_the_network_of_the_beginning() -> None:
    network = make_world().network
    for training_set, examples in BUILT_IN:
        found = refused(
            lambda violations, one=training_set, numbers=examples: fitted(
                violations, "field", network, one, numbers
            )
        )
        assert found == {}
