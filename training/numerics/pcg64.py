"""PCG64, compiled: the same numbers as `random` gets from NumPy, for kernels.

The state of the generator is a number of 128 bits, here as (upper, lower) halves of 64; each step
is state ← state·multiplier + increment.  A jump to the stream of the next epoch is a step of the
same form with other numbers, so a kernel can go from epoch to epoch without NumPy. Source: M. E.
O'Neill, PCG, HMC-CS-2014-0905 (the variant XSL RR 128/64).
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from training.numerics.jit import instruction, part, shared
from training.numerics.vectors import Pointer, integer_at, put_integer

Words = NDArray[np.uint64]

MASK = 2**128 - 1
MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
#: The number of steps in a jump of `PCG64.jumped`: 2¹²⁸ divided by the golden ratio.
JUMP = 0x9E3779B97F4A7C15F39CC0605CEDC835

_MULTIPLIER = (np.uint64(MULTIPLIER >> 64), np.uint64(MULTIPLIER & (2**64 - 1)))
_58 = np.uint64(58)
_63 = np.uint64(63)
_64 = np.uint64(64)
_0 = np.uint64(0)
_1 = np.uint64(1)


def shuffling(seed: int, epoch: int) -> Words:
    """Return the argument of `next_order` for this epoch, which counts from 1.

    Eight words: the state at the start of the stream of the epoch, the increment, and the
    multiplier and increment of a jump, each as upper and lower half.
    """
    generator = np.random.PCG64(seed)
    start, increment = _numbers(generator)
    jump = pow(MULTIPLIER, JUMP, MASK + 1)
    once, _ = _numbers(generator.jumped(1))
    state, _ = _numbers(generator.jumped(epoch))
    numbers = (state, increment, jump, (once - jump * start) & MASK)
    return np.array(
        [half for number in numbers for half in (number >> 64, number & (2**64 - 1))],
        dtype=np.uint64,
    )


def _numbers(generator: np.random.PCG64) -> tuple[int, int]:
    state: Any = generator.state["state"]
    return int(state["state"]), int(state["inc"])


@instruction
def _multiply_add(types: Any, a: Any, b: Any, c: Any) -> Any:
    """Compute a·b + c modulo 2¹²⁸, each number and the result as (upper, lower)."""
    word, wide = ir.IntType(64), ir.IntType(128)

    def generate(context: Any, builder: Any, _signature: Any, numbers: Any) -> Any:
        whole = []
        for number in numbers:
            upper, lower = (
                builder.zext(builder.extract_value(number, half), wide) for half in (0, 1)
            )
            whole.append(builder.or_(builder.shl(upper, wide(64)), lower))
        result = builder.add(builder.mul(whole[0], whole[1]), whole[2])
        halves = (builder.lshr(result, wide(64)), result)
        return context.make_tuple(
            builder, types.pair, [builder.trunc(half, word) for half in halves]
        )

    return types.pair(a, b, c), generate


@part
def next_order(words: Pointer, order: Pointer, examples: int) -> None:
    """Set the order of the examples in an epoch, and advance `words` to the next epoch.

    The algorithm is that of `random.epoch_order`.
    """
    start = (_word(words, 0), _word(words, 1))
    increment = (_word(words, 2), _word(words, 3))
    state = start
    for place in range(examples):
        put_integer(order, place, place)
    for place in range(examples - 1, 0, -1):
        count = np.uint64(place + 1)
        excess = (_0 - count) % count  # 2⁶⁴ mod count
        while True:
            state = _multiply_add(state, _MULTIPLIER, increment)
            folded = state[0] ^ state[1]
            turn = state[0] >> _58
            raw = (folded >> turn) | (folded << ((_64 - turn) & _63))
            if raw <= (_0 - _1) - excess:
                break
        other = np.int64(raw % count)
        kept = integer_at(order, place)
        put_integer(order, place, integer_at(order, other))
        put_integer(order, other, kept)
    jump = (_word(words, 4), _word(words, 5))
    state = _multiply_add(start, jump, (_word(words, 6), _word(words, 7)))
    put_integer(words, 0, np.int64(state[0]))
    put_integer(words, 1, np.int64(state[1]))


@shared
def _word(words: Pointer, index: int) -> np.uint64:
    return np.uint64(integer_at(words, index))
