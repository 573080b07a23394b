"""Activations as computations of ONNX, and the constants that they share with their functions.

Only operators that runtimes have for float64 are used: they have Erf, Elu and Selu for float32
only.
"""

from training.numerics.normal_distribution import TAIL_C, TAIL_K, TAIL_POLYNOMIAL

#: The factor of a leaky relu for negative logits.
LEAK = 0.01

#: λ, α and λ·α of selu.
SELU_SCALE = 1.0507009873554805
SELU_ALPHA = 1.6732632423543772
SELU_BELOW = 1.7580993408473766

OnnxNode = tuple[str, tuple[str | float, ...], str]
"""An operator of ONNX, its inputs and its output.  An input is `z`, a constant, or the output of an
earlier node; the last output is `a`."""

LEAKY_RELU_NODES: tuple[OnnxNode, ...] = (
    ("Mul", ("z", LEAK), "leaked"),
    ("Max", ("z", "leaked"), "a"),
)

# max(z, 0) + log1p(t) with t = e^−|z|. ONNX has no log1p: it is ln u − ((u − 1) − t)/u with
# u = 1 + t, where the second part corrects the rounding of u.
SOFTPLUS_NODES: tuple[OnnxNode, ...] = (
    ("Abs", ("z",), "size"),
    ("Neg", ("size",), "below"),
    ("Exp", ("below",), "t"),
    ("Add", (1.0, "t"), "u"),
    ("Log", ("u",), "log"),
    ("Sub", ("u", 1.0), "rounded"),
    ("Sub", ("rounded", "t"), "error"),
    ("Div", ("error", "u"), "correction"),
    ("Sub", ("log", "correction"), "log1p"),
    ("Relu", ("z",), "positive"),
    ("Add", ("positive", "log1p"), "a"),
)

# e^x − 1 for x = min(z, 0), as tanh(x/2)·(e^x + 1), which loses no digits near 0.
_EXPM1: tuple[OnnxNode, ...] = (
    ("Min", ("z", 0.0), "below"),
    ("Mul", ("below", 0.5), "half"),
    ("Tanh", ("half",), "tanh"),
    ("Exp", ("below",), "power"),
    ("Add", ("power", 1.0), "sum"),
    ("Mul", ("tanh", "sum"), "expm1"),
    ("Relu", ("z",), "positive"),
)
ELU_NODES: tuple[OnnxNode, ...] = (*_EXPM1, ("Add", ("positive", "expm1"), "a"))
SELU_NODES: tuple[OnnxNode, ...] = (
    *_EXPM1,
    ("Mul", ("positive", SELU_SCALE), "above_0"),
    ("Mul", ("expm1", SELU_BELOW), "below_0"),
    ("Add", ("above_0", "below_0"), "a"),
)


def _horner() -> list[OnnxNode]:
    """Return the polynomial of `tail_ratio` in t."""
    *lower, last = TAIL_POLYNOMIAL
    nodes: list[OnnxNode] = []
    value: str | float = last
    for degree in range(len(lower) - 1, -1, -1):
        nodes.append(("Mul", (value, "t"), f"product_{degree}"))
        nodes.append(("Add", (f"product_{degree}", lower[degree]), f"sum_{degree}"))
        value = f"sum_{degree}"
    return nodes


# max(z, 0) − x·e^(−x²/2)·R(x) with x = |z|, as `activations.gelu`.
GELU_NODES: tuple[OnnxNode, ...] = (
    ("Abs", ("z",), "size"),
    ("Min", ("size", 40.0), "x"),
    ("Sub", ("x", TAIL_K), "difference"),
    ("Add", ("x", TAIL_K), "distance"),
    ("Div", ("difference", "distance"), "t"),
    *_horner(),
    ("Mul", ("x", "x"), "square"),
    ("Mul", ("square", -0.5), "exponent"),
    ("Exp", ("exponent",), "bell"),
    ("Mul", ("x", "sum_0"), "weighted"),
    ("Mul", ("x", TAIL_C), "scaled"),
    ("Add", ("scaled", 1.0), "denominator"),
    ("Div", ("weighted", "denominator"), "twice"),
    ("Mul", ("twice", 0.5), "ratio"),
    ("Mul", ("ratio", "bell"), "beyond"),
    ("Relu", ("z",), "positive"),
    ("Sub", ("positive", "beyond"), "a"),
)
