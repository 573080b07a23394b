"""Training, compiled: the arithmetic of `loops`, in its order and to its bits, at full speed.

Here is what a run is; what is computed of a batch, and how fast, is in `tiles`.
"""

from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from training.numerics.batches import Batches, Cursor, first_epoch, next_batch
from training.numerics.codes import Network
from training.numerics.jit import kernel, shared
from training.numerics.optimizers import Rates
from training.numerics.pcg64 import Words
from training.numerics.products import MOST_LANES, copy, sum_of
from training.numerics.steps import Stepping, Vectors, corrected, take_step
from training.numerics.tiles import Shape, shape_of, size_of, tiles
from training.numerics.vectors import Pointer, at, beyond, integer_at, pointer, put

Floats = NDArray[np.float64]


#: Why `train` made no more updates.
MADE, DIVERGED, COST_REACHED = range(3)

# Arguments that are only read may be read-only arrays: training sets are.
_READ_VECTOR = types.Array(types.float64, 1, "C", readonly=True)
_READ_ROWS = types.Array(types.float64, 2, "C", readonly=True)
_VECTOR = types.Array(types.float64, 1, "C")
_ROWS = types.Array(types.float64, 2, "C")
_INTEGERS = types.Array(types.int64, 1, "C")
_WORDS = types.Array(types.uint64, 1, "C")
_NETWORK: Any = types.NamedTuple((_INTEGERS, _INTEGERS, types.int64, types.int64), Network)
_RATES: Any = types.NamedUniTuple(types.float64, len(Rates._fields), Rates)
_BATCHES: Any = types.NamedTuple((types.int64, types.int64, types.int64, types.float64), Batches)
_MADE_AND_OUTCOME: Any = types.UniTuple(types.int64, 2)


#: A step is taken as soon as so many parameters have their gradient: before it leaves the caches.
_SPAN = 16384


@shared
def _keep(array: Any) -> None:
    """Be what an array is used for at last: it is not freed while pointers look into it."""
    array[0] = array[0]


def _training(lanes: int) -> Any:
    """Return the kernel that trains with batches in tiles of so many lanes."""
    of_tiles = tiles(lanes)
    room_size, room_in = of_tiles.room_size, of_tiles.room
    forward, finish, backward = of_tiles.forward, of_tiles.finish, of_tiles.backward
    line_up, gradient_of, bias_gradient_of = (
        of_tiles.line_up,
        of_tiles.gradient,
        of_tiles.bias_gradient,
    )

    @shared
    def descend(
        network: Shape,
        x: Pointer,
        rows: Pointer,
        n: int,
        room: Any,
        gradient: Pointer,
        stepping: Stepping,
        old: Vectors,
        new: Vectors,
    ) -> None:
        """Take a step with all parameters, as soon as there is a span of them."""
        first = 0  # of the parameters that have a gradient, but have not made their step
        waiting = 0
        for layer in range(1, network.layers):
            below, units = size_of(network, layer - 1), size_of(network, layer)
            line_up(network, x, rows, n, room, layer)
            at_once = units if units * below <= _SPAN else max(_SPAN // below, 1)
            for i in range(0, units, at_once):
                last = min(i + at_once, units)
                gradient_of(network, n, room, layer, i, last, beyond(gradient, waiting))
                waiting += (last - i) * below
                if waiting >= _SPAN:
                    take_step(stepping, n, first, waiting, gradient, old, new)
                    first += waiting
                    waiting = 0
            if network.bias:
                bias_gradient_of(network, n, room, layer, beyond(gradient, waiting))
                waiting += units
        take_step(stepping, n, first, waiting, gradient, old, new)

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
        size = parameters.size
        network, x, y = shape_of(structure, parameters), pointer(inputs), pointer(targets)
        batch_size = batches.batch_size
        integer_count, float_count = room_size(network, batch_size)
        integers = np.empty(integer_count + batch_size + inputs.shape[0], np.int64)
        floats = np.zeros(float_count + batch_size + 3 + 4 * size + _SPAN)
        room = room_in(network, batch_size, pointer(integers), pointer(floats))
        rows = beyond(pointer(integers), integer_count)
        cursor = Cursor(
            inputs.shape[0], beyond(rows, batch_size), pointer(shuffling), shuffling.size > 0, rows
        )
        example_costs = beyond(pointer(floats), float_count)
        finite = beyond(example_costs, batch_size)
        put(finite, 0, 1.0)
        # β₁^t and β₂^t where they are remembered, else numbers that nobody looks at.
        memories = min(memory.size // size, 2)
        powers = beyond(pointer(memory), 2 * size) if memories == 2 else beyond(finite, 1)
        power1, power2 = at(powers, 0), at(powers, 1)
        # The next update is made beside the latest: one that is not finite is not made.
        old = Vectors(pointer(parameters), pointer(memory), beyond(pointer(memory), size))
        new_w = beyond(finite, 3)
        new = Vectors(new_w, beyond(new_w, size), beyond(new_w, 2 * size))
        gradient = beyond(new_w, 3 * size)

        first_epoch(cursor)
        position = batches.updates_done * batch_size
        place = position % cursor.examples
        done = 0
        outcome = MADE
        while done < costs.size and position < batches.total_examples:
            n = min(batch_size, batches.total_examples - position)
            left = cursor.examples - (place if place < cursor.examples else 0)  # of the epoch
            place = next_batch(cursor, place, n)
            forward(network, x, rows, n, old.w, room)
            finish(network, y, rows, n, room, example_costs)
            backward(network, old.w, room, n)
            next_power1, next_power2 = power1 * rates.beta1, power2 * rates.beta2
            stepping = Stepping(optimizer, corrected(rates, next_power1, next_power2), finite)
            descend(network, x, rows, n, room, gradient, stepping, old, new)
            if at(finite, 0) == 0.0:
                outcome = DIVERGED
                break
            old, new = new, old
            power1, power2 = next_power1, next_power2
            if recorded.shape[0] > 0:
                copy(old.w, size, beyond(pointer(recorded), done * size))
            put(pointer(costs), done, sum_of(example_costs, 0, n, 0.0) / n)
            position += n
            done += 1
            epoch_cost[0] = sum_of(example_costs, 0, min(n, left), epoch_cost[0])
            if n >= left:
                mean = epoch_cost[0] / cursor.examples
                epoch_cost[0] = sum_of(example_costs, left, n, 0.0)
                if mean < batches.cost_below:
                    outcome = COST_REACHED
                    break
        if done % 2 == 1:  # the latest update lies beside the caller's arrays
            copy(old.w, size, pointer(parameters))
            copy(old.v, min(memories, 1) * size, pointer(memory))
            copy(old.s, (memories - 1) * size, beyond(pointer(memory), size))
        put(powers, 0, power1)
        put(powers, 1, power2)
        _keep(integers)
        _keep(floats)
        return done, outcome

    return train


_TRAIN_BY_ONE, _TRAIN_BY_FOUR, _TRAIN_BY_MOST = _training(1), _training(4), _training(MOST_LANES)


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
        by_tiles = _TRAIN_BY_MOST
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


_of_tiles = tiles(MOST_LANES)
_room_size, _room_in = _of_tiles.room_size, _of_tiles.room
_forward, _predict, _finish = _of_tiles.forward, _of_tiles.predict, _of_tiles.finish
_backward, _line_up = _of_tiles.backward, _of_tiles.line_up
_gradient, _bias_gradient = _of_tiles.gradient, _of_tiles.bias_gradient


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
    integer_count, float_count = _room_size(shape, MOST_LANES)
    integers, floats = np.empty(integer_count, np.int64), np.zeros(float_count)
    rows = np.empty(MOST_LANES, np.int64)
    room = _room_in(shape, MOST_LANES, pointer(integers), pointer(floats))
    for first in range(0, inputs.shape[0], MOST_LANES):
        n = min(MOST_LANES, inputs.shape[0] - first)
        for e in range(n):
            rows[e] = first + e
        _forward(shape, pointer(inputs), pointer(rows), n, pointer(parameters), room)
        _predict(shape, n, room)
        place = 0
        for layer in range(1, shape.layers):
            for i in range(size_of(shape, layer)):
                lane = integer_at(room.begins, layer) + i * MOST_LANES
                for e in range(n):
                    activations[first + e, place] = at(room.a, lane + e)
                place += 1
    _keep(integers)
    _keep(floats)
    _keep(rows)


@kernel(types.float64(_NETWORK, _READ_ROWS, _READ_ROWS, _READ_VECTOR, _ROWS, _VECTOR, _VECTOR))
def evaluate(
    network: Network,
    inputs: Floats,
    targets: Floats,
    parameters: Floats,
    outputs: Floats,
    costs: Floats,
    gradient: Floats,
) -> float:
    """Compute the outputs and the cost of each example, and G/n of all of them as one batch.

    Returns their mean cost.

    Args:
        network: what it is made of.
        inputs: [examples, inputs].
        targets: [examples, outputs].
        parameters: [parameters].
        outputs: [examples, outputs], filled in.
        costs: [examples], filled in.
        gradient: [parameters], filled in; or [0], then it is not computed.
    """
    n = inputs.shape[0]
    shape, x, w = shape_of(network, parameters), pointer(inputs), pointer(parameters)
    at_once = n if gradient.size else MOST_LANES
    integer_count, float_count = _room_size(shape, at_once)
    integers, floats = np.empty(integer_count, np.int64), np.zeros(float_count)
    rows = np.empty(at_once, np.int64)
    room = _room_in(shape, at_once, pointer(integers), pointer(floats))
    layer = shape.layers - 1
    begin, width = integer_at(room.begins, layer), size_of(shape, layer)
    for first in range(0, n, at_once):
        count = min(at_once, n - first)
        for e in range(count):
            rows[e] = first + e
        _forward(shape, x, pointer(rows), count, w, room)
        _finish(shape, pointer(targets), pointer(rows), count, room, beyond(pointer(costs), first))
        for e in range(count):
            lane = begin + e // MOST_LANES * width * MOST_LANES + e % MOST_LANES
            for k in range(width):
                outputs[first + e, k] = at(room.a, lane + k * MOST_LANES)
    if gradient.size:
        _backward(shape, w, room, n)
        place = 0
        for layer in range(1, shape.layers):
            below, units = size_of(shape, layer - 1), size_of(shape, layer)
            _line_up(shape, x, pointer(rows), n, room, layer)
            _gradient(shape, n, room, layer, 0, units, beyond(pointer(gradient), place))
            place += units * below
            if shape.bias:
                _bias_gradient(shape, n, room, layer, beyond(pointer(gradient), place))
                place += units
        for p in range(gradient.size):
            gradient[p] /= n
    _keep(integers)
    _keep(floats)
    _keep(rows)
    return sum_of(pointer(costs), 0, n, 0.0) / n  # type: ignore[no-any-return]


KERNELS = (_TRAIN_BY_ONE, _TRAIN_BY_FOUR, _TRAIN_BY_MOST, forward, evaluate)
