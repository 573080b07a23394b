"""Compiled training: the arithmetic of `loops`, in the same order and with the same bits."""

from training.numerics.arguments import Data, Plan, Workspace
from training.numerics.encoded_network import EncodedNetwork
from training.numerics.evaluation_kernels import evaluate, forward
from training.numerics.lanes import MOST_LANES
from training.numerics.normal_numbers import make_normal
from training.numerics.orthonormal_rows import make_orthonormal
from training.numerics.schedules import fill_learning_rates
from training.numerics.training_kernel import COST_REACHED, DIVERGED, MADE, training_kernel

__all__ = ["COST_REACHED", "DIVERGED", "KERNELS", "MADE", "evaluate", "forward", "train"]

_TRAIN_BY_ONE, _TRAIN_BY_FOUR = training_kernel(1), training_kernel(4)
_TRAIN_BY_MOST = training_kernel(MOST_LANES)

KERNELS = (
    _TRAIN_BY_ONE,
    _TRAIN_BY_FOUR,
    _TRAIN_BY_MOST,
    forward,
    evaluate,
    fill_learning_rates,
    make_normal,
    make_orthonormal,
)


def train(network: EncodedNetwork, data: Data, plan: Plan, workspace: Workspace) -> tuple[int, int]:
    """Advance a run by up to the size of `workspace.costs` updates.

    Returns how many were made, and why it stopped: MADE if all were made or the run is complete,
    DIVERGED if the next update would make a parameter infinite or NaN, or COST_REACHED.

    The run uses the examples in order, epoch after epoch: the first update uses the next
    batch_size positions, from `plan.position` on, as far as there are so many until total_examples,
    or until the end of the epoch if batches end there.  Position p is example p mod epoch_examples,
    or the example at that index in the shuffled order of the epoch.

    The network is validated after updates with the numbers in `workspace.validating.after`, without
    dropout.
    """
    if plan.batch_size == 1:
        by_tiles = _TRAIN_BY_ONE
    elif plan.batch_size <= 4:
        by_tiles = _TRAIN_BY_FOUR
    else:
        by_tiles = _TRAIN_BY_MOST
    made: tuple[int, int] = by_tiles(network, data, plan, workspace)
    return made
