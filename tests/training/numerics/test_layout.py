"""The flat vector of parameters: layer by layer, unit by unit."""

import pytest
from hypothesis import given
from numerics import structures

from training.numerics.layout import Layer, Structure, to_flat, to_layers

PLAIN = Structure((2, 3, 1), ("sigmoid", "sigmoid"), "cross-entropy")
BIASED = Structure((2, 3, 1), ("sigmoid", "sigmoid"), "cross-entropy", bias=True)


def test_weights_lie_layer_after_layer_and_row_after_row() -> None:
    layers = to_layers(PLAIN, range(9))
    assert layers == [
        Layer([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], []),
        Layer([[6.0, 7.0, 8.0]], []),
    ]
    assert to_flat(layers) == list(range(9))


def test_a_layers_biases_lie_behind_its_weights() -> None:
    layers = to_layers(BIASED, range(13))
    assert layers == [
        Layer([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], [6.0, 7.0, 8.0]),
        Layer([[9.0, 10.0, 11.0]], [12.0]),
    ]
    assert to_flat(layers) == list(range(13))


@given(structures())
def test_the_flat_parameters_come_back_as_they_were(structure: Structure) -> None:
    flat = [float(number) for number in range(structure.parameters)]
    assert to_flat(to_layers(structure, flat)) == flat


@pytest.mark.parametrize("count", [0, 8, 10, 13])
def test_a_wrong_number_of_parameters_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"2-3-1 has 9 parameters, not {count}"):
        to_layers(PLAIN, range(count))


@pytest.mark.parametrize("count", [0, 9, 12, 14])
def test_a_wrong_number_of_parameters_is_refused_where_biases_count(count: int) -> None:
    with pytest.raises(ValueError, match=f"2-3-1 has 13 parameters, not {count}"):
        to_layers(BIASED, range(count))
