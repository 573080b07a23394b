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
from training.numerics.output_pass import output_pass
from training.numerics.parameter_update import ParameterVectors, UpdateRule, update_parameters
from training.numerics.ruled_update import update_by_rule
from training.numerics.tile_workspace import TileWorkspace
from training.numerics.vectors import Pointer, offset

#: Parameters are updated as soon as this many have a gradient, before it leaves the caches.
SPAN = 16384


class BatchPointers(NamedTuple):
    """A batch of a training set."""

    inputs: Pointer
    targets: Pointer
    weights: ExampleWeights
    rows: Pointer
    """The indices of its examples."""
    n: int
    """The number of its examples."""


def batch_step(lanes: int) -> Any:
    """Return the function that makes one update with tiles of this number of lanes.

    (network, batch, dropout, workspace, costs, gradient, rule, old, new): sets the costs of the
    examples and the new parameters; the size of `gradient` is that of all parameters and one span.
    """
    forward, finish = forward_pass(lanes).forward, output_pass(lanes)
    backward = backward_pass(lanes)
    update_all = _update_all(lanes)

    @shared
    def descend(
        network: NetworkPointers,
        batch: BatchPointers,
        dropout: DropoutPointers,
        workspace: TileWorkspace,
        costs: Pointer,
        gradient: Pointer,
        rule: UpdateRule,
        old: ParameterVectors,
        new: ParameterVectors,
    ) -> None:
        rows, n = batch.rows, batch.n
        forward(network, batch.inputs, rows, n, old.w, dropout, workspace)
        finish(network, batch.targets, batch.weights, rows, n, workspace, costs)
        backward(network, old.w, dropout, workspace, n)
        update_all(network, batch, workspace, gradient, rule, old, new)

    return descend


@shared
def _units_at_once(below: int) -> int:
    """Return the number of units whose weights fill a span, in whole blocks."""
    return max(SPAN // below // BLOCK_ROWS, 1) * BLOCK_ROWS


def _update_all(lanes: int) -> Any:
    of_batch = batch_gradient(lanes)
    pack, gradient_of_weights, gradient_of_biases = of_batch.pack, of_batch.weights, of_batch.biases

    @shared
    def update_all(
        network: NetworkPointers,
        batch: BatchPointers,
        workspace: TileWorkspace,
        gradient: Pointer,
        rule: UpdateRule,
        old: ParameterVectors,
        new: ParameterVectors,
    ) -> None:
        """Update all parameters, each span as soon as its gradients are computed.

        A gradient rule needs the gradients of all of them first.
        """
        n = batch.n
        first = 0  # parameters that have a gradient, but are not updated yet
        waiting = 0
        for layer in range(1, network.layers):
            below, units = size_of(network, layer - 1), size_of(network, layer)
            pack(network, batch.inputs, batch.rows, n, workspace, layer)
            at_once = units if units * below <= SPAN else _units_at_once(below)
            for i in range(0, units, at_once):
                last = min(i + at_once, units)
                out = offset(gradient, waiting)
                gradient_of_weights(network, n, workspace, layer, i, last, out)
                waiting += (last - i) * below
                if waiting >= SPAN and rule.is_plain:
                    update_parameters(rule, n, first, waiting, gradient, old, new)
                    first += waiting
                    waiting = 0
            if network.bias:
                gradient_of_biases(network, n, workspace, layer, offset(gradient, waiting))
                waiting += units
        if rule.is_plain:
            update_parameters(rule, n, first, waiting, gradient, old, new)
        else:
            update_by_rule(network, rule, n, gradient, old, new)

    return update_all
