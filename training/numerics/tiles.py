"""What training computes of a batch, compiled: the arithmetic of `loops`, several examples at once.

The examples of a batch are worked on in tiles of a fixed number of lanes, each example in a lane of
its own.  A layer's numbers lie tile after tile, unit after unit, lane beside lane: the number of
unit i in lane l of tile t stands at begin + (t·units + i)·lanes + l.  So every sum over units is a
sum of vectors in the order of the loops, and sums over examples are taken lane after lane.  Lanes
that a batch does not fill repeat its last example, and are never looked at.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.numerics.activations import SOFTMAX
from training.numerics.codes import ACTIVATION_CODES, Network
from training.numerics.elementary import exp, log
from training.numerics.jit import shared
from training.numerics.pointwise import (
    ACTIVATING_COSTS,
    CANCELLING_COSTS,
    activate,
    finish,
    multiply_by_slope,
)
from training.numerics.products import COLUMNS, MOST_LANES, copy, products
from training.numerics.vectors import (
    Pointer,
    at,
    beyond,
    integer_at,
    operations,
    pointer,
    put,
    put_integer,
)

_SOFTMAX = ACTIVATION_CODES[SOFTMAX]


class Shape(NamedTuple):
    """A network inside of a kernel: `codes.Network` with pointers for arrays."""

    sizes: Pointer
    layers: int
    activations: Pointer
    cost: int
    bias: int
    parameters: int


@shared
def shape_of(network: Network, parameters: NDArray[np.float64]) -> Shape:
    """Return the network without arrays; it is good for as long as they are kept."""
    return Shape(
        pointer(network.layer_sizes),
        network.layer_sizes.size,
        pointer(network.activations),
        network.cost,
        network.bias,
        parameters.size,
    )


@shared
def size_of(network: Shape, layer: int) -> int:
    """Return how many units a layer has; layer 0 are the inputs."""
    return integer_at(network.sizes, layer)  # type: ignore[no-any-return]


@shared
def _units(network: Shape) -> int:
    """Return how many units all layers have together, the inputs too."""
    units = 0
    for layer in range(network.layers):
        units += size_of(network, layer)
    return units


class Room(NamedTuple):
    """Room for what is computed of a batch: a number for each unit and lane.

    The layers of z, a and δ, and the outputs of y and the costs, begin at `begins`.
    """

    begins: Pointer
    starts: Pointer
    """Where the inputs of each lane's example begin."""
    z: Pointer
    a: Pointer
    delta: Pointer
    y: Pointer
    costs: Pointer
    by_example: Pointer
    """What goes into a layer again, example after example."""
    lanes: Pointer
    """Two numbers for each lane."""


class Tiles(NamedTuple):
    """What can be computed of batches, in tiles of one size."""

    room_size: Any
    """(network, batch size): how many integers and floats its room takes."""
    room: Any
    """(network, batch size, integers, floats): the room in that memory; the floats are 0."""
    forward: Any
    """(network, inputs, rows, n, parameters, room): fills in logits and activations; but those of
    outputs that `finish` fills in."""
    finish: Any
    """(network, targets, rows, n, room, costs): fills in the outputs' activations and deltas, and
    the cost of each example."""
    predict: Any
    """(network, n, room): fills in the outputs' activations where there are no targets."""
    backward: Any
    """(network, parameters, room, n): fills in the deltas of the hidden layers."""
    line_up: Any
    """(network, inputs, rows, n, room, layer): readies the examples for `gradient` of the layer."""
    gradient: Any
    """(network, n, room, layer, first, last, out): G of a layer's weights, for the units
    from first to last − 1."""
    bias_gradient: Any
    """(network, n, room, layer, out): G of a layer's biases."""


@shared
def _fours(count: int) -> int:
    """Round up: what is done to each number by itself is done to four at once."""
    return (count + 3) // 4 * 4


def tiles(lanes: int) -> Tiles:
    """Return what can be computed in tiles of so many lanes.

    Of fewer lanes than the most there is one tile, for batches that need no more.
    """
    of_vectors = operations(lanes)
    load, store, fill, add = of_vectors.load, of_vectors.store, of_vectors.fill, of_vectors.add
    weighted, outer, outer_one, total = products(lanes)

    @shared
    def count_of(n: int) -> int:
        return (n + lanes - 1) // lanes if lanes == MOST_LANES else 1

    @shared
    def room_size(network: Shape, batch_size: int) -> tuple[int, int]:
        numbers = count_of(batch_size) * lanes * _units(network) + 4 * network.layers
        return network.layers + lanes, 6 * numbers + 2 * lanes

    @shared
    def room(network: Shape, batch_size: int, integers: Pointer, floats: Pointer) -> Room:
        count = count_of(batch_size)
        numbers = 0
        for layer in range(network.layers):
            put_integer(integers, layer, numbers)
            numbers += _fours(count * lanes * size_of(network, layer))
        return Room(
            integers,
            beyond(integers, network.layers),
            floats,
            beyond(floats, numbers),
            beyond(floats, 2 * numbers),
            beyond(floats, 3 * numbers),
            beyond(floats, 4 * numbers),
            beyond(floats, 5 * numbers),
            beyond(floats, 6 * numbers),
        )

    @shared
    def end_of(network: Shape, room: Room, layer: int, n: int) -> int:
        units = count_of(n) * lanes * size_of(network, layer)
        return integer_at(room.begins, layer) + _fours(units)  # type: ignore[no-any-return]

    @shared
    def into_lanes(
        numbers: Pointer, width: int, rows: Pointer, n: int, starts: Pointer, out: Pointer
    ) -> None:
        place = 0
        for first in range(0, count_of(n) * lanes, lanes):
            for lane in range(lanes):
                put_integer(starts, lane, integer_at(rows, min(first + lane, n - 1)) * width)
            for j in range(width):
                for lane in range(lanes):
                    put(out, place + lane, at(numbers, integer_at(starts, lane) + j))
                place += lanes

    @shared
    def softmax(network: Shape, room: Room, n: int) -> None:
        """Turn the outputs' logits into ln a and a: see `activations.softmax`."""
        z, a, of_lane = room.z, room.a, room.lanes
        layer = network.layers - 1
        width = size_of(network, layer) * lanes
        for tile in range(count_of(n)):
            begin = integer_at(room.begins, layer) + tile * width
            end = begin + width
            for lane in range(lanes):
                m = at(z, begin + lane)
                for k in range(begin + lane, end, lanes):
                    m = at(z, k) if at(z, k) > m else m
                put(of_lane, lane, m)
            for k in range(begin, end, lanes):
                for lane in range(lanes):
                    put(z, k + lane, at(z, k + lane) - at(of_lane, lane))
            for k in range(begin, end):
                put(a, k, exp(at(z, k)))
            s = fill(0.0)
            for k in range(begin, end, lanes):
                s = add(s, load(a, k))
            store(of_lane, 0, s)
            for lane in range(lanes):
                put(of_lane, lanes + lane, log(at(of_lane, lane)))
            for k in range(begin, end, lanes):
                for lane in range(lanes):
                    put(z, k + lane, at(z, k + lane) - at(of_lane, lanes + lane))
                    put(a, k + lane, at(a, k + lane) / at(of_lane, lane))

    @shared
    def activate_layer(network: Shape, room: Room, n: int, layer: int) -> None:
        activation = integer_at(network.activations, layer - 1)
        if activation == _SOFTMAX:
            softmax(network, room, n)
        else:
            begin, end = integer_at(room.begins, layer), end_of(network, room, layer, n)
            activate(activation, room.z, room.a, begin, end)

    @shared
    def predict(network: Shape, n: int, room: Room) -> None:
        if network.cost in ACTIVATING_COSTS:
            activate_layer(network, room, n, network.layers - 1)

    @shared
    def forward(
        network: Shape, inputs: Pointer, rows: Pointer, n: int, parameters: Pointer, room: Room
    ) -> None:
        into_lanes(inputs, size_of(network, 0), rows, n, room.starts, room.a)
        weight = 0
        for layer in range(1, network.layers):
            below, units = size_of(network, layer - 1), size_of(network, layer)
            bias = weight + units * below
            weighted(
                parameters,
                weight,
                below,
                1,
                bias if network.bias else -1,
                room.a,
                integer_at(room.begins, layer - 1),
                below,
                room.z,
                integer_at(room.begins, layer),
                units,
                count_of(n),
            )
            if layer < network.layers - 1 or network.cost not in ACTIVATING_COSTS:
                activate_layer(network, room, n, layer)
            weight = bias + units * network.bias

    @shared
    def finish_forward(
        network: Shape, targets: Pointer, rows: Pointer, n: int, room: Room, costs: Pointer
    ) -> None:
        layer = network.layers - 1
        outputs = size_of(network, layer)
        begin, end = integer_at(room.begins, layer), end_of(network, room, layer, n)
        into_lanes(targets, outputs, rows, n, room.starts, beyond(room.y, begin))
        if network.cost not in CANCELLING_COSTS:
            for k in range(begin, end):
                put(room.delta, k, 1.0)
            activation = integer_at(network.activations, layer - 1)
            multiply_by_slope(activation, room.z, room.a, room.delta, begin, end)
        finish(
            network.cost,
            room.z,
            room.a,
            room.delta,
            room.y,
            room.costs,
            float(outputs),
            begin,
            end,
        )
        for tile in range(count_of(n)):
            c = fill(0.0)
            first = begin + tile * outputs * lanes
            for k in range(first, first + outputs * lanes, lanes):
                c = add(c, load(room.costs, k))
            store(room.lanes, 0, c)
            for lane in range(min(lanes, n - tile * lanes)):
                put(costs, tile * lanes + lane, at(room.lanes, lane))

    @shared
    def backward(network: Shape, parameters: Pointer, room: Room, n: int) -> None:
        weight = network.parameters
        for layer in range(network.layers - 2, 0, -1):
            units, above = size_of(network, layer), size_of(network, layer + 1)
            weight -= above * (units + network.bias)
            begin, end = integer_at(room.begins, layer), end_of(network, room, layer, n)
            weighted(
                parameters,
                weight,
                1,
                units,
                -1,
                room.delta,
                integer_at(room.begins, layer + 1),
                above,
                room.delta,
                begin,
                units,
                count_of(n),
            )
            activation = integer_at(network.activations, layer - 1)
            multiply_by_slope(activation, room.z, room.a, room.delta, begin, end)

    @shared
    def line_up(
        network: Shape, inputs: Pointer, rows: Pointer, n: int, room: Room, layer: int
    ) -> None:
        below = size_of(network, layer - 1)
        if below < COLUMNS:
            return
        begin = integer_at(room.begins, layer - 1)
        for e in range(n):
            if layer == 1:
                row = beyond(inputs, integer_at(rows, e) * below)
                copy(row, below, beyond(room.by_example, e * below))
            else:
                place = begin + e // lanes * below * lanes + e % lanes
                for j in range(below):
                    put(room.by_example, e * below + j, at(room.a, place + j * lanes))

    @shared
    def gradient(
        network: Shape, n: int, room: Room, layer: int, first: int, last: int, out: Pointer
    ) -> None:
        below, units = size_of(network, layer - 1), size_of(network, layer)
        a_begin, d_begin = integer_at(room.begins, layer - 1), integer_at(room.begins, layer)
        if below >= COLUMNS:
            outer(room.delta, d_begin, units, room.by_example, n, below, first, last, out)
        for i in range(first, last):
            for j in range(below // COLUMNS * COLUMNS, below):
                d, x_j = d_begin + i * lanes, a_begin + j * lanes
                g = outer_one(room.delta, d, units, room.a, x_j, below, n)
                put(out, (i - first) * below + j, g)

    @shared
    def bias_gradient(network: Shape, n: int, room: Room, layer: int, out: Pointer) -> None:
        units = size_of(network, layer)
        for i in range(units):
            d = integer_at(room.begins, layer) + i * lanes
            put(out, i, total(room.delta, d, units, n))

    return Tiles(
        room_size,
        room,
        forward,
        finish_forward,
        predict,
        backward,
        line_up,
        gradient,
        bias_gradient,
    )
