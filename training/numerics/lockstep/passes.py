"""The passes of networks in lockstep, compiled: each example is a tile whose lanes are networks.

So a sum over units is a sum of vectors in the order of the loops, as for a tile of examples, and
pointwise operations are those of tiles.  Only the weights differ: each is a vector, too.
"""

from training.numerics.activations import SOFTMAX
from training.numerics.encoded_network import ACTIVATION_CODES, NetworkPointers, size_of
from training.numerics.jit import shared
from training.numerics.lanes import LayerLanes
from training.numerics.layer_activation import layer_activation
from training.numerics.lockstep.vectors import LANES, of_lanes
from training.numerics.pointwise import (
    ACTIVATING_COSTS,
    CANCELLING_COSTS,
    activate,
    finish,
    multiply_by_slope,
)
from training.numerics.teams import Share
from training.numerics.tile_workspace import TileWorkspace, layer_lanes
from training.numerics.vectors import Pointer, integer_at, put
from training.numerics.weighted_sums import Weights

_load, _store, _fill, _, _add, _add_product, _, _ = of_lanes
_softmax = layer_activation(LANES).of_softmax

_SOFTMAX_CODE = ACTIVATION_CODES[SOFTMAX]

#: The number of examples whose sums are computed at once.
_AT_ONCE = 4


@shared
def _weighted(weights: Weights, v: LayerLanes, out: LayerLanes, n: int) -> None:
    """Set the sums of n examples: outᵢ ← Σⱼ vⱼ·wᵢⱼ + biasᵢ."""
    together = n // _AT_ONCE * _AT_ONCE
    for i in range(out.units):
        for e in range(0, together, _AT_ONCE):
            _of_four_examples(weights, v, out, i, e)
        for e in range(together, n):
            _of_one_example(weights, v, out, i, e)


@shared
def _of_one_example(weights: Weights, v: LayerLanes, out: LayerLanes, i: int, e: int) -> None:
    p = weights.first + i * weights.stride_i
    x = v.begin + e * v.units * LANES
    total = _fill(0.0)
    for _ in range(v.units):
        total = _add_product(total, _load(v.numbers, x), _load(weights.w, p * LANES))
        p += weights.stride_j
        x += LANES
    if weights.bias >= 0:
        total = _add(total, _load(weights.w, (weights.bias + i) * LANES))
    _store(out.numbers, out.begin + (e * out.units + i) * LANES, total)


@shared
def _of_four_examples(weights: Weights, v: LayerLanes, out: LayerLanes, i: int, e: int) -> None:
    """Set the sums of four examples, which do not wait for each other and share each weight."""
    p = weights.first + i * weights.stride_i
    x, x_apart = v.begin + e * v.units * LANES, v.units * LANES
    s0, s1, s2, s3 = _fill(0.0), _fill(0.0), _fill(0.0), _fill(0.0)
    for _ in range(v.units):
        w = _load(weights.w, p * LANES)
        s0 = _add_product(s0, _load(v.numbers, x), w)
        s1 = _add_product(s1, _load(v.numbers, x + x_apart), w)
        s2 = _add_product(s2, _load(v.numbers, x + 2 * x_apart), w)
        s3 = _add_product(s3, _load(v.numbers, x + 3 * x_apart), w)
        p += weights.stride_j
        x += LANES
    if weights.bias >= 0:
        b = _load(weights.w, (weights.bias + i) * LANES)
        s0, s1, s2, s3 = _add(s0, b), _add(s1, b), _add(s2, b), _add(s3, b)
    place, apart = out.begin + (e * out.units + i) * LANES, out.units * LANES
    _store(out.numbers, place, s0)
    _store(out.numbers, place + apart, s1)
    _store(out.numbers, place + 2 * apart, s2)
    _store(out.numbers, place + 3 * apart, s3)


@shared
def forward(network: NetworkPointers, w: Pointer, workspace: TileWorkspace, n: int) -> None:
    """Set logits and activations, except those of outputs that the cost computes."""
    weight = 0
    for layer in range(1, network.layers):
        below = layer_lanes(network, workspace, workspace.a, layer - 1)
        logits = layer_lanes(network, workspace, workspace.z, layer)
        bias = weight + logits.units * below.units
        weights = Weights(w, weight, below.units, 1, bias if network.bias else -1)
        _weighted(weights, below, logits, n)
        activation = integer_at(network.activations, layer - 1)
        is_last = layer == network.layers - 1
        if activation != _SOFTMAX_CODE and not (is_last and network.cost in ACTIVATING_COSTS):
            end = logits.begin + n * logits.units * LANES
            activate(activation, workspace.z, workspace.a, logits.begin, end)
        weight = bias + logits.units * network.bias
    _softmax(network, workspace, Share(0, n))


@shared
def finish_outputs(
    network: NetworkPointers, workspace: TileWorkspace, n: int, costs: Pointer
) -> None:
    """Set the deltas of the outputs, their activations if the cost computes them, and costs."""
    z, a, delta = workspace.z, workspace.a, workspace.delta
    layer = network.layers - 1
    outputs, begin = size_of(network, layer), integer_at(workspace.begins, layer)
    end = begin + n * outputs * LANES
    if network.cost not in CANCELLING_COSTS:
        for k in range(begin, end):
            put(delta, k, 1.0)
        multiply_by_slope(integer_at(network.activations, layer - 1), z, a, delta, begin, end)
    finish(network.cost, z, a, delta, workspace.y, workspace.costs, float(outputs), begin, end)
    for e in range(n):
        c = _fill(0.0)
        for k in range(outputs):
            c = _add(c, _load(workspace.costs, begin + (e * outputs + k) * LANES))
        _store(costs, e * LANES, c)


@shared
def backward(network: NetworkPointers, w: Pointer, workspace: TileWorkspace, n: int) -> None:
    """Set the deltas of the hidden layers."""
    z, a, delta = workspace.z, workspace.a, workspace.delta
    weight = network.parameters
    for layer in range(network.layers - 2, 0, -1):
        above = layer_lanes(network, workspace, delta, layer + 1)
        own = layer_lanes(network, workspace, delta, layer)
        weight -= above.units * (own.units + network.bias)
        _weighted(Weights(w, weight, 1, own.units, -1), above, own, n)
        end = own.begin + n * own.units * LANES
        activation = integer_at(network.activations, layer - 1)
        multiply_by_slope(activation, z, a, delta, own.begin, end)
