"""The program in examples/ shares no code with the service and draws the same random numbers."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice, pairwise
from math import sqrt
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from histories import make_network
from hypothesis import example, given
from hypothesis import strategies as st

from training.network import Initializer, initial_parameters
from training.numerics.initializers import InitializerKind
from training.numerics.random import epoch_order

PROGRAM = Path(__file__).parents[3] / "examples" / "from_a_seed.py"
SEEDS = st.integers(0, 2**63 - 1)


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = spec_from_file_location("from_a_seed", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@given(seed=SEEDS, jumps=st.integers(0, 2**53))
@example(seed=0, jumps=0)
@example(seed=2**32, jumps=1)
@example(seed=2**63 - 1, jumps=2**53)
def test_the_streams_are_those_of_pcg64(program: ModuleType, seed: int, jumps: int) -> None:
    raw = np.random.PCG64(seed).jumped(jumps).random_raw(3).tolist()
    assert list(islice(program.pcg64(seed, jumps), 3)) == raw


@given(seed=SEEDS, epoch=st.integers(1, 2**40), examples=st.integers(1, 50))
@example(seed=1, epoch=1, examples=1797)
def test_shuffled_epochs(program: ModuleType, seed: int, epoch: int, examples: int) -> None:
    assert program.shuffled_epoch(seed, epoch, examples) == epoch_order(seed, epoch, examples)


@pytest.mark.parametrize("kind", ["uniform", "glorot", "he"])
@given(seed=SEEDS, sizes=st.lists(st.integers(1, 6), min_size=2, max_size=4))
def test_initial_weights(program: ModuleType, kind: str, seed: int, sizes: list[int]) -> None:
    recipes: dict[str, Callable[[int, int], tuple[float, float]]] = {
        "uniform": lambda _inputs, _units: (-0.12, 0.12),
        "glorot": lambda inputs, units: (-sqrt(6 / (inputs + units)), sqrt(6 / (inputs + units))),
        "he": lambda inputs, _units: (-sqrt(6 / inputs), sqrt(6 / inputs)),
    }
    network = replace(
        make_network(),
        layer_sizes=tuple(sizes),
        bias=True,
        initializer=Initializer(InitializerKind(kind), seed),
    )
    layers = program.initial_weights(
        seed, sizes, [recipes[kind](*pair) for pair in pairwise(sizes)]
    )
    parameters = initial_parameters(network)
    for shape, weights in zip(network.shapes, layers, strict=True):
        assert parameters[shape.weights].tolist() == weights
        assert not parameters[shape.biases].any()
