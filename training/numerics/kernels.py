"""Compiled training: the arithmetic of `loops`, in the same order and with the same bits."""

from functools import partial

import numpy as np

from training.numerics import evaluation_kernels
from training.numerics.arguments import NO_SCRATCH, Data, Floats, Plan, Results, Scratch, Workspace
from training.numerics.dropout import DroppedUnits
from training.numerics.encoded_network import EncodedNetwork
from training.numerics.evaluation_kernels import computed_at_once, evaluated_at_once
from training.numerics.helpers import NO_HELPERS, Helpers, compute_together
from training.numerics.lanes import MOST_LANES
from training.numerics.normal_numbers import make_normal
from training.numerics.orthonormal_rows import make_orthonormal
from training.numerics.run_memory import run_memories
from training.numerics.schedules import fill_learning_rates
from training.numerics.scratch import SPARE_SCRATCH, scratch_of
from training.numerics.tiled_evaluation import memory_size
from training.numerics.training_kernel import COST_REACHED, DIVERGED, MADE, training_kernel

__all__ = [
    "COST_REACHED",
    "DIVERGED",
    "KERNELS",
    "MADE",
    "evaluate",
    "forward",
    "scratch_for",
    "train",
]

#: By the lanes of their tiles.
_TRAIN = {lanes: training_kernel(lanes) for lanes in (1, 4, MOST_LANES)}
_MEMORIES = {lanes: run_memories(lanes) for lanes in _TRAIN}

KERNELS = (
    *_TRAIN.values(),
    evaluation_kernels.forward,
    evaluation_kernels.evaluate,
    fill_learning_rates,
    make_normal,
    make_orthonormal,
)


def scratch_for(
    network: EncodedNetwork,
    data: Data,
    plan: Plan,
    workspace: Workspace,
    kept: Scratch = NO_SCRATCH,
    threads: int = 1,
) -> Scratch:
    """Return memory for a call of `train`: that which was kept if it is large enough.

    Large memory that every call allocates is cleared by the system each time, which takes longer
    than an update.
    """
    size = _MEMORIES[_lanes(plan.batch_size)].size
    integers, floats = size(*_layers_and_units(network), plan, data, workspace, threads)
    return scratch_of(integers, floats, kept)


def can_be_shared(batch_size: int) -> bool:
    """Return whether several threads can compute an update together."""
    return _lanes(batch_size) == MOST_LANES


def train(
    network: EncodedNetwork,
    data: Data,
    plan: Plan,
    workspace: Workspace,
    scratch: Scratch,
    helpers: Helpers = NO_HELPERS,
) -> tuple[int, int]:
    """Advance a run by up to the size of `workspace.costs` updates.

    Returns how many were made, and why it stopped: MADE if all were made or the run is complete,
    DIVERGED if the next update would make a parameter infinite or NaN, or COST_REACHED.

    The run uses the examples in order, epoch after epoch: the first update uses the next
    batch_size positions, from `plan.position` on, as far as there are so many until total_examples,
    or until the end of the epoch if batches end there.  Position p is example p mod epoch_examples,
    or the example at that index in the shuffled order of the epoch.

    The network is validated after updates with the numbers in `workspace.validating.after`, without
    dropout.

    Helpers compute a part of each update if it `can_be_shared`, with scratch for as many threads:
    they change no bit.
    """
    kernel = _TRAIN[_lanes(plan.batch_size)]
    if not can_be_shared(plan.batch_size):
        helpers = NO_HELPERS
    if helpers.threads:
        of_each = np.tile(workspace.shuffling, helpers.threads + 1)
        workspace = workspace._replace(shuffling=of_each)
    return compute_together(
        partial(kernel, network, data, plan, workspace, scratch), scratch, helpers
    )


def forward(
    network: EncodedNetwork,
    inputs: Floats,
    parameters: Floats,
    dropout: DroppedUnits,
    activations: Floats,
) -> None:
    """Compute activations; see `evaluation_kernels.forward`."""
    at_once = computed_at_once(len(inputs))
    with SPARE_SCRATCH.lent(*memory_size(*_layers_and_units(network), at_once)) as scratch:
        evaluation_kernels.forward(network, inputs, parameters, dropout, activations, scratch)


def evaluate(
    network: EncodedNetwork, data: Data, parameters: Floats, dropout: DroppedUnits, results: Results
) -> float:
    """Compute costs, and G if it is asked for; see `evaluation_kernels.evaluate`."""
    at_once = evaluated_at_once(data, results)
    with SPARE_SCRATCH.lent(*memory_size(*_layers_and_units(network), at_once)) as scratch:
        return evaluation_kernels.evaluate(network, data, parameters, dropout, results, scratch)


def _layers_and_units(network: EncodedNetwork) -> tuple[int, int]:
    sizes = network.layer_sizes
    return len(sizes), int(sizes.sum())


def _lanes(batch_size: int) -> int:
    """Return the number of lanes of the tiles of a run."""
    if batch_size == 1:
        return 1
    return 4 if batch_size <= 4 else MOST_LANES
