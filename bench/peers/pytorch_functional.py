"""PyTorch without modules: matrix products, autograd, and the descent written out."""

import numpy as np
import torch

from bench.peers.pytorch_parts import LOSSES, batches, set_up
from bench.peers.work import Loop, Trained, Work

_ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}


def version() -> str:
    """Say which PyTorch this is."""
    return f"PyTorch {torch.__version__}"


def loop(work: Work) -> Loop:
    """Return a loop over two leaves."""
    set_up(work)
    each = batches(work)
    activation, loss_of = _ACTIVATIONS[work.hidden], LOSSES[work.output]

    def train(updates: int) -> Trained:
        parameters = torch.from_numpy(work.parameters.copy())
        hidden, output = (torch.from_numpy(w) for w in work.weights(parameters.numpy()))
        hidden.requires_grad_()
        output.requires_grad_()
        costs = np.empty(updates)
        rows = updates if work.record else 0
        recorded = torch.empty((rows, len(parameters)), dtype=torch.float64)
        for update in range(updates):
            x, y = each[update % len(each)]
            loss = loss_of(activation(x @ hidden.T) @ output.T, y)
            of_hidden, of_output = torch.autograd.grad(loss, (hidden, output))
            with torch.no_grad():
                hidden.sub_(of_hidden, alpha=work.learning_rate)
                output.sub_(of_output, alpha=work.learning_rate)
            costs[update] = loss.item()
            if work.record:
                recorded[update] = parameters
        return Trained(costs, parameters.numpy())

    return train
