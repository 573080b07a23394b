"""The kernels that compute activations, costs and gradients for given parameters."""

from training.numerics.arguments import (
    DATA,
    DROPOUT,
    NETWORK,
    READ_ROWS,
    READ_VECTOR,
    RESULTS,
    ROWS,
    SCRATCH,
    Data,
    Floats,
    Results,
    Scratch,
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
from training.numerics.jit import kernel, shared
from training.numerics.lanes import AT_ONCE, MOST_LANES, BatchInputs
from training.numerics.outer_products import Soon
from training.numerics.signatures import FLOAT, signature
from training.numerics.teams import Share, alone
from training.numerics.tile_workspace import TileWorkspace
from training.numerics.tiled_evaluation import (
    ExamplePointers,
    copy_example,
    evaluate_examples,
    memory_within,
    select,
)
from training.numerics.vectors import Pointer, offset, pointer, sum_of

_forward, _predict = forward_pass(MOST_LANES)
_backward = backward_pass(MOST_LANES)
_pack, _add_weights, _add_biases = batch_gradient(MOST_LANES, adding=True)


@shared
def _from(dropout: DroppedUnits, first: int) -> DropoutPointers:
    """Return the dropout of examples from this one on."""
    of_update = dropout_of(dropout, dropout.update)
    return DropoutPointers(
        of_update.on, of_update.rates, of_update.stream, dropout.position + first
    )


@shared
def computed_at_once(n: int) -> int:
    """Return for how many of n examples at once activations are computed."""
    return max(min(n, AT_ONCE), 1)


@shared
def evaluated_at_once(data: Data, results: Results) -> int:
    """Return for how many examples `evaluate` needs memory: G needs that of all."""
    n = data.inputs.shape[0]
    return n if results.gradient.size else computed_at_once(n)


@kernel(signature(NETWORK, READ_ROWS, READ_VECTOR, DROPOUT, ROWS, SCRATCH))
def forward(
    network: EncodedNetwork,
    inputs: Floats,
    parameters: Floats,
    dropout: DroppedUnits,
    activations: Floats,
    scratch: Scratch,
) -> None:
    """Compute the activations of every layer after the inputs, for each example.

    Args:
        network: the network.
        inputs: [examples, inputs].
        parameters: [parameters].
        dropout: that of the update and the first example.
        activations: [examples, units of all layers after the inputs], filled in.
        scratch: memory for intermediate results, of the size of `memory_size`.
    """
    pointers = pointers_of(network, parameters)
    at_once = computed_at_once(inputs.shape[0])
    integers, floats = pointer(scratch.integers), pointer(scratch.floats)
    memory = memory_within(pointers, at_once, integers, floats)
    rows, tiles = memory.rows, memory.tiles
    out = pointer(activations)
    for first in range(0, inputs.shape[0], at_once):
        n = min(at_once, inputs.shape[0] - first)
        select(rows, first, n)
        batch, w = BatchInputs(pointer(inputs), rows, n, is_known=False), pointer(parameters)
        _forward(pointers, batch, w, _from(dropout, first), tiles, alone(rows))
        _predict(pointers, n, tiles)
        for e in range(n):
            for layer in range(1, pointers.layers):
                copy_example(pointers, tiles, e, layer, out)
                out = offset(out, size_of(pointers, layer))


@shared
def _add_gradient(
    network: NetworkPointers,
    batch: BatchInputs,
    parameters: Pointer,
    dropout: DropoutPointers,
    workspace: TileWorkspace,
    gradient: Pointer,
) -> None:
    """Add G of a batch, from the deltas of its outputs."""
    n, team = batch.n, alone(batch.rows)
    _backward(network, parameters, dropout, workspace, n, team)
    _pack(network, batch, workspace, team)
    place = 0
    for layer in range(1, network.layers):
        below, units = size_of(network, layer - 1), Share(0, size_of(network, layer))
        out = offset(gradient, place)
        soon = Soon(is_large=False, old=out, new=out)
        _add_weights(network, n, workspace, layer, units, out, soon)
        place += units.end * below
        if network.bias:
            _add_biases(network, n, workspace, layer, units, offset(gradient, place))
            place += units.end


@kernel(signature(NETWORK, DATA, READ_VECTOR, DROPOUT, RESULTS, SCRATCH, results=(FLOAT,)))
def evaluate(
    network: EncodedNetwork,
    data: Data,
    parameters: Floats,
    dropout: DroppedUnits,
    results: Results,
    scratch: Scratch,
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
        scratch: memory for intermediate results, of the size of `memory_size`.
    """
    n = data.inputs.shape[0]
    pointers, w = pointers_of(network, parameters), pointer(parameters)
    examples = ExamplePointers(
        pointer(data.inputs),
        pointer(data.targets),
        weights_of(data),
        n,
        pointer(results.outputs),
        pointer(results.costs),
    )
    at_once = evaluated_at_once(data, results)
    integers, floats = pointer(scratch.integers), pointer(scratch.floats)
    memory = memory_within(pointers, at_once, integers, floats)
    of_batch = _from(dropout, 0)
    evaluate_examples(pointers, w, of_batch, examples, memory)
    if results.gradient.size:
        batch = BatchInputs(examples.inputs, memory.rows, n, is_known=False)
        gradient = pointer(results.gradient)
        _add_gradient(pointers, batch, w, of_batch, memory.tiles, gradient)
    return sum_of(examples.costs, 0, n, 0.0) / n  # type: ignore[no-any-return]
