"""The gradient of a batch, compiled: the arithmetic of `loops` for several examples at a time.

The examples of a batch are worked on in tiles of a fixed number of lanes, each example in a lane of
its own.  A layer's numbers lie tile after tile, unit after unit, lane beside lane.  So every sum
over units is a sum of vectors in the order of the loops, and sums over examples are taken lane
after lane.  Lanes that a batch does not fill repeat its last example and are never looked at.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.numerics.activations import SOFTMAX
from training.numerics.codes import ACTIVATION_CODES, Network
from training.numerics.elementary import exp, log
from training.numerics.jit import shared
from training.numerics.pointwise import activate, finish, multiply_by_slope
from training.numerics.vectors import (
    Pointer, at, beyond, integer_at, operations, pointer, put, put_integer,
)

Floats = NDArray[np.float64]

_SOFTMAX = ACTIVATION_CODES[SOFTMAX]

#: The most lanes that a tile has.
_WIDE = 8

#: So many columns of a gradient are computed at once, where a layer has as many inputs.
_COLUMNS = 16


class Shape(NamedTuple):
    """A network inside of a kernel: `codes.Network` with pointers for arrays."""

    sizes: Pointer
    layers: int
    activations: Pointer
    cost: int
    bias: int
    parameters: int


@shared
def shape_of(network: Network, parameters: Floats) -> Shape:
    """Return the network without arrays; it is good for as long as they are kept."""
    return Shape(
        pointer(network.layer_sizes),
        network.layer_sizes.size,
        pointer(network.activations),
        network.cost,
        network.bias,
        parameters.size,
    )


class Room(NamedTuple):
    """Room for what is computed for a batch; the layers of z, a and δ begin at `begins`."""

    begins: Pointer
    starts: Pointer
    """Where each example's numbers begin, in the inputs or in `by_example`."""
    z: Pointer
    a: Pointer
    delta: Pointer
    by_example: Pointer
    """The activations of a hidden layer again, example after example."""
    y: Pointer
    """The targets, then the costs, of the outputs."""
    lanes: Pointer
    """Two numbers for each lane."""


class Tiles(NamedTuple):
    """What can be done with batches in tiles of one size."""

    room_size: Any
    """(network, batch size) -> how many integers and floats the room takes"""
    room: Any
    """(network, batch size, integers, floats, which are 0) -> Room"""
    forward: Any
    """(network, inputs, rows, n, parameters, room)"""
    finish: Any
    """(network, targets, rows, n, room, costs)"""
    backward: Any
    """(network, parameters, room, n)"""
    gradient: Any
    """(network, inputs, rows, n, room, gradient)"""


@shared
def _fours(count: int) -> int:
    """Round up: what is done to each number by itself is done to four at once."""
    return (count + 3) // 4 * 4


def tiles(lanes: int) -> Tiles:  # noqa: C901, PLR0915  # one closure over the operations
    """Return what can be done with batches in tiles of so many lanes."""
    load, store, fill, spread, add, add_product, multiply, add_in_order = operations(lanes)
    wide = operations(_COLUMNS)
    wide_load, wide_store, wide_fill = wide.load, wide.store, wide.fill
    wide_spread, wide_add_product = wide.spread, wide.add_product

    @shared
    def room_size(network: Shape, batch_size: int) -> tuple[int, int]:
        count = (batch_size + lanes - 1) // lanes
        total = 0
        for layer in range(network.layers):
            total += _fours(count * lanes * integer_at(network.sizes, layer))
        outputs = _fours(count * lanes * integer_at(network.sizes, network.layers - 1))
        return network.layers + batch_size, 4 * total + outputs + 2 * lanes

    @shared
    def room(network: Shape, batch_size: int, integers: Pointer, floats: Pointer) -> Room:
        count = (batch_size + lanes - 1) // lanes
        total = 0
        for layer in range(network.layers):
            put_integer(integers, layer, total)
            total += _fours(count * lanes * integer_at(network.sizes, layer))
        return Room(
            integers,
            beyond(integers, network.layers),
            floats,
            beyond(floats, total),
            beyond(floats, 2 * total),
            beyond(floats, 3 * total),
            beyond(floats, 4 * total + 2 * lanes),
            beyond(floats, 4 * total),
        )

    @shared
    def into_lanes(numbers: Pointer, width: int, rows: Pointer, n: int, out: Pointer) -> None:
        for place in range((n + lanes - 1) // lanes * lanes):
            row = integer_at(rows, min(place, n - 1)) * width
            out_begin = place // lanes * width * lanes + place % lanes
            for j in range(width):
                put(out, out_begin + j * lanes, at(numbers, row + j))

    @shared
    def products(
        w: Pointer,
        first: int,
        row_stride: int,
        stride: int,
        bias: int,
        v: Pointer,
        v_begin: int,
        count: int,
        out: Pointer,
        out_begin: int,
        out_count: int,
        tile_count: int,
    ) -> None:
        """For each row i and tile: out[i] ← Σ v[j]·w[first + i·row_stride + j·stride] + bias[i]."""
        pairs = tile_count // 2 if lanes == _WIDE else 0
        for i in range(0, out_count if pairs else 0, 2):
            other = min(i + 1, out_count - 1)  # of an odd number, the last is computed twice
            for pair in range(pairs):
                s0 = fill(0.0)
                s1 = fill(0.0)
                s2 = fill(0.0)
                s3 = fill(0.0)
                p0 = first + i * row_stride
                p1 = first + other * row_stride
                q = v_begin + pair * 2 * count * lanes
                for _ in range(count):
                    x = load(v, q)
                    y = load(v, q + count * lanes)
                    w0 = spread(w, p0)
                    w1 = spread(w, p1)
                    s0 = add_product(s0, x, w0)
                    s1 = add_product(s1, y, w0)
                    s2 = add_product(s2, x, w1)
                    s3 = add_product(s3, y, w1)
                    p0 += stride
                    p1 += stride
                    q += lanes
                if bias >= 0:
                    s0 = add(s0, spread(w, bias + i))
                    s1 = add(s1, spread(w, bias + i))
                    s2 = add(s2, spread(w, bias + other))
                    s3 = add(s3, spread(w, bias + other))
                place = out_begin + (pair * 2 * out_count + i) * lanes
                store(out, place, s0)
                store(out, place + out_count * lanes, s1)
                place += (other - i) * lanes
                store(out, place, s2)
                store(out, place + out_count * lanes, s3)
        for i in range(0, out_count - 3, 4):
            for tile in range(2 * pairs, tile_count):
                s0 = fill(0.0)
                s1 = fill(0.0)
                s2 = fill(0.0)
                s3 = fill(0.0)
                p0 = first + i * row_stride
                p1 = p0 + row_stride
                p2 = p1 + row_stride
                p3 = p2 + row_stride
                q = v_begin + tile * count * lanes
                for _ in range(count):
                    x = load(v, q)
                    s0 = add_product(s0, x, spread(w, p0))
                    s1 = add_product(s1, x, spread(w, p1))
                    s2 = add_product(s2, x, spread(w, p2))
                    s3 = add_product(s3, x, spread(w, p3))
                    p0 += stride
                    p1 += stride
                    p2 += stride
                    p3 += stride
                    q += lanes
                if bias >= 0:
                    s0 = add(s0, spread(w, bias + i))
                    s1 = add(s1, spread(w, bias + i + 1))
                    s2 = add(s2, spread(w, bias + i + 2))
                    s3 = add(s3, spread(w, bias + i + 3))
                place = out_begin + (tile * out_count + i) * lanes
                store(out, place, s0)
                store(out, place + lanes, s1)
                store(out, place + 2 * lanes, s2)
                store(out, place + 3 * lanes, s3)
        for i in range(out_count // 4 * 4, out_count):
            for tile in range(2 * pairs, tile_count):
                s = fill(0.0)
                p = first + i * row_stride
                q = v_begin + tile * count * lanes
                for _ in range(count):
                    s = add_product(s, load(v, q), spread(w, p))
                    p += stride
                    q += lanes
                if bias >= 0:
                    s = add(s, spread(w, bias + i))
                store(out, out_begin + (tile * out_count + i) * lanes, s)

    @shared
    def softmax(room: Room, begin: int, outputs: int, tile_count: int) -> None:
        """Turn logits into ln a and a: see `activations.softmax`."""
        z, a, temporary = room.z, room.a, room.lanes
        for tile in range(tile_count):
            first = begin + tile * outputs * lanes
            end = first + outputs * lanes
            for lane in range(lanes):
                m = at(z, first + lane)
                for k in range(first + lane, end, lanes):
                    m = at(z, k) if at(z, k) > m else m
                put(temporary, lane, m)
            for k in range(first, end, lanes):
                for lane in range(lanes):
                    put(z, k + lane, at(z, k + lane) - at(temporary, lane))
            for k in range(first, end):
                put(a, k, exp(at(z, k)))
            s = fill(0.0)
            for k in range(first, end, lanes):
                s = add(s, load(a, k))
            store(temporary, 0, s)
            for lane in range(lanes):
                put(temporary, lanes + lane, log(at(temporary, lane)))
            for k in range(first, end, lanes):
                for lane in range(lanes):
                    put(z, k + lane, at(z, k + lane) - at(temporary, lanes + lane))
                    put(a, k + lane, at(a, k + lane) / at(temporary, lane))

    @shared
    def forward(
        network: Shape, inputs: Pointer, rows: Pointer, n: int, parameters: Pointer, room: Room
    ) -> None:
        """Fill in the logits and activations of a batch."""
        sizes = network.sizes
        tile_count = (n + lanes - 1) // lanes
        into_lanes(inputs, integer_at(sizes, 0), rows, n, room.a)
        weight = 0
        for layer in range(1, network.layers):
            below, units = integer_at(sizes, layer - 1), integer_at(sizes, layer)
            bias = weight + units * below
            here = integer_at(room.begins, layer)
            products(
                parameters,
                weight,
                below,
                1,
                bias if network.bias else -1,
                room.a,
                integer_at(room.begins, layer - 1),
                below,
                room.z,
                here,
                units,
                tile_count,
            )
            if integer_at(network.activations, layer - 1) == _SOFTMAX:
                softmax(room, here, units, tile_count)
            else:
                end = here + _fours(tile_count * units * lanes)
                activate(integer_at(network.activations, layer - 1), room.z, room.a, here, end)
            weight = bias + units * network.bias

    @shared
    def finish_forward(
        network: Shape, targets: Pointer, rows: Pointer, n: int, room: Room, costs: Pointer
    ) -> None:
        """Fill in the outputs' deltas and the cost of each example."""
        outputs = integer_at(network.sizes, network.layers - 1)
        tile_count = (n + lanes - 1) // lanes
        here = integer_at(room.begins, network.layers - 1)
        end = here + _fours(tile_count * outputs * lanes)
        into_lanes(targets, outputs, rows, n, room.y)
        for k in range(here, end):
            put(room.delta, k, 1.0)
        multiply_by_slope(integer_at(network.activations, network.layers - 2), room.z, room.a, room.delta, here, end)
        finish(network.cost, room.z, room.a, room.delta, room.y, float(outputs), here, end)
        for tile in range(tile_count):
            c = fill(0.0)
            first = tile * outputs * lanes
            for k in range(first, first + outputs * lanes, lanes):
                c = add(c, load(room.y, k))
            store(room.lanes, 0, c)
            for lane in range(min(lanes, n - tile * lanes)):
                put(costs, tile * lanes + lane, at(room.lanes, lane))

    @shared
    def backward(network: Shape, parameters: Pointer, room: Room, n: int) -> None:
        """Fill in the deltas of the hidden layers, from the outputs' downwards."""
        sizes = network.sizes
        tile_count = (n + lanes - 1) // lanes
        weight = network.parameters
        for layer in range(network.layers - 2, 0, -1):
            units, above = integer_at(sizes, layer), integer_at(sizes, layer + 1)
            weight -= above * (units + network.bias)
            here = integer_at(room.begins, layer)
            products(
                parameters,
                weight,
                1,
                units,
                -1,
                room.delta,
                integer_at(room.begins, layer + 1),
                above,
                room.delta,
                here,
                units,
                tile_count,
            )
            end = here + _fours(tile_count * units * lanes)
            multiply_by_slope(
                integer_at(network.activations, layer - 1), room.z, room.a, room.delta, here, end
            )

    @shared
    def by_columns(
        x: Pointer,
        starts: Pointer,
        n: int,
        delta: Pointer,
        here: int,
        units: int,
        inputs: int,
        gradient: Pointer,
        weight: int,
    ) -> None:
        """Sum up the gradients of the first columns, as many as vectors can hold."""
        for i in range(0, units, 2):
            other = min(i + 1, units - 1)  # of an odd number of rows, the last is computed twice
            apart = (other - i) * lanes
            for j in range(0, inputs - _COLUMNS + 1, _COLUMNS):
                g = wide_fill(0.0)
                h = wide_fill(0.0)
                d = here + i * lanes
                e = 0
                for _ in range(n // lanes):
                    for lane in range(lanes):
                        a = wide_load(x, integer_at(starts, e + lane) + j)
                        g = wide_add_product(g, a, wide_spread(delta, d + lane))
                        h = wide_add_product(h, a, wide_spread(delta, d + apart + lane))
                    d += units * lanes
                    e += lanes
                for lane in range(n % lanes):
                    a = wide_load(x, integer_at(starts, e + lane) + j)
                    g = wide_add_product(g, a, wide_spread(delta, d + lane))
                    h = wide_add_product(h, a, wide_spread(delta, d + apart + lane))
                wide_store(gradient, weight + i * inputs + j, g)
                wide_store(gradient, weight + other * inputs + j, h)

    @shared
    def in_order(delta: Pointer, d: int, a: Pointer, q: int, n: int, units: int, inputs: int) -> float:
        """Return Σ δ·a over the examples, for one unit and one input."""
        g = 0.0
        for _ in range(n // lanes):
            g = add_in_order(g, multiply(load(delta, d), load(a, q)))
            d += units * lanes
            q += inputs * lanes
        for lane in range(n % lanes):
            g += at(delta, d + lane) * at(a, q + lane)
        return g

    @shared
    def gradient(
        network: Shape, inputs: Pointer, rows: Pointer, n: int, room: Room, total: Pointer
    ) -> None:
        """Compute G, the sum of the gradients of all examples."""
        sizes = network.sizes
        weight = 0
        for layer in range(1, network.layers):
            below, units = integer_at(sizes, layer - 1), integer_at(sizes, layer)
            begin, here = integer_at(room.begins, layer - 1), integer_at(room.begins, layer)
            if below >= _COLUMNS:
                if layer == 1:
                    for e in range(n):
                        put_integer(room.starts, e, integer_at(rows, e) * below)
                    by_columns(
                        inputs, room.starts, n, room.delta, here, units, below, total, weight
                    )
                elif lanes == 1:
                    for e in range(n):
                        put_integer(room.starts, e, begin + e * below)
                    by_columns(
                        room.a, room.starts, n, room.delta, here, units, below, total, weight
                    )
                else:
                    for e in range(n):
                        put_integer(room.starts, e, e * below)
                        place = begin + e // lanes * below * lanes + e % lanes
                        for j in range(below):
                            put(room.by_example, e * below + j, at(room.a, place + j * lanes))
                    by_columns(
                        room.by_example,
                        room.starts,
                        n,
                        room.delta,
                        here,
                        units,
                        below,
                        total,
                        weight,
                    )
            for i in range(units):
                for j in range(below // _COLUMNS * _COLUMNS, below):
                    g = in_order(
                        room.delta,
                        here + i * lanes,
                        room.a,
                        begin + j * lanes,
                        n,
                        units,
                        below,
                    )
                    put(total, weight + i * below + j, g)
            weight += units * below
            if network.bias:
                for i in range(units):
                    g = 0.0
                    d = here + i * lanes
                    for _ in range(n // lanes):
                        g = add_in_order(g, load(room.delta, d))
                        d += units * lanes
                    for lane in range(n % lanes):
                        g += at(room.delta, d + lane)
                    put(total, weight + i, g)
                weight += units

    return Tiles(room_size, room, forward, finish_forward, backward, gradient)
