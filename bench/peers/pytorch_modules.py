"""PyTorch, as its tutorials write it: modules, a loss, autograd and an optimizer."""

import numpy as np
import torch
from torch import nn

from bench.peers.pytorch_parts import LOSSES, batches, set_up
from bench.peers.work import Loop, Trained, Work

_ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh}


def version() -> str:
    """Say which PyTorch this is."""
    return f"PyTorch {torch.__version__}"


def loop(work: Work) -> Loop:
    """Return a loop over a Sequential of Linear layers."""
    set_up(work)
    inputs, hidden, outputs = work.layer_sizes
    each = batches(work)

    def train(updates: int) -> Trained:
        first = nn.Linear(inputs, hidden, bias=False, dtype=torch.float64)
        last = nn.Linear(hidden, outputs, bias=False, dtype=torch.float64)
        with torch.no_grad():
            for layer, weights in zip((first, last), work.weights(work.parameters), strict=True):
                layer.weight.copy_(torch.from_numpy(weights))
        model = nn.Sequential(first, _ACTIVATIONS[work.hidden](), last)
        loss_of = LOSSES[work.output]
        optimizer = torch.optim.SGD(model.parameters(), lr=work.learning_rate)
        costs = np.empty(updates)
        count = len(work.parameters)
        recorded = torch.empty((updates if work.record else 0, count), dtype=torch.float64)
        for update in range(updates):
            x, y = each[update % len(each)]
            optimizer.zero_grad()
            loss = loss_of(model(x), y)
            loss.backward()
            optimizer.step()
            costs[update] = loss.item()
            if work.record:
                parts = [first.weight.detach().flatten(), last.weight.detach().flatten()]
                torch.cat(parts, out=recorded[update])
        parameters = nn.utils.parameters_to_vector(model.parameters())
        return Trained(costs, parameters.detach().numpy())

    return train
