"""Pointwise operations on units and parameters, compiled: the tables, applied to whole layers.

The numbers of a layer are contiguous in memory.  The function is selected by its number outside the
loop, so that the loop itself is vectorised.
"""

from typing import Any

from training.numerics.activations import ACTIVATIONS
from training.numerics.costs import CostDefinition, CostFunction
from training.numerics.jit import part, shared
from training.numerics.optimizers import OptimizerDefinition, OptimizerKind, Rates, decayed
from training.numerics.vectors import Pointer, at, put


def choice(functions: list[Any]) -> Any:
    """Return a function that calls the one with the number in its first argument.

    It is compiled once and not inlined, because it is called from many places.
    """
    return part(_inline_choice(list(map(shared, functions))))


def _inline_choice(functions: list[Any]) -> Any:
    """Return `choice` for shared functions; the last also for each larger number."""
    if len(functions) == 1:
        (last,) = functions

        def call(_code: int, *args: Any) -> None:
            last(*args)

        return call

    first, others = functions[0], shared(_inline_choice(functions[1:]))

    def choose(code: int, *args: Any) -> None:
        if code == 0:
            first(*args)
        else:
            others(code - 1, *args)

    return choose


def _activating(function: Any) -> Any:
    def activate(z: Pointer, a: Pointer, begin: int, end: int) -> None:
        for i in range(begin, end):
            put(a, i, function(at(z, i)))

    return activate


activate = choice([_activating(each.function) for each in ACTIVATIONS.values()])
"""(activation, z, a, begin, end): a ← f(z)."""


def _sloping(derivative: Any) -> Any:
    def slope(z: Pointer, a: Pointer, delta: Pointer, begin: int, end: int) -> None:
        for i in range(begin, end):
            put(delta, i, at(delta, i) * derivative(at(z, i), at(a, i)))

    return slope


multiply_by_slope = choice([_sloping(each.derivative) for each in ACTIVATIONS.values()])
"""(activation, z, a, δ, begin, end): δ ← δ·f′(z)."""


def _finishing(cost: CostDefinition) -> Any:
    """Return the operation on the outputs for a cost.

    A cost for one activation only computes this too: the sigmoid and its cross-entropy need the
    same power of e.
    """
    cost_of, delta_of = cost.function, cost.delta
    computed = ACTIVATIONS.get(cost.activation or "")
    activates = computed is not None
    function: Any = computed.function if computed else None
    cancels = cost.activation is not None

    def finish(
        z: Pointer,
        a: Pointer,
        delta: Pointer,
        y: Pointer,
        costs: Pointer,
        outputs: float,
        begin: int,
        end: int,
    ) -> None:
        for k in range(begin, end):
            logit, target = at(z, k), at(y, k)
            activation = function(logit) if activates else at(a, k)
            slope = 1.0 if cancels else at(delta, k)
            put(a, k, activation)
            put(delta, k, delta_of(activation, target, slope, outputs))
            put(costs, k, cost_of(logit, activation, target, outputs))

    return finish


finish = choice([_finishing(each.definition) for each in CostFunction])
"""(cost, z, a, δ, y, costs, number of outputs, begin, end): δ ← ∂C/∂z, and sets the cost of each
output.  Before, δ is f′(z) unless it cancels out."""

#: The numbers of the costs that compute the activation too.
ACTIVATING_COSTS = tuple(
    code for code, cost in enumerate(CostFunction) if cost.definition.activation in ACTIVATIONS
)

#: The numbers of the costs that f′(z) cancels out of.
CANCELLING_COSTS = tuple(
    code for code, cost in enumerate(CostFunction) if cost.definition.activation
)


def _stepping(optimizer: OptimizerDefinition, *, exact: bool) -> Any:
    step = optimizer.step
    has_v, has_s = "v" in optimizer.memory, "s" in optimizer.memory

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
            v_p = at(v, p) if has_v else 0.0
            s_p = at(s if has_v else v, p) if has_s else 0.0
            step_p, v_p, s_p = step(w_p, decayed(mean, w_p, rates), v_p, s_p, rates)
            w_p = w_p - step_p
            put(new_w, p, w_p)
            if has_v:
                put(new_v, p, v_p)
            if has_s:
                put(new_s if has_v else new_v, p, s_p)
            good &= w_p - w_p == 0.0  # ∞ − ∞ and NaN − NaN are NaN
        if not good:
            put(finite, 0, 0.0)

    return apply


step = choice(
    [_stepping(each.definition, exact=exact) for exact in (False, True) for each in OptimizerKind]
)
"""(number, finite, n, rates, count, G, w, v, s, new w, new v, new s): one step of some parameters;
finite[0] ← 0 if a new one is infinite or NaN.  An optimizer with s only has it in place of v.

The number is that of the optimizer.  If n is a power of two, EXACT may be added to it, with 1/n in
place of n: then G·(1/n) is G/n to the bit, in a tenth of the time."""

EXACT = len(OptimizerKind)
