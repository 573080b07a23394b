"""The flat vector of parameters: layer after layer, unit after unit."""

import pytest

from training.numerics.layout import to_flat, to_layers


def test_weights_lie_layer_after_layer_and_row_after_row() -> None:
    weights = to_layers([2, 3, 1], range(9))
    assert weights == [[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], [[6.0, 7.0, 8.0]]]
    assert to_flat(weights) == list(range(9))


@pytest.mark.parametrize("count", [0, 8, 10])
def test_a_wrong_number_of_parameters_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="have 9 parameters"):
        to_layers([2, 3, 1], range(count))
