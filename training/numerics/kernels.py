"""Training, compiled: the arithmetic of `loops`, in its order and to its bits, at full speed.

Nothing here depends on how fast a batch is computed: by `tiles` of as many examples as suit it.
"""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

from training.numerics.codes import Network
from training.numerics.jit import kernel, shared
from training.numerics.optimizers import Rates
from training.numerics.pcg64 import next_order
from training.numerics.pointwise import step, step_exact
from training.numerics.tiles import Shape, shape_of, tiles
from training.numerics.vectors import Pointer, at, beyond, integer_at, pointer, put, put_integer

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]


class Batches(NamedTuple):
    """Which examples a run's updates take, and when it ends early."""

    batch_size: int
    """From 1 to the number of examples."""
    total_examples: int
    """Epochs × examples."""
    updates_done: int
    """How many updates the run has already made."""
    cost_below: float
    """The run ends with an epoch of a lower mean cost; −∞ to let it go on."""


#: Why `train` made no more updates.
MADE, DIVERGED, COST_REACHED = range(3)

# Arguments that are only read may be read-only arrays: training sets are.
_READ_VECTOR = types.Array(types.float64, 1, "C", readonly=True)
_READ_ROWS = types.Array(types.float64, 2, "C", readonly=True)
_VECTOR = types.Array(types.float64, 1, "C")
_ROWS = types.Array(types.float64, 2, "C")
_INTEGERS = types.Array(types.int64, 1, "C")
_WORDS = types.Array(types.uint64, 1, "C")
_NETWORK: Any = types.NamedTuple((_INTEGERS, _INTEGERS, types.int64, types.int64), Network)  # type: ignore[no-untyped-call]
_RATES: Any = types.NamedUniTuple(types.float64, len(Rates._fields), Rates)  # type: ignore[no-untyped-call]
_BATCHES: Any = types.NamedTuple((types.int64, types.int64, types.int64, types.float64), Batches)  # type: ignore[no-untyped-call]
_MADE_AND_OUTCOME: Any = types.UniTuple(types.int64, 2)  # type: ignore[no-untyped-call]


@shared
def _next_batch(
    shuffled: int,
    shuffling: Pointer,
    order: Pointer,
    examples: int,
    place: int,
    n: int,
    rows: Pointer,
) -> int:
    """Take the next n examples in their order, and return how many of the epoch are then taken."""
    for e in range(n):
        if place == examples:
            place = 0
            if shuffled:
                next_order(shuffling, order, examples)
        put_integer(rows, e, integer_at(order, place))
        place += 1
    return place


@shared
def _sum(numbers: Pointer, begin: int, end: int, start: float) -> float:
    total = start
    for e in range(begin, end):
        total += at(numbers, e)
    return total


@shared
def _keep(array: Any) -> None:
    """Be what an array is used for at last, so that it is not freed while pointers look into it."""
    array[0] = array[0]


def _training(lanes: int) -> Any:
    """Return the kernel that trains with batches in tiles of so many lanes."""
    room_size, room_in, forward, finish, backward, gradient_of = tiles(lanes)

    @kernel(
        _MADE_AND_OUTCOME(
            _NETWORK,
            _READ_ROWS,
            _READ_ROWS,
            _BATCHES,
            _WORDS,
            types.int64,
            _RATES,
            _VECTOR,
            _VECTOR,
            _VECTOR,
            _VECTOR,
            _ROWS,
        ),
        f"train with tiles of {lanes}",
    )
    def train(
        structure: Network,
        inputs: Floats,
        targets: Floats,
        batches: Batches,
        shuffling: Words,
        optimizer: int,
        rates: Rates,
        parameters: Floats,
        memory: Floats,
        epoch_cost: Floats,
        costs: Floats,
        recorded: Floats,
    ) -> tuple[int, int]:
        size, examples, updates = parameters.size, inputs.shape[0], costs.size
        network, x, y = shape_of(structure, parameters), pointer(inputs), pointer(targets)
        shuffled, words = shuffling.size > 0, pointer(shuffling)
        batch_size = batches.batch_size
        integer_count, float_count = room_size(network, batch_size)
        integers = np.empty(integer_count + batch_size + examples, np.int64)
        floats = np.zeros(float_count + batch_size + 3 + 4 * size)
        room = room_in(network, batch_size, pointer(integers), pointer(floats))
        rows = beyond(pointer(integers), integer_count)
        order = beyond(rows, batch_size)
        example_costs = beyond(pointer(floats), float_count)
        finite = beyond(example_costs, batch_size)
        # β₁^t and β₂^t where they are remembered, else numbers that nobody looks at.
        memories = min(memory.size // size, 2)
        powers = beyond(pointer(memory), 2 * size) if memories == 2 else beyond(finite, 1)
        gradient = beyond(finite, 3)
        # The next update is made beside the latest: one that is not finite is not made.
        w, v, s = pointer(parameters), pointer(memory), beyond(pointer(memory), size)
        new_w = beyond(gradient, size)
        new_v = beyond(new_w, size)
        new_s = beyond(new_v, size)

        for e in range(examples):
            put_integer(order, e, e)
        if shuffled:
            next_order(words, order, examples)
        put(finite, 0, 1.0)
        power1, power2 = at(powers, 0), at(powers, 1)
        position = batches.updates_done * batch_size
        place = position % examples
        done = 0
        outcome = MADE
        while done < updates and position < batches.total_examples:
            n = min(batch_size, batches.total_examples - position)
            place = _next_batch(shuffled, words, order, examples, place, n, rows)
            forward(network, x, rows, n, w, room)
            finish(network, y, rows, n, room, example_costs)
            backward(network, w, room, n)
            gradient_of(network, x, rows, n, room, gradient)

            next_power1, next_power2 = power1 * rates.beta1, power2 * rates.beta2
            stepping = Rates(
                rates.learning_rate,
                rates.weight_decay,
                rates.momentum,
                rates.beta1,
                rates.beta2,
                rates.epsilon,
                1.0 - next_power1,
                sqrt(1.0 - next_power2),
            )
            if n & (n - 1) == 0:
                step_exact(
                    optimizer, finite, 1.0 / n, stepping, size, gradient, w, v, s, new_w, new_v,
                    new_s,
                )
            else:
                step(
                    optimizer, finite, float(n), stepping, size, gradient, w, v, s, new_w, new_v,
                    new_s,
                )
            if at(finite, 0) == 0.0:
                outcome = DIVERGED
                break
            w, new_w = new_w, w
            v, new_v = new_v, v
            s, new_s = new_s, s
            power1, power2 = next_power1, next_power2
            if recorded.shape[0] > 0:
                for p in range(size):
                    put(pointer(recorded), done * size + p, at(w, p))
            put(pointer(costs), done, _sum(example_costs, 0, n, 0.0) / n)
            left = examples - position % examples  # of the epoch, with this batch
            position += n
            done += 1
            epoch_cost[0] = _sum(example_costs, 0, min(n, left), epoch_cost[0])
            if n >= left:
                mean = epoch_cost[0] / examples
                epoch_cost[0] = _sum(example_costs, left, n, 0.0)
                if mean < batches.cost_below:
                    outcome = COST_REACHED
                    break
        if done % 2 == 1:
            for p in range(size):
                parameters[p] = at(w, p)
            for p in range(min(memories, 1) * size):
                memory[p] = at(v, p)
            for p in range((memories - 1) * size):
                memory[size + p] = at(s, p)
        put(powers, 0, power1)
        put(powers, 1, power2)
        _keep(integers)
        _keep(floats)
        return done, outcome

    return train


_TRAIN_BY_ONE, _TRAIN_BY_FOUR, _TRAIN_BY_EIGHT = _training(1), _training(4), _training(8)


def train(
    network: Network,
    inputs: Floats,
    targets: Floats,
    batches: Batches,
    shuffling: Words,
    optimizer: int,
    rates: Rates,
    parameters: Floats,
    memory: Floats,
    epoch_cost: Floats,
    costs: Floats,
    recorded: Floats,
) -> tuple[int, int]:
    """Advance a run by as many updates as `costs` has room for.

    Returns how many were made, and why it ended: MADE all or the run is complete, DIVERGED where
    the next update would make a parameter infinite or NaN, COST_REACHED.

    The run takes the examples in order, again and again: its update number u, from 0, takes those
    at the positions u·batch_size to min((u + 1)·batch_size, total_examples) − 1, and position p is
    that of example p mod examples, or of the one at this place of the epoch's shuffled order.

    Args:
        network: what it is made of.
        inputs: [examples, inputs].
        targets: [examples, outputs].
        batches: which examples the updates take.
        shuffling: `pcg64.shuffling` for the epoch under way, changed; or empty.
        optimizer: a number of OPTIMIZER_CODES.
        rates: what was asked for.
        parameters: [parameters], changed in place.
        memory: what the optimizer remembers, changed in place.
        epoch_cost: [1], the sum of the costs of the examples of the epoch under way, changed.
        costs: [updates], becomes the mean cost of each update's batch, measured before the update.
        recorded: [updates, parameters], becomes the parameters after each update; or [0, any], then
            nothing is recorded.
    """
    if batches.batch_size == 1:
        by_tiles = _TRAIN_BY_ONE
    elif batches.batch_size <= 4:
        by_tiles = _TRAIN_BY_FOUR
    else:
        by_tiles = _TRAIN_BY_EIGHT
    made: tuple[int, int] = by_tiles(
        network,
        inputs,
        targets,
        batches,
        shuffling,
        optimizer,
        rates,
        parameters,
        memory,
        epoch_cost,
        costs,
        recorded,
    )
    return made


_LANES = 8
_room_size, _room, _forward, _finish, _backward, _gradient = tiles(_LANES)

@kernel(types.void(_NETWORK, _READ_ROWS, _READ_VECTOR, _ROWS))
def forward(network: Network, inputs: Floats, parameters: Floats, activations: Floats) -> None:
    """Compute the activations of every layer after the inputs, for each example.

    Args:
        network: what it is made of.
        inputs: [examples, inputs].
        parameters: [parameters].
        activations: [examples, units of all layers after the inputs], filled in.
    """
    shape = shape_of(network, parameters)
    integer_count, float_count = _room_size(shape, _LANES)
    integers, floats = np.empty(integer_count, np.int64), np.zeros(float_count)
    rows = np.empty(_LANES, np.int64)
    room = _room(shape, _LANES, pointer(integers), pointer(floats))
    for first in range(0, inputs.shape[0], _LANES):
        n = min(_LANES, inputs.shape[0] - first)
        for e in range(n):
            rows[e] = first + e
        _forward(shape, pointer(inputs), pointer(rows), n, pointer(parameters), room)
        place = 0
        for layer in range(1, network.layer_sizes.size):
            begin = integers[layer]
            for i in range(network.layer_sizes[layer]):
                for e in range(n):
                    activations[first + e, place] = at(room.a, begin + i * _LANES + e)
                place += 1
    _keep(integers)
    _keep(floats)
    _keep(rows)


@kernel(types.void(_NETWORK, _READ_ROWS, _READ_ROWS, _READ_VECTOR, _ROWS, _VECTOR))
def evaluate(
    network: Network,
    inputs: Floats,
    targets: Floats,
    parameters: Floats,
    outputs: Floats,
    costs: Floats,
) -> None:
    """Compute the outputs and the cost of each example.

    Args:
        network: what it is made of.
        inputs: [examples, inputs].
        targets: [examples, outputs].
        parameters: [parameters].
        outputs: [examples, outputs], filled in.
        costs: [examples], filled in.
    """
    shape = shape_of(network, parameters)
    integer_count, float_count = _room_size(shape, _LANES)
    integers, floats = np.empty(integer_count, np.int64), np.zeros(float_count)
    rows = np.empty(_LANES, np.int64)
    room = _room(shape, _LANES, pointer(integers), pointer(floats))
    begin = integers[network.layer_sizes.size - 1]
    for first in range(0, inputs.shape[0], _LANES):
        n = min(_LANES, inputs.shape[0] - first)
        for e in range(n):
            rows[e] = first + e
        _forward(shape, pointer(inputs), pointer(rows), n, pointer(parameters), room)
        _finish(shape, pointer(targets), pointer(rows), n, room, beyond(pointer(costs), first))
        for k in range(network.layer_sizes[-1]):
            for e in range(n):
                outputs[first + e, k] = at(room.a, begin + k * _LANES + e)
    _keep(integers)
    _keep(floats)
    _keep(rows)


@kernel(types.float64(_NETWORK, _READ_ROWS, _READ_ROWS, _READ_VECTOR, _VECTOR, _VECTOR))
def mean_gradient(
    network: Network,
    inputs: Floats,
    targets: Floats,
    parameters: Floats,
    costs: Floats,
    gradient: Floats,
) -> float:
    """Compute G/n over all examples as one batch, and return their mean cost.

    Args:
        network: what it is made of.
        inputs: [examples, inputs].
        targets: [examples, outputs].
        parameters: [parameters].
        costs: [examples], becomes the cost of each.
        gradient: [parameters], filled in.
    """
    n = inputs.shape[0]
    shape = shape_of(network, parameters)
    integer_count, float_count = _room_size(shape, n)
    integers, floats = np.empty(integer_count, np.int64), np.zeros(float_count)
    rows = np.arange(n)
    room = _room(shape, n, pointer(integers), pointer(floats))
    _forward(shape, pointer(inputs), pointer(rows), n, pointer(parameters), room)
    _finish(shape, pointer(targets), pointer(rows), n, room, pointer(costs))
    _backward(shape, pointer(parameters), room, n)
    _gradient(shape, pointer(inputs), pointer(rows), n, room, pointer(gradient))
    for p in range(gradient.size):
        gradient[p] /= n
    _keep(integers)
    _keep(floats)
    _keep(rows)
    return _sum(pointer(costs), 0, n, 0.0) / n


KERNELS = (_TRAIN_BY_ONE, _TRAIN_BY_FOUR, _TRAIN_BY_EIGHT, forward, evaluate, mean_gradient)
