"""The validations between the updates of a call, compiled."""

from typing import NamedTuple

import numpy as np

from training.numerics.arguments import Validating, Workspace
from training.numerics.dropout import DropoutPointers
from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.example_weights import weights_of
from training.numerics.jit import part, shared
from training.numerics.lanes import AT_ONCE
from training.numerics.optimizer_memory import memories_of
from training.numerics.parameter_update import ParameterVectors
from training.numerics.tiled_evaluation import (
    EvaluationMemory,
    ExamplePointers,
    evaluate_examples,
    memory_size,
    memory_within,
)
from training.numerics.vectors import Pointer, at, copy, offset, pointer, put, put_integer, sum_of


class HeldOut(NamedTuple):
    """What validates a network."""

    examples: ExamplePointers
    memory: EvaluationMemory
    middle: float
    """As in `Validating`."""
    after: Pointer
    """After how many updates each validation is, then 0."""


@shared
def held_out_size(layers: int, units: int, validating: Validating) -> tuple[int, int]:
    """Return the number of integers and floats that `held_out_of` needs.

    Also a function of Python.
    """
    integers, floats = memory_size(layers, units, AT_ONCE)
    return integers, floats if validating.after.size > 1 else 0


@shared
def held_out_of(
    network: NetworkPointers, validating: Validating, integers: Pointer, floats: Pointer
) -> HeldOut:
    """Return the held-out examples, with memory in these arrays, of finite floats."""
    examples = ExamplePointers(
        pointer(validating.held_out.inputs),
        pointer(validating.held_out.targets),
        weights_of(validating.held_out),
        validating.held_out.inputs.shape[0],
        pointer(validating.outputs),
        pointer(validating.example_costs),
    )
    memory = memory_within(network, AT_ONCE, integers, floats)
    return HeldOut(examples, memory, validating.middle, pointer(validating.after))


@part
def _keep_state(
    vectors: ParameterVectors, size: int, memories: int, counted: Pointer, count: int, to: Pointer
) -> Pointer:
    """Copy the parameters and the optimizer state, which ends with a count of other numbers."""
    copy(vectors.w, size, to)
    copy(vectors.v, min(memories, 1) * size, offset(to, size))
    copy(vectors.s, (memories - 1) * size, offset(to, 2 * size))
    last = offset(to, (memories + 1) * size)
    copy(counted, count, last)
    return offset(last, count)


@shared
def _is_correct(outputs: Pointer, targets: Pointer, count: int, middle: float) -> bool:
    """Return whether an example is correct, as `TargetMeaning.correct` counts it."""
    if middle == middle:  # not NaN
        for k in range(count):
            output = at(outputs, k)
            if output != output or (output >= middle) != (at(targets, k) > 0.0):
                return False
        return True
    predicted, label = 0, 0
    for k in range(count):
        output = at(outputs, k)
        if output != output:
            return False
        predicted = k if output > at(outputs, predicted) else predicted
        label = k if at(targets, k) > at(targets, label) else label
    return predicted == label


@part
def _evaluate(network: NetworkPointers, w: Pointer, held_out: HeldOut) -> int:
    """Compute outputs and costs, and return how many examples are correct."""
    examples, middle = held_out.examples, held_out.middle
    nothing_dropped = DropoutPointers(on=False, rates=w, stream=np.uint64(0), position=0)
    evaluate_examples(network, w, nothing_dropped, examples, held_out.memory)
    width = size_of(network, network.layers - 1)
    correct = 0
    for e in range(examples.n):
        outputs, targets = offset(examples.outputs, e * width), offset(examples.targets, e * width)
        correct += _is_correct(outputs, targets, width, middle)
    return correct


@shared
def validate(
    network: NetworkPointers,
    vectors: ParameterVectors,
    workspace: Workspace,
    held_out: HeldOut,
    index: int,
) -> None:
    """Make a validation of the call, and keep the state of the run if it is asked for."""
    validating, size, memories = workspace.validating, network.parameters, memories_of(workspace)
    if validating.states.shape[0] > 0:
        counted, count = offset(pointer(workspace.memory), memories * size), workspace.memory.size
        to = offset(pointer(validating.states), index * validating.states.shape[1])
        after = _keep_state(vectors, size, memories, counted, count - memories * size, to)
        put(after, 0, workspace.epoch_cost[0])
    put_integer(pointer(validating.correct), index, _evaluate(network, vectors.w, held_out))
    n = held_out.examples.n
    put(pointer(validating.costs), index, sum_of(held_out.examples.costs, 0, n, 0.0) / n)
