"""The kernels that compute activations, costs and gradients for given parameters."""

import numpy as np
from numba import types

from training.numerics.arguments import (
    DATA,
    DROPOUT,
    NETWORK,
    READ_ROWS,
    READ_VECTOR,
    RESULTS,
    ROWS,
    Data,
    Floats,
    Results,
)
from training.numerics.backward_pass import backward_pass
from training.numerics.batch_gradient import batch_gradient
from training.numerics.dropout import DropoutPointers, DroppedUnits, dropout_of
from training.numerics.encoded_network import (
    EncodedNetwork,
    NetworkPointers,
    pointers_of,
    size_of,
)
from training.numerics.example_weights import weights_of
from training.numerics.forward_pass import forward_pass
from training.numerics.jit import keep, kernel, shared
from training.numerics.lanes import MOST_LANES
from training.numerics.output_pass import output_pass
from training.numerics.tile_workspace import TileWorkspace, tile_workspaces
from training.numerics.vectors import (
    Pointer,
    at,
    integer_at,
    offset,
    pointer,
    put,
    put_integer,
    sum_of,
)

_workspaces = tile_workspaces(MOST_LANES)
_workspace_size, _workspace_within = _workspaces.size, _workspaces.within
_forward, _predict = forward_pass(MOST_LANES)
_finish, _backward = output_pass(MOST_LANES), backward_pass(MOST_LANES)
_pack, _add_weights, _add_biases = batch_gradient(MOST_LANES, adding=True)


@shared
def _take(rows: Pointer, first: int, count: int) -> None:
    """Select consecutive examples."""
    for e in range(count):
        put_integer(rows, e, first + e)


@shared
def _from(dropout: DroppedUnits, first: int) -> DropoutPointers:
    """Return the dropout of examples from this one on."""
    of_update = dropout_of(dropout, dropout.update)
    return DropoutPointers(
        of_update.on, of_update.rates, of_update.stream, dropout.position + first
    )


@shared
def _copy_example(
    network: NetworkPointers, workspace: TileWorkspace, e: int, layer: int, out: Pointer
) -> None:
    """Copy the activations of a layer for one example of the batch."""
    units = size_of(network, layer)
    lane = integer_at(workspace.begins, layer)
    lane += e // MOST_LANES * units * MOST_LANES + e % MOST_LANES
    for i in range(units):
        put(out, i, at(workspace.a, lane + i * MOST_LANES))


@kernel(types.void(NETWORK, READ_ROWS, READ_VECTOR, DROPOUT, ROWS))
def forward(
    network: EncodedNetwork,
    inputs: Floats,
    parameters: Floats,
    dropout: DroppedUnits,
    activations: Floats,
) -> None:
    """Compute the activations of every layer after the inputs, for each example.

    Args:
        network: the network.
        inputs: [examples, inputs].
        parameters: [parameters].
        dropout: that of the update and the first example.
        activations: [examples, units of all layers after the inputs], filled in.
    """
    pointers = pointers_of(network, parameters)
    integer_count, float_count = _workspace_size(pointers, MOST_LANES)
    integers, floats = np.empty(integer_count, np.int64), np.zeros(float_count)
    rows = np.empty(MOST_LANES, np.int64)
    workspace = _workspace_within(pointers, MOST_LANES, pointer(integers), pointer(floats))
    out = pointer(activations)
    for first in range(0, inputs.shape[0], MOST_LANES):
        n = min(MOST_LANES, inputs.shape[0] - first)
        _take(pointer(rows), first, n)
        w, of_batch = pointer(parameters), _from(dropout, first)
        _forward(pointers, pointer(inputs), pointer(rows), n, w, of_batch, workspace)
        _predict(pointers, n, workspace)
        for e in range(n):
            for layer in range(1, pointers.layers):
                _copy_example(pointers, workspace, e, layer, out)
                out = offset(out, size_of(pointers, layer))
    keep(integers)
    keep(floats)
    keep(rows)


@shared
def _add_gradient(
    network: NetworkPointers,
    inputs: Pointer,
    rows: Pointer,
    n: int,
    parameters: Pointer,
    dropout: DropoutPointers,
    workspace: TileWorkspace,
    gradient: Pointer,
) -> None:
    """Add G of a batch, from the deltas of its outputs."""
    _backward(network, parameters, dropout, workspace, n)
    place = 0
    for layer in range(1, network.layers):
        below, units = size_of(network, layer - 1), size_of(network, layer)
        _pack(network, inputs, rows, n, workspace, layer)
        _add_weights(network, n, workspace, layer, 0, units, offset(gradient, place))
        place += units * below
        if network.bias:
            _add_biases(network, n, workspace, layer, offset(gradient, place))
            place += units


@kernel(types.float64(NETWORK, DATA, READ_VECTOR, DROPOUT, RESULTS))
def evaluate(
    network: EncodedNetwork, data: Data, parameters: Floats, dropout: DroppedUnits, results: Results
) -> float:
    """Compute the outputs and the cost of each example, and add G of all of them as one batch.

    Returns their mean cost.

    Args:
        network: the network.
        data: the examples.
        parameters: [parameters].
        dropout: that of the update and the first example.
        results: filled in.  G continues the sum in `results.gradient`, with the same bits as if
            all examples were in one call.
    """
    n = data.inputs.shape[0]
    pointers, w = pointers_of(network, parameters), pointer(parameters)
    x, y, weights = pointer(data.inputs), pointer(data.targets), weights_of(data)
    outputs, costs = pointer(results.outputs), pointer(results.costs)
    at_once = n if results.gradient.size else MOST_LANES
    integer_count, float_count = _workspace_size(pointers, at_once)
    integers, floats = np.empty(integer_count, np.int64), np.zeros(float_count)
    rows = np.empty(at_once, np.int64)
    workspace = _workspace_within(pointers, at_once, pointer(integers), pointer(floats))
    last = pointers.layers - 1
    width = size_of(pointers, last)
    for first in range(0, n, at_once):
        count = min(at_once, n - first)
        _take(pointer(rows), first, count)
        of_batch = _from(dropout, first)
        _forward(pointers, x, pointer(rows), count, w, of_batch, workspace)
        _finish(pointers, y, weights, pointer(rows), count, workspace, offset(costs, first))
        for e in range(count):
            _copy_example(pointers, workspace, e, last, offset(outputs, (first + e) * width))
    if results.gradient.size:
        gradient = pointer(results.gradient)
        _add_gradient(pointers, x, pointer(rows), n, w, _from(dropout, 0), workspace, gradient)
    keep(integers)
    keep(floats)
    keep(rows)
    return sum_of(costs, 0, n, 0.0) / n  # type: ignore[no-any-return]
