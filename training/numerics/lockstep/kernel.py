"""The lockstep kernel: the loop over the updates of several runs at once, one in each lane."""

from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from training.numerics.arguments import NETWORK, SCRATCH, Scratch
from training.numerics.code_files import CodeFile
from training.numerics.encoded_network import (
    EncodedNetwork,
    NetworkPointers,
    unit_count,
)
from training.numerics.jit import Kernel, shared
from training.numerics.lockstep.arguments import (
    LOCKSTEP_PLAN,
    LOCKSTEP_WORKSPACE,
    LockstepPlan,
    LockstepWorkspace,
)
from training.numerics.lockstep.examples import begin_epochs, end_epochs, next_batches
from training.numerics.lockstep.passes import backward, finish_outputs, forward
from training.numerics.lockstep.step import set_gradient, take_step
from training.numerics.lockstep.vectors import LANES, of_lanes
from training.numerics.optimizers import Rates
from training.numerics.parameter_update import ParameterVectors
from training.numerics.signatures import INTEGER, signature
from training.numerics.tile_workspace import ALIGNED, OWN_FLOATS, TileWorkspace, tile_workspaces
from training.numerics.training_kernel import DIVERGED, MADE
from training.numerics.vectors import Pointer, at, offset, pointer, put_integer, sum_of

_load, _store, _fill, _, _add, _, _, _ = of_lanes
_tile_size, _tiles_within = tile_workspaces(LANES).size, tile_workspaces(LANES).within


class _Memory(NamedTuple):
    """The memory for intermediate results."""

    tiles: TileWorkspace
    gradient: Pointer
    costs: Pointer
    """Those of the examples in the batches."""
    finite: Pointer
    rows: Pointer
    """The examples of the batches, and then the orders of those of the epochs."""


def lockstep_scratch(network: EncodedNetwork, plan: LockstepPlan, parameters: int) -> Scratch:
    """Return memory for calls with this plan, or another one with arrays of the same shapes."""
    layers, units = len(network.layer_sizes), int(network.layer_sizes.sum())
    n, examples = plan.batch_size, plan.inputs.shape[1]
    integers, floats = _tile_size(layers, units, n * LANES)
    floats += OWN_FLOATS + (parameters + n + 1) * LANES
    zeros = np.zeros(floats + ALIGNED)
    first = -zeros.ctypes.data // zeros.itemsize % ALIGNED
    rows = LANES * (n + examples)
    return Scratch(np.zeros(integers + rows, dtype=np.int64), zeros[first : first + floats])


@shared
def _memory_within(network: NetworkPointers, n: int, scratch: Scratch) -> _Memory:
    integers, floats = pointer(scratch.integers), pointer(scratch.floats)
    integer_count, float_count = _tile_size(network.layers, unit_count(network), n * LANES)
    own = offset(floats, float_count)
    tiles = _tiles_within(network, n * LANES, integers, floats, own)
    gradient = offset(own, OWN_FLOATS)
    costs = offset(gradient, network.parameters * LANES)
    finite = offset(costs, n * LANES)
    return _Memory(tiles, gradient, costs, finite, offset(integers, integer_count))


@shared
def _network_of(
    encoded: EncodedNetwork, plan: LockstepPlan, workspace: LockstepWorkspace
) -> NetworkPointers:
    return NetworkPointers(
        pointer(encoded.layer_sizes),
        encoded.layer_sizes.size,
        pointer(encoded.activations),
        encoded.cost,
        encoded.bias,
        workspace.states.shape[1] // (1 + plan.memories),
    )


@shared
def _vectors(states: Pointer, parameters: int) -> ParameterVectors:
    count = parameters * LANES
    return ParameterVectors(states, offset(states, count), offset(states, 2 * count))


@shared
def _rates(plan: LockstepPlan, update: int, power1: Any, power2: Any, share: Any) -> Rates:
    """Return the rates of an update, each with a number for every network: see `corrected`."""
    rates = pointer(plan.rates)
    return Rates(
        _load(pointer(plan.learning_rates), update * LANES),
        _load(rates, 1 * LANES),
        _load(rates, 2 * LANES),
        _load(rates, 3 * LANES),
        _load(rates, 4 * LANES),
        _load(rates, 5 * LANES),
        1.0 - power1,
        sqrt(1.0 - power2),
        _load(rates, 8 * LANES),
        _load(rates, 9 * LANES),
        share,
    )


@shared
def _mean(costs: Pointer, n: int) -> Any:
    """Return the mean cost of the examples in the batch of each network."""
    total = _fill(0.0)
    for e in range(n):
        total = _add(total, _load(costs, e * LANES))
    return total / _fill(float(n))


@shared
def _diverge(finite: Pointer, outcomes: Pointer) -> bool:
    """Return whether new parameters of a network are not finite, after noting of which."""
    if sum_of(finite, 0, LANES, 0.0) == 0.0:
        return False
    for lane in range(LANES):
        if at(finite, lane) != 0.0:
            put_integer(outcomes, lane, DIVERGED)
    return True


def _advance(
    encoded: EncodedNetwork, plan: LockstepPlan, workspace: LockstepWorkspace, scratch: Scratch
) -> int:
    n = plan.batch_size
    network = _network_of(encoded, plan, workspace)
    memory = _memory_within(network, n, scratch)
    tiles, costs = memory.tiles, memory.costs
    states, outcomes = pointer(workspace.states), pointer(workspace.outcomes)
    old = _vectors(states, network.parameters)
    new = _vectors(offset(states, workspace.states.shape[1] * LANES), network.parameters)
    counted, fixed = pointer(workspace.counted), pointer(plan.rates)
    beta1, beta2 = _load(fixed, 3 * LANES), _load(fixed, 4 * LANES)
    dampening = _load(fixed, 9 * LANES)
    power1, power2 = _load(counted, 0), _load(counted, LANES)
    share = _load(counted, 2 * LANES)
    for lane in range(LANES):
        put_integer(outcomes, lane, MADE)
    begin_epochs(plan, workspace, memory.rows)
    # A batch of all examples in order is the same for each update, from any place on.
    is_another = workspace.shuffling.shape[0] > 0 or n != plan.epoch_examples
    done, goes_on = 0, True
    while goes_on and done < workspace.costs.shape[0]:
        if is_another or done == 0:
            next_batches(network, plan, workspace, memory.rows, tiles)
        forward(network, old.w, tiles, n)
        finish_outputs(network, tiles, n, costs)
        backward(network, old.w, tiles, n)
        set_gradient(network, tiles, n, memory.gradient)
        next_power1, next_power2 = power1 * beta1, power2 * beta2
        rates = _rates(plan, done, next_power1, next_power2, share)
        count = network.parameters * LANES
        take_step(plan.optimizer, n, rates, count, memory.gradient, old, new, memory.finite)
        if _diverge(memory.finite, outcomes):
            break
        _store(pointer(workspace.costs), done * LANES, _mean(costs, n))
        old, new = new, old
        power1, power2, share = next_power1, next_power2, 1.0 - dampening
        goes_on = end_epochs(plan, workspace, costs)
        done += 1
    _store(counted, 0, power1)
    _store(counted, LANES, power2)
    _store(counted, 2 * LANES, share)
    return done


class _LockstepKernel(Kernel[[EncodedNetwork, LockstepPlan, LockstepWorkspace, Scratch], int]):
    """The kernel, whose machine code depends on all modules of this folder, too."""

    def __init__(self) -> None:
        arguments = signature(
            NETWORK, LOCKSTEP_PLAN, LOCKSTEP_WORKSPACE, SCRATCH, results=(INTEGER,)
        )
        super().__init__(_advance, arguments, "train in lockstep")
        source = Path(__file__)
        sources = (each.read_text() for each in sorted(source.parent.glob("*.py")))
        self._file = CodeFile(self.name, source, repr((arguments, *sources)))


train_in_lockstep = _LockstepKernel()
"""Advance the runs of all lanes by up to the size of `workspace.costs` updates.

Returns how many were made.  The call stops when a run ends: `workspace.outcomes` says which, and
why.  Each number is that of the run alone, to the bit.
"""
