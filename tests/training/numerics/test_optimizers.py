"""The optimizers: each step is that of its formula."""

import math
from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.numerics import loops
from training.numerics.optimizers import OptimizerKind, Rates, decayed

#: What rounding of subnormal numbers may lose.
TINY = 1e-320

NUMBERS = st.floats(-1e3, 1e3)
SOME = st.lists(NUMBERS, min_size=1, max_size=4)
SHARES = st.floats(0.0, 0.999)
RATES = Rates(0.1, momentum=0.9, beta1=0.9, beta2=0.999, epsilon=1e-8)


def _close(number: float, exact: Any, *terms: Any) -> bool:
    """Whether a number is the exact one to within rounding of the terms that it is made of."""
    relative = 8 * mpmath.mpf(2) ** -53
    return bool(abs(number - exact) <= relative * (sum(map(abs, terms)) + abs(exact)) + TINY)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_gradient_descent_goes_down_the_gradient(w: float, g: float, v: float, s: float) -> None:
    stepped = OptimizerKind("gradient-descent").definition.step(w, g, v, s, Rates(0.25))
    assert stepped == (0.25 * g, v, s)


@given(w=NUMBERS, g=NUMBERS, v=NUMBERS, rate=st.floats(1e-6, 10), share=SHARES)
def test_momentum_and_nesterov_make_steps_of_their_formulas(
    w: float, g: float, v: float, rate: float, share: float
) -> None:
    rates = Rates(rate, momentum=share)
    exact_w, exact_g, exact_v, mu, eta = map(mpmath.mpf, (w, g, v, share, rate))
    with mpmath.workprec(300):
        velocity = mu * exact_v + exact_g
        terms = (mu * exact_v, exact_g)
        for name, direction in [("momentum", velocity), ("nesterov", exact_g + mu * velocity)]:
            step, new_v, _ = OptimizerKind(name).definition.step(w, g, v, 0.0, rates)
            assert _close(new_v, velocity, *terms)
            new_w = w - step
            assert _close(new_w, exact_w - eta * direction, w, *(2 * eta * term for term in terms))


@given(NUMBERS, NUMBERS)
def test_without_momentum_both_are_gradient_descent(w: float, g: float) -> None:
    rates = Rates(0.5, momentum=0.0)
    for name in ("momentum", "nesterov"):
        step, new_v, _ = OptimizerKind(name).definition.step(w, g, 12.5, 0.0, rates)
        assert (step, new_v) == (0.5 * g, g)


def _adam_by_its_paper(
    w: float, gradients: Sequence[float], rates: Rates
) -> tuple[Any, Any, Any, Any]:
    """Return w, v and s after steps with these gradients, and how long the way of w was.

    By the algorithm of Kingma and Ba.
    """
    rate, beta1, beta2, epsilon = map(
        mpmath.mpf, (rates.learning_rate, rates.beta1, rates.beta2, rates.epsilon)
    )
    theta, m, v, way = mpmath.mpf(w), mpmath.mpf(0), mpmath.mpf(0), mpmath.mpf(0)
    for t, g in enumerate(map(mpmath.mpf, gradients), start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        step = rate * m_hat / (mpmath.sqrt(v_hat) + epsilon)
        theta, way = theta - step, way + abs(step)
    return theta, m, v, way


@given(
    w=st.floats(-3, 3),
    gradients=st.lists(st.floats(-3, 3), min_size=1, max_size=30),
    beta1=SHARES,
    beta2=SHARES,
    epsilon=st.floats(1e-8, 0.1),
)
def test_adam_makes_the_steps_of_its_paper_however_many(
    w: float, gradients: list[float], beta1: float, beta2: float, epsilon: float
) -> None:
    rates = Rates(0.1, beta1=beta1, beta2=beta2, epsilon=epsilon)
    parameters, memory = [w], OptimizerKind("adam").definition.fresh(1).tolist()
    for g in gradients:
        parameters, memory = loops.step("adam", parameters, [g], memory, rates)
    with mpmath.workprec(300):
        exact = _adam_by_its_paper(w, gradients, rates)
    assert parameters[0] == pytest.approx(float(exact[0]), abs=1e-11 * (1 + float(exact[3])))
    assert memory[0] == pytest.approx(float(exact[1]), abs=1e-13)
    assert memory[1] == pytest.approx(float(exact[2]), rel=1e-13)


@given(
    w=st.floats(-3, 3),
    gradients=st.lists(st.floats(-3, 3), min_size=1, max_size=30),
    share=SHARES,
    epsilon=st.floats(1e-8, 0.1),
)
@pytest.mark.parametrize("name", ["rmsprop", "adagrad"])
def test_rmsprop_and_adagrad_divide_by_the_root_of_their_squares(
    name: str, w: float, gradients: list[float], share: float, epsilon: float
) -> None:
    rates = Rates(0.1, beta2=share, epsilon=epsilon)
    parameters, memory = [w], OptimizerKind(name).definition.fresh(1).tolist()
    theta, s, way = w, 0.0, 0.0
    for g in gradients:
        parameters, memory = loops.step(name, parameters, [g], memory, rates)
        s = share * s + (1 - share) * g**2 if name == "rmsprop" else s + g**2
        step = 0.1 * g / (math.sqrt(s) + epsilon)
        theta, way = theta - step, way + abs(step)
    assert parameters[0] == pytest.approx(theta, abs=1e-11 * (1 + way))
    assert memory == [pytest.approx(s, rel=1e-13)]


@given(
    w=st.floats(-3, 3),
    gradients=st.lists(st.floats(-3, 3), min_size=1, max_size=30),
    decay=st.floats(0.0, 1.0),
)
def test_adamw_is_adam_on_parameters_that_decay_beside_it(
    w: float, gradients: list[float], decay: float
) -> None:
    parameters, memory = [w], OptimizerKind("adamw").definition.fresh(1).tolist()
    alone, kept = [0.0], OptimizerKind("adam").definition.fresh(1).tolist()
    theta = w
    for g in gradients:
        parameters, memory = loops.step(
            "adamw", parameters, [g], memory, RATES._replace(decoupled_decay=decay)
        )
        before, (alone, kept) = alone[0], loops.step("adam", alone, [g], kept, RATES)
        theta = theta * (1 - 0.1 * decay) + (alone[0] - before)
    assert memory == kept
    assert parameters[0] == pytest.approx(theta, abs=1e-11 * (1 + len(gradients)))


@pytest.mark.parametrize("g", [1e-3, -0.5, 20.0])
def test_adams_first_step_is_as_long_as_the_learning_rate(g: float) -> None:
    memory = OptimizerKind("adam").definition.fresh(1).tolist()
    (w,), _ = loops.step("adam", [1.0], [g], memory, RATES._replace(epsilon=0.0))
    assert w == pytest.approx(1.0 - math.copysign(0.1, g), rel=1e-15)


def test_adam_keeps_the_running_products_of_its_betas() -> None:
    memory = OptimizerKind("adam").definition.fresh(2).tolist()
    power1 = power2 = 1.0
    for _ in range(40):
        _, memory = loops.step("adam", [0.5, -0.5], [0.1, 0.2], memory, RATES)
        power1, power2 = power1 * 0.9, power2 * 0.999
        assert memory[4:] == [power1, power2]


@pytest.mark.parametrize("name", OptimizerKind)
def test_a_step_moves_each_parameter_as_if_it_were_alone(name: str) -> None:
    parameters, gradients = [0.5, -2.0, 0.0], [0.25, 3.0, -1.0]
    together, memory = parameters, OptimizerKind(name).definition.fresh(3).tolist()
    alone = [([w], OptimizerKind(name).definition.fresh(1).tolist()) for w in parameters]
    for _ in range(3):
        together, memory = loops.step(name, together, gradients, memory, RATES)
        alone = [
            loops.step(name, w, [g], kept, RATES)
            for (w, kept), g in zip(alone, gradients, strict=True)
        ]
    assert together == [w for (w,), _ in alone]
    for number in range(
        OptimizerKind(name).definition.memories
    ):  # v of all parameters, then s of all
        part = memory[3 * number : 3 * number + 3]
        assert part == [kept[number] for _, kept in alone]


@given(NUMBERS, NUMBERS, st.floats(1e-6, 10))
def test_weight_decay_pulls_a_parameter_to_zero(g: float, w: float, decay: float) -> None:
    pulled = decayed(g, w, Rates(0.1, weight_decay=decay))
    assert pulled == g + decay * w


@pytest.mark.parametrize("w", [math.inf, -1e308, 0.0])
@pytest.mark.parametrize("g", [-0.0, 0.0, 1.5])
def test_without_weight_decay_the_gradient_keeps_its_bits(g: float, w: float) -> None:
    assert decayed(g, w, Rates(0.1)).hex() == g.hex()


@pytest.mark.parametrize("name", OptimizerKind)
@given(parameters=SOME, decay=st.floats(1e-3, 1.0))
def test_every_optimizer_steps_with_the_decayed_gradient(
    name: str, parameters: list[float], decay: float
) -> None:
    memory = OptimizerKind(name).definition.fresh(len(parameters)).tolist()
    mean = [0.5] * len(parameters)
    rates = RATES._replace(weight_decay=decay)
    pulled = [0.5 + decay * w for w in parameters]
    assert loops.step(name, parameters, mean, memory, rates) == loops.step(
        name, parameters, pulled, memory, RATES
    )


@pytest.mark.parametrize(
    ("name", "size", "fresh"),
    [
        ("gradient-descent", 0, []),
        ("momentum", 3, [0.0] * 3),
        ("nesterov", 3, [0.0] * 3),
        ("adam", 8, [0.0] * 6 + [1.0, 1.0]),
        ("rmsprop", 3, [0.0] * 3),
        ("adamw", 8, [0.0] * 6 + [1.0, 1.0]),
        ("adagrad", 3, [0.0] * 3),
    ],
)
def test_initial_optimizer_states(name: str, size: int, fresh: list[float]) -> None:
    optimizer = OptimizerKind(name).definition
    assert optimizer.size(3) == size
    assert optimizer.fresh(3).tolist() == fresh
    assert optimizer.fresh(3).dtype == np.float64


@pytest.mark.parametrize("name", OptimizerKind)
def test_a_step_changes_nothing_that_it_was_given(name: str) -> None:
    parameters, gradients = [0.5, -2.0], [0.25, 3.0]
    memory = OptimizerKind(name).definition.fresh(2).tolist()
    before = list(memory)
    loops.step(name, parameters, gradients, memory, RATES)
    assert (parameters, gradients, memory) == ([0.5, -2.0], [0.25, 3.0], before)
