"""PyTorch without autograd: explicit derivatives, into preallocated tensors."""

import numpy as np
import torch
from torch import Tensor

from bench.peers.pytorch_parts import LOSSES, batches, set_up
from bench.peers.work import Loop, Trained, Work

_OUTPUTS = {"sigmoid": torch.sigmoid, "softmax": lambda z: torch.softmax(z, 1)}
_ACTIVATIONS = {"sigmoid": torch.sigmoid_, "tanh": torch.tanh_}
_BACKWARD = {
    "sigmoid": torch.ops.aten.sigmoid_backward,
    "tanh": torch.ops.aten.tanh_backward,
}


def version() -> str:
    """Say which PyTorch this is."""
    return f"PyTorch {torch.__version__}"


def loop(work: Work) -> Loop:
    """Return a loop that knows no gradients but its own."""
    set_up(work)
    each = batches(work)
    _, units, outputs = work.layer_sizes
    n = work.batch_size
    a, below = (torch.empty((n, units), dtype=torch.float64) for _ in range(2))
    z = torch.empty((n, outputs), dtype=torch.float64)
    step = work.learning_rate / n

    def train(updates: int) -> Trained:
        parameters = torch.from_numpy(work.parameters.copy())
        hidden, output = (torch.from_numpy(w) for w in work.weights(parameters.numpy()))
        costs = np.empty(updates)
        rows = updates if work.record else 0
        recorded = torch.empty((rows, len(parameters)), dtype=torch.float64)
        for update in range(updates):
            x, y = each[update % len(each)]
            _ACTIVATIONS[work.hidden](torch.mm(x, hidden.T, out=a))
            torch.mm(a, output.T, out=z)
            costs[update] = LOSSES[work.output](z, y).item()
            delta: Tensor = _OUTPUTS[work.output](z).sub_(y)
            torch.mm(delta, output, out=below)
            slope = _BACKWARD[work.hidden](below, a)
            output.addmm_(delta.T, a, alpha=-step)
            hidden.addmm_(slope.T, x, alpha=-step)
            if work.record:
                recorded[update] = parameters
        return Trained(costs, parameters.numpy())

    def without_gradients(updates: int) -> Trained:
        with torch.inference_mode():
            return train(updates)

    return without_gradients
