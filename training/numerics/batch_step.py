"""One update of a run, compiled: from a batch to new parameters, which do not replace the old."""

from typing import Any, NamedTuple

from training.numerics.backward_pass import backward_pass
from training.numerics.batch_gradient import batch_gradient
from training.numerics.blocks import BLOCK_ROWS
from training.numerics.dropout import DropoutPointers
from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.example_weights import ExampleWeights
from training.numerics.forward_pass import forward_pass
from training.numerics.jit import shared
from training.numerics.lanes import BatchInputs
from training.numerics.outer_products import Soon
from training.numerics.output_pass import output_pass
from training.numerics.parameter_update import ParameterVectors, UpdateRule, update_parameters
from training.numerics.ruled_update import update_by_rule
from training.numerics.teams import Share, Team, meet, share_of
from training.numerics.tile_workspace import TileWorkspace
from training.numerics.vectors import Pointer, offset

#: Parameters are updated as soon as this many have a gradient, before it leaves the caches.
SPAN = 16384

#: The vectors of so many parameters before and after an update do not fit the second-level cache.
_LARGE = 2**17


class BatchPointers(NamedTuple):
    """A batch of a training set."""

    inputs: BatchInputs
    targets: BatchInputs
    """With the same examples."""
    weights: ExampleWeights


class StepMemory(NamedTuple):
    """The memory for intermediate results of an update, and the team that computes it."""

    tiles: TileWorkspace
    costs: Pointer
    """The costs of the examples."""
    gradient: Pointer
    """For all parameters and one span."""
    team: Team


def batch_step(lanes: int) -> Any:
    """Return the function that makes one update with tiles of this number of lanes.

    (network, batch, dropout, memory, rule, old, new): sets the costs of the examples and the new
    parameters. Afterwards, every thread of the team may use all results, and begin the next update.
    """
    forward, finish = forward_pass(lanes).forward, output_pass(lanes)
    backward, pack = backward_pass(lanes), batch_gradient(lanes).pack
    update_all = _update_all(lanes)

    @shared
    def descend(
        network: NetworkPointers,
        batch: BatchPointers,
        dropout: DropoutPointers,
        memory: StepMemory,
        rule: UpdateRule,
        old: ParameterVectors,
        new: ParameterVectors,
    ) -> None:
        workspace, gradient, team, n = memory.tiles, memory.gradient, memory.team, batch.inputs.n
        forward(network, batch.inputs, old.w, dropout, workspace, team)
        finish(network, batch.targets, batch.weights, workspace, memory.costs, team)
        pack(network, batch.inputs, workspace, team)
        meet(team)
        backward(network, old.w, dropout, workspace, n, team)
        update_all(network, n, workspace, gradient, rule, old, new, team)
        if not rule.is_plain:
            update_by_rule(network, rule, n, gradient, old, new, team)
        meet(team)

    return descend


class _Waiting(NamedTuple):
    """Consecutive parameters that have a gradient, and are not updated yet."""

    first: int
    size: int
    gradient: Pointer
    """That of the first, and the memory after it."""


@shared
def _more(waiting: _Waiting, count: int) -> _Waiting:
    """Return those that wait, with so many after them."""
    return _Waiting(waiting.first, waiting.size + count, waiting.gradient)


@shared
def _updated(
    rule: UpdateRule, n: int, waiting: _Waiting, old: ParameterVectors, new: ParameterVectors
) -> _Waiting:
    """Update the parameters that wait, and return that none of those after them do."""
    first, size = waiting.first, waiting.size
    update_parameters(rule, n, first, size, waiting.gradient, old, new)
    return _Waiting(first + size, 0, waiting.gradient)


@shared
def _units_at_once(units: int, below: int) -> int:
    """Return the number of units whose weights fill a span, in whole blocks, or all of them."""
    if units * below <= SPAN:
        return units
    return max(SPAN // below // BLOCK_ROWS, 1) * BLOCK_ROWS


def _update_all(lanes: int) -> Any:
    of_batch = batch_gradient(lanes)
    gradient_of_weights, gradient_of_biases = of_batch.weights, of_batch.biases

    @shared
    def update_all(
        network: NetworkPointers,
        n: int,
        workspace: TileWorkspace,
        gradient: Pointer,
        rule: UpdateRule,
        old: ParameterVectors,
        new: ParameterVectors,
        team: Team,
    ) -> None:
        """Update the parameters of this thread's units, each span as soon as it has its gradients.

        A gradient rule needs those of all parameters: then nothing is updated here.
        """
        waiting = _Waiting(0, 0, gradient)
        begin = 0
        for layer in range(1, network.layers):
            below, units = size_of(network, layer - 1), size_of(network, layer)
            own, at_once = share_of(team, units, BLOCK_ROWS), _units_at_once(units, below)
            is_large = rule.is_plain and units * below >= _LARGE
            for kind in range(1 + network.bias):  # weights, and then biases
                of_unit = below if kind == 0 else 1
                if team.size > 1:  # the parameters before these are another thread's
                    first = begin + own.first * of_unit
                    waiting = _Waiting(first, 0, offset(gradient, first))
                is_last = layer == network.layers - 1 and kind == network.bias
                i = own.first
                while i < own.end:  # a range would divide by the step
                    some = Share(i, min(i + at_once, own.end))
                    out = offset(waiting.gradient, waiting.size)
                    if kind == 0:
                        place = begin + some.first * below
                        soon = Soon(is_large, offset(old.w, place), offset(new.w, place))
                        gradient_of_weights(network, n, workspace, layer, some, out, soon)
                    else:
                        gradient_of_biases(network, n, workspace, layer, some, out)
                    waiting = _more(waiting, (some.end - some.first) * of_unit)
                    must_end = team.size > 1 or (is_last and some.end == units)
                    if rule.is_plain and (must_end or waiting.size >= SPAN):
                        waiting = _updated(rule, n, waiting, old, new)
                    i = some.end
                begin += units * of_unit

    return update_all
