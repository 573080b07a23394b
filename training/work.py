"""Estimates of the work of a call from sizes, before it begins.

The unit is one multiplication and addition in the kernels.
"""

from typing import Final

from training.errors import LimitExceeded
from training.limits import Limits
from training.network import Network

#: The work of one gradient, compared with that of the outputs.
_OF_A_GRADIENT: Final = 3

#: The work of one operation in the readable loops.
_OF_A_LOOP: Final = 2**7

#: The work of calling a kernel for a single example.
_OF_A_CALL: Final = 2**16


def work_of_outputs(network: Network, examples: int) -> int:
    """Return the work of computing the outputs of examples."""
    return examples * network.parameter_count


def work_of_gradient(network: Network, examples: int) -> int:
    """Return the work of computing the mean gradient of examples."""
    return _OF_A_GRADIENT * work_of_outputs(network, examples)


def work_of_gradients(network: Network, examples: int) -> int:
    """Return the work of computing the gradient of each example separately."""
    return examples * _OF_A_CALL + work_of_gradient(network, examples)


def work_of_loops(network: Network, examples: int) -> int:
    """Return the work of the readable loops for the gradients of examples."""
    return _OF_A_LOOP * work_of_gradient(network, examples)


def check_work(limits: Limits, work: int, what: str, advice: str) -> None:
    """Raise LimitExceeded if the estimated work of a call exceeds the limit.

    `what` names the work with its sizes, `advice` says what to reduce.
    """
    if work > limits.call_work:
        raise LimitExceeded(
            f"{what} takes about {work} multiplications and additions, which exceeds the limit of"
            f" {limits.call_work}: {advice}",
            limit="call_work",
            value=limits.call_work,
        )
