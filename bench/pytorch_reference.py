"""PyTorch as an oracle: trains a network of any kind that the engine knows, in float64."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, product
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

Array = NDArray[np.float64]
Loss = Callable[[Any, Any], Any]

#: The kinds of layers, costs and optimizers, in the words of the service.
HIDDEN = ("sigmoid", "tanh", "relu", "leaky-relu", "softplus", "identity")
OPTIMIZERS = ("gradient-descent", "momentum", "nesterov", "adam")
OUTPUTS = (
    ("sigmoid", "cross-entropy"),
    ("softmax", "categorical-cross-entropy"),
    *product(HIDDEN, ("squared-error", "quadratic")),
)
WEIGHT_DECAYS = (0.0, 0.01)

#: Kinds that came later: each activation also for outputs, and each cost.
ADDED = ("elu", "selu", "gelu", "silu")
ADDED_HIDDEN = ("tanh", *ADDED)
ADDED_OUTPUTS = (
    *product(ADDED, ("squared-error",)),
    *product(("identity",), ("huber", "hinge", "poisson")),
)

#: Rates at which every kind of network changes much within 200 updates, and none diverges.
LEARNING_RATES = {"gradient-descent": 0.1, "momentum": 0.01, "nesterov": 0.01, "adam": 0.01}

_ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky-relu": lambda z: functional.leaky_relu(z, 0.01),
    # By default PyTorch takes z itself for softplus(z) above 20, which is off by 2e-9.
    "softplus": lambda z: functional.softplus(z, threshold=1000.0),
    "elu": functional.elu,
    "selu": functional.selu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "identity": lambda z: z,
}


@dataclass(frozen=True, slots=True)
class Case:
    """What kind of network is trained, and how."""

    hidden: str
    output: str
    cost_function: str
    bias: bool
    optimizer: str
    weight_decay: float
    label_smoothing: float = 0.0
    class_weights: tuple[float, ...] = ()
    weighs_examples: bool = False

    @property
    def learning_rate(self) -> float:
        """The optimizer's rate; the Poisson cost, which grows like e^a, needs a smaller one."""
        return LEARNING_RATES[self.optimizer] * (0.2 if self.cost_function == "poisson" else 1.0)


def cases() -> Iterator[Case]:
    """Yield every combination that makes sense, of what came first and of what was added."""
    for outputs, hidden_layers in ((OUTPUTS, HIDDEN), (ADDED_OUTPUTS, ADDED_HIDDEN)):
        kinds = product(outputs, hidden_layers, (False, True), OPTIMIZERS, WEIGHT_DECAYS)
        for (output, cost_function), hidden, bias, optimizer, weight_decay in kinds:
            yield Case(hidden, output, cost_function, bias, optimizer, weight_decay)


def _of_outputs(output: str, squares: Callable[[Any], Any]) -> Loss:
    activation = _ACTIVATIONS[output]
    return lambda z, y: squares((activation(z) - y).square())


def smoothed_cases() -> Iterator[Case]:
    """Yield cases with label smoothing."""
    for (output, cost_function), hidden, optimizer in product(
        OUTPUTS[:2], ADDED_HIDDEN[:2], OPTIMIZERS
    ):
        yield Case(hidden, output, cost_function, True, optimizer, 0.0, label_smoothing=0.1)  # noqa: FBT003


def weighted_cases() -> Iterator[Case]:
    """Yield cases with weights of classes, of examples, and of both."""
    classes = (0.5, 3.0)
    for output, cost_function in (*OUTPUTS[:2], ("tanh", "squared-error")):
        kinds = [(classes, False), ((), True), (classes, True)]
        if cost_function == "squared-error":
            kinds = [((), True)]
        for optimizer, (class_weights, weighs_examples) in product(OPTIMIZERS, kinds):
            yield Case(
                *("tanh", output, cost_function, True, optimizer, 0.0),
                class_weights=class_weights,
                weighs_examples=weighs_examples,
            )


def _weighted_loss_of(case: Case, weights: Array) -> Callable[[Any, Any, list[int]], Any]:
    """Return the loss of a batch, from its logits, its targets and its examples' numbers."""
    of_examples, of_classes = torch.tensor(weights), torch.tensor(np.array(case.class_weights))
    match case.cost_function:
        case "cross-entropy":
            costs: Loss = _each_binary
        case "categorical-cross-entropy":
            costs = partial(functional.cross_entropy, reduction="none")
        case _:
            costs = _of_outputs(case.output, lambda squares: squares.sum(dim=1) / 2)

    def loss(z: Any, y: Any, batch: list[int]) -> Any:  # noqa: ANN401 - tensors
        total = costs(z, y)
        if case.class_weights:
            total = total * (y @ of_classes)
        if case.weighs_examples:
            total = total * of_examples[batch]
        return total.sum() / len(batch)

    return loss


def _each_binary(z: Any, y: Any) -> Any:  # noqa: ANN401 - tensors
    return functional.binary_cross_entropy_with_logits(z, y, reduction="none").sum(dim=1)


#: The sums of costs that are used with identity outputs.
_OF_IDENTITY: dict[str, Loss] = {
    "huber": lambda z, y: functional.huber_loss(z, y, reduction="sum"),
    "hinge": lambda z, y: functional.relu(1.0 - y * z).sum(),
    "poisson": lambda z, y: functional.poisson_nll_loss(z, y, reduction="sum"),
}


def loss_of(case: Case) -> Loss:
    """Return the mean cost of a batch's examples, from the logits of the outputs."""
    if case.cost_function in _OF_IDENTITY:
        cost = _OF_IDENTITY[case.cost_function]
        return lambda z, y: cost(z, y) / len(y)
    match case.cost_function:
        case "cross-entropy":
            # From the logits, because log(sigmoid(z)) loses all digits where the sigmoid is 0 or 1.
            loss = functional.binary_cross_entropy_with_logits
            s = case.label_smoothing
            return lambda z, y: loss(z, y * (1.0 - s) + s / 2.0, reduction="sum") / len(y)
        case "categorical-cross-entropy":
            return partial(functional.cross_entropy, label_smoothing=case.label_smoothing)
        case "squared-error":
            return _of_outputs(case.output, lambda squares: squares.sum(dim=1).mean() / 2)
        case _:
            return _of_outputs(case.output, lambda squares: squares.mean() / 2)


def _optimizer(case: Case, leaves: list[Any]) -> Any:  # noqa: ANN401 (one of PyTorch's)
    rate, decay = case.learning_rate, case.weight_decay
    match case.optimizer:
        case "adam":
            return torch.optim.Adam(leaves, lr=rate, weight_decay=decay)
        case "gradient-descent":
            return torch.optim.SGD(leaves, lr=rate, weight_decay=decay)
        case name:
            return torch.optim.SGD(
                leaves, lr=rate, momentum=0.9, nesterov=name == "nesterov", weight_decay=decay
            )


def leaves_of(layer_sizes: list[int], parameters: Array, *, bias: bool) -> list[list[Any]]:
    """Return the weights, and the biases if any, of each layer."""
    layers, offset = [], 0
    for inputs, units in pairwise(layer_sizes):
        weights = parameters[offset : offset + units * inputs].reshape(units, inputs)
        offset += units * inputs
        parts = [weights, parameters[offset : offset + units]] if bias else [weights]
        offset += units * bias
        layers.append([torch.tensor(part, requires_grad=True) for part in parts])
    return layers


def outputs_of(case: Case, layers: list[list[Any]], x: Any) -> Any:  # noqa: ANN401 - tensors
    """Return the logits of the outputs for a batch of inputs."""
    a = x
    for parts in layers[:-1]:
        a = _ACTIVATIONS[case.hidden](functional.linear(a, *parts))
    return functional.linear(a, *layers[-1])


def train(  # noqa: PLR0913, PLR0917 (all that a training needs)
    case: Case,
    layer_sizes: list[int],
    parameters: Array,
    inputs: Array,
    targets: Array,
    batches: list[list[int]],
    schedule: Callable[[Any], Any] | None = None,
    weights: Array | None = None,
) -> tuple[list[float], Array]:
    """Make an update for each batch of example numbers, with a scheduler of the optimizer.

    `weights` are those of the examples, for cases with weights.

    `parameters` is flat: layer after layer the weights w[unit, input], then the biases if any.
    Returns the cost of each update, measured before it, and the parameters after the last.
    """
    layers = leaves_of(layer_sizes, parameters, bias=case.bias)
    leaves = [part for parts in layers for part in parts]
    x, y = torch.tensor(inputs), torch.tensor(targets)
    loss_of_batch, optimizer = loss_of(case), _optimizer(case, leaves)
    weighted_loss = None if weights is None else _weighted_loss_of(case, weights)
    scheduler = schedule(optimizer) if schedule else None
    costs = []
    for batch in batches:
        optimizer.zero_grad()
        z = outputs_of(case, layers, x[batch])
        loss = weighted_loss(z, y[batch], batch) if weighted_loss else loss_of_batch(z, y[batch])
        loss.backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
        costs.append(loss.item())
    return costs, np.concatenate([part.detach().numpy().ravel() for part in leaves])


def batches_of(examples: int, batch_size: int, epochs: int) -> list[list[int]]:
    """Return the numbers of the examples of each batch; a batch may straddle an epoch's end."""
    numbers = [position % examples for position in range(examples * epochs)]
    return [numbers[start : start + batch_size] for start in range(0, len(numbers), batch_size)]
