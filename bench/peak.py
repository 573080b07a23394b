"""The most that one thread of the processor can compute without fused instructions."""

import time
from collections.abc import Callable

import numpy as np

from bench.peers.work import Array, Work
from training.numerics.arguments import VECTOR
from training.numerics.jit import kernel
from training.numerics.signatures import FLOAT, INTEGER, signature
from training.numerics.vectors import operations, pointer

_Loop = Callable[[Array, int], float]

_ROUNDS = 1_000_000
_CHAINS = 6
_REPETITIONS = 9


def peak() -> float:
    """Return the largest number of multiplications and additions per second, as many of each.

    They are independent of each other, and on numbers in registers, in vectors of four or eight.
    """
    numbers = np.ones(2 + 2 * _CHAINS)  # neither overflow nor become subnormal
    return max(_speed(_loop(lanes), lanes, numbers) for lanes in (4, 8))


def operations_of(work: Work) -> int:
    """Return the multiplications and additions in the sums of an update of two layers."""
    inputs, hidden, outputs = work.layer_sizes
    # Logits and gradients of both layers, and the deltas of the hidden one.
    return 2 * work.batch_size * (2 * inputs * hidden + 3 * hidden * outputs)


def _speed(loop: _Loop, lanes: int, numbers: Array) -> float:
    loop(numbers, 1)  # compiled
    seconds = []
    for _ in range(_REPETITIONS):
        started = time.perf_counter()
        loop(numbers, _ROUNDS)
        seconds.append(time.perf_counter() - started)
    return 2 * _CHAINS * lanes * _ROUNDS / min(seconds)


def _loop(lanes: int) -> _Loop:
    _, _, _, spread, add, _, multiply, add_in_order = operations(lanes)

    @kernel(signature(VECTOR, INTEGER, results=(FLOAT,)), f"peak with vectors of {lanes}")
    def loop(numbers: Array, rounds: int) -> float:
        x = pointer(numbers)
        factor, term = spread(x, 0), spread(x, 1)
        m0, m1, m2 = spread(x, 2), spread(x, 3), spread(x, 4)
        m3, m4, m5 = spread(x, 5), spread(x, 6), spread(x, 7)
        a0, a1, a2 = spread(x, 8), spread(x, 9), spread(x, 10)
        a3, a4, a5 = spread(x, 11), spread(x, 12), spread(x, 13)
        for _ in range(rounds):
            m0, m1, m2 = multiply(m0, factor), multiply(m1, factor), multiply(m2, factor)
            m3, m4, m5 = multiply(m3, factor), multiply(m4, factor), multiply(m5, factor)
            a0, a1, a2 = add(a0, term), add(a1, term), add(a2, term)
            a3, a4, a5 = add(a3, term), add(a4, term), add(a5, term)
        total = 0.0
        for each in (m0, m1, m2, m3, m4, m5, a0, a1, a2, a3, a4, a5):
            total = add_in_order(total, each)
        return total  # without a use, nothing would be computed

    return loop
