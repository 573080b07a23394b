"""The gradients and the steps of networks in lockstep, compiled."""

from typing import Any

from training.numerics.encoded_network import NetworkPointers
from training.numerics.jit import shared
from training.numerics.lockstep.vectors import LANES, of_lanes, where_not_zero
from training.numerics.optimizers import OptimizerDefinition, OptimizerKind, Rates
from training.numerics.parameter_update import ParameterVectors
from training.numerics.pointwise import choice
from training.numerics.tile_workspace import TileWorkspace, layer_lanes
from training.numerics.vectors import Pointer

_load, _store, _fill, _, _add, _add_product, _multiply, _ = of_lanes


@shared
def set_gradient(
    network: NetworkPointers, workspace: TileWorkspace, n: int, gradient: Pointer
) -> None:
    """Set G of all parameters: sums over the examples, in their order."""
    place = 0
    for layer in range(1, network.layers):
        delta = layer_lanes(network, workspace, workspace.delta, layer)
        below = layer_lanes(network, workspace, workspace.a, layer - 1)
        d_apart, x_apart = delta.units * LANES, below.units * LANES
        for i in range(delta.units):
            for j in range(below.units):
                d, x = delta.begin + i * LANES, below.begin + j * LANES
                g = _fill(0.0)
                for _ in range(n):
                    g = _add_product(g, _load(delta.numbers, d), _load(below.numbers, x))
                    d += d_apart
                    x += x_apart
                _store(gradient, place, g)
                place += LANES
        for i in range(delta.units * network.bias):
            d = delta.begin + i * LANES
            g = _fill(0.0)
            for _ in range(n):
                g = _add(g, _load(delta.numbers, d))
                d += d_apart
            _store(gradient, place, g)
            place += LANES


def _stepping(optimizer: OptimizerDefinition) -> Any:
    of_parameter = optimizer.step
    has_v, has_s = "v" in optimizer.memory, "s" in optimizer.memory

    def apply(
        n: int,
        rates: Rates,
        count: int,
        gradient: Pointer,
        old: ParameterVectors,
        new: ParameterVectors,
        finite: Pointer,
    ) -> None:
        good = _fill(0.0)
        exact = n & (n - 1) == 0  # a power of two: G·(1/n) is G/n to the bit
        divisor = _fill(1.0 / n if exact else float(n))
        for p in range(0, count, LANES):
            w, total = _load(old.w, p), _load(gradient, p)
            mean = total * divisor if exact else total / divisor
            g = where_not_zero(rates.weight_decay, mean + rates.weight_decay * w, mean)
            v = _load(old.v, p) if has_v else _fill(0.0)
            s = _load(old.s if has_v else old.v, p) if has_s else _fill(0.0)
            step, v, s = of_parameter(w, g, v, s, rates)
            w = w - step
            _store(new.w, p, w)
            if has_v:
                _store(new.v, p, v)
            if has_s:
                _store(new.s if has_v else new.v, p, s)
            good = good + (w - w)  # ∞ − ∞ and NaN − NaN are NaN
        _store(finite, 0, good)

    return apply


take_step = choice([_stepping(each.definition) for each in OptimizerKind])
"""(optimizer, n, rates, count, G, old, new, finite): one step of all parameters; sets 0 for each
network whose new parameters are finite, else NaN."""
