"""The bits of a float as an integer, and back."""

import numpy as np
import pytest

from training.numerics.bits import bits_of, float_of


@pytest.mark.parametrize("x", [0.0, 1.0, -2.5, 5e-324, float("inf"), float("-inf")])
def test_a_float_is_its_bits(x: float) -> None:
    assert bits_of(x) == int(np.array(x).view(np.int64))
    assert float_of(bits_of(x)) == x


def test_bits_keep_the_sign_of_zero() -> None:
    assert bits_of(-0.0) == -(2**63)
    assert str(float_of(-(2**63))) == "-0.0"
    with pytest.raises(OverflowError):
        float_of(2**63)
