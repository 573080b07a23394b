"""What is done to each unit or parameter by itself, compiled: the tables, applied to whole layers.

A layer's numbers lie in a run of a flat array, from `begin` to `end`.  Which function of a table is
applied is chosen by its number outside of the loop, so that the loop itself is vector code.
"""

from typing import Any

from training.numerics.activations import ACTIVATIONS
from training.numerics.costs import COSTS
from training.numerics.jit import part, shared
from training.numerics.optimizers import OPTIMIZERS, Rates, decayed
from training.numerics.vectors import Pointer, at, put


def _choice(functions: list[Any]) -> Any:
    """Return a function that calls the one with the number that is its first argument.

    It is compiled once, and called: what calls it has many places to call it from.
    """
    first, second, third, fourth, fifth, sixth = (
        *map(shared, functions),
        *[_nothing] * (_MOST_CHOICES - len(functions)),
    )

    @part
    def choose(code: int, *args: Any) -> None:
        if code == 0:
            first(*args)
        elif code == 1:
            second(*args)
        elif code == 2:
            third(*args)
        elif code == 3:
            fourth(*args)
        elif code == 4:
            fifth(*args)
        else:
            sixth(*args)

    return choose


_MOST_CHOICES = 6


@shared
def _nothing(*args: Any) -> None:
    pass


def _activating(function: Any) -> Any:
    def activate(z: Pointer, a: Pointer, begin: int, end: int) -> None:
        for i in range(begin, end):
            put(a, i, function(at(z, i)))

    return activate


def _sloping(derivative: Any) -> Any:
    def slope(z: Pointer, a: Pointer, delta: Pointer, begin: int, end: int) -> None:
        for i in range(begin, end):
            put(delta, i, at(delta, i) * derivative(at(z, i), at(a, i)))

    return slope


activate = _choice([_activating(each.function) for each in ACTIVATIONS.values()])
"""(activation, z, a, begin, end): a ← f(z)."""

multiply_by_slope = _choice([_sloping(each.derivative) for each in ACTIVATIONS.values()])
"""(activation, z, a, δ, begin, end): δ ← δ·f′(z)."""


def _finishing(cost: Any) -> Any:
    cost_of, delta_of = cost.function, cost.delta

    def finish(
        z: Pointer, a: Pointer, delta: Pointer, y: Pointer, outputs: float, begin: int, end: int
    ) -> None:
        for k in range(begin, end):
            target = at(y, k - begin)
            activation = at(a, k)
            put(delta, k, delta_of(activation, target, at(delta, k), outputs))
            put(y, k - begin, cost_of(at(z, k), activation, target, outputs))

    return finish


finish = _choice([_finishing(each) for each in COSTS.values()])
"""(cost, z, a, δ, y, number of outputs, begin, end): δ, where f′(z) lies, becomes ∂C/∂z, and y, where
the targets lie from index 0 on, the cost of each output."""


def _stepping(optimizer: Any, *, exact: bool) -> Any:
    """Return what an optimizer does to all parameters.

    n is the number of examples, or 1/n where that is `exact`: where n is a power of two, so that
    G·(1/n) is G/n to the bit, and takes a tenth of the time.
    """
    step = optimizer.step
    memories = optimizer.memories

    def apply(
        finite: Pointer,
        n: float,
        rates: Rates,
        count: int,
        gradient: Pointer,
        w: Pointer,
        v: Pointer,
        s: Pointer,
        new_w: Pointer,
        new_v: Pointer,
        new_s: Pointer,
    ) -> None:
        good = True
        for p in range(count):
            mean = at(gradient, p) * n if exact else at(gradient, p) / n
            w_p = at(w, p)
            v_p = at(v, p) if memories >= 1 else 0.0
            s_p = at(s, p) if memories == 2 else 0.0
            w_p, v_p, s_p = step(w_p, decayed(mean, w_p, rates), v_p, s_p, rates)
            put(new_w, p, w_p)
            if memories >= 1:
                put(new_v, p, v_p)
            if memories == 2:
                put(new_s, p, s_p)
            good &= w_p - w_p == 0.0  # ∞ − ∞ and NaN − NaN are NaN
        if not good:
            put(finite, 0, 0.0)

    return apply


step = _choice([_stepping(each, exact=False) for each in OPTIMIZERS.values()])
"""(optimizer, finite, n, rates, number of parameters, G, w, v, s, new w, v, s): one step of all parameters; finite[0]
becomes 0 where a new parameter is not finite."""

step_exact = _choice([_stepping(each, exact=True) for each in OPTIMIZERS.values()])
"""The same with 1/n in place of n, for an n that is a power of two."""
