"""Recognises an activation by what it computes.

Libraries write an activation as one operator or as several, and differently in each version. At
some points, the results are compared with those of every activation.
"""

from collections.abc import Callable
from math import erf, sqrt
from typing import TYPE_CHECKING, Any, TypeAlias

from clearprop.v1.network_pb2 import Activation
from clearprop.values import enum_word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.floating[Any]]
else:
    Floats = Any

#: The points for units of a layer: both signs, small and large, where activations differ.
_SIZES = (0.0, 1e-3, 0.1, 0.5, 0.75, 1.0, 1.3, 2.0, 2.7, 4.0, 6.5, 9.0, 14.0)

#: The greatest difference of equal activations, by the size of a number in bytes. Attributes of
#: operators have 32 bits, also in models of 64.
_TOLERANCES = {4: 5e-6, 8: 1e-7}

#: The activations of a network.
ACTIVATIONS = tuple(enum_word(Activation, each) for each in Activation.values()[1:])

_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def points(units: int) -> Floats:
    """Return logits [points, units] at which activations are told apart."""
    import numpy as np  # noqa: PLC0415 - it is slow to import

    line = np.array([sign * size for size in _SIZES for sign in (1.0, -1.0)])
    # Softmax needs different logits within a row.
    return np.stack([np.roll(line, 3 * unit) for unit in range(units)], axis=1)


def recognised(logits: Floats, computed: Floats) -> str | None:
    """Return the activation that gives these results; None if none does."""
    import numpy as np  # noqa: PLC0415 - it is slow to import

    if computed.shape != logits.shape:
        return None
    tolerance = _TOLERANCES.get(computed.dtype.itemsize, 0.0)
    for name, function in _activations().items():
        wanted = function(logits.astype(np.float64))
        if bool(np.all(np.abs(computed - wanted) <= tolerance * (1.0 + np.abs(wanted)))):
            return name
    return None


def _activations() -> dict[str, Callable[[Any], Any]]:
    import numpy as np  # noqa: PLC0415 - it is slow to import

    def softmax(z: Any) -> Any:  # noqa: ANN401 - an array
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def below(z: Any) -> Any:  # noqa: ANN401 - an array
        return np.expm1(np.minimum(z, 0.0))

    return {
        "identity": lambda z: z,
        "sigmoid": lambda z: 1.0 / (1.0 + np.exp(-z)),
        "tanh": np.tanh,
        "relu": lambda z: np.maximum(z, 0.0),
        "leaky-relu": lambda z: np.maximum(z, 0.01 * z),
        "elu": lambda z: np.maximum(z, 0.0) + below(z),
        "selu": lambda z: _SELU_SCALE * (np.maximum(z, 0.0) + _SELU_ALPHA * below(z)),
        "gelu": lambda z: 0.5 * z * (1.0 + np.vectorize(erf)(z / sqrt(2.0))),
        "silu": lambda z: z / (1.0 + np.exp(-z)),
        "softplus": lambda z: np.logaddexp(z, 0.0),
        "softmax": softmax,
    }
