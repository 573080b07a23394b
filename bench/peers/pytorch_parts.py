"""What all forms of PyTorch share."""

import torch
from torch import Tensor
from torch.nn import functional

from bench.peers.work import Work


def set_up(work: Work) -> None:
    """Let it use as many threads as the engine does."""
    torch.set_num_threads(work.threads)


def batches(work: Work) -> list[tuple[Tensor, Tensor]]:
    """Return the batches of an epoch as tensors."""
    return [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in work.batch_arrays()]


def _binary(z: Tensor, y: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(z, y, reduction="sum") / len(y)


LOSSES = {"sigmoid": _binary, "softmax": functional.cross_entropy}
