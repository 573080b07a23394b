"""Records what PyTorch makes of every update rule: `python -m bench.record_update_rules`.

Writes tests/data/pytorch_update_rules.json.  Needs PyTorch, so it runs in the environment of the
peers.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench.pytorch_reference import Array, Case, batches_of, leaves_of, loss_of, outputs_of

PATH = Path(__file__).parents[1] / "tests" / "data" / "pytorch_update_rules.json"

LAYER_SIZES = [3, 4, 2]
BATCH_SIZE, EPOCHS, EXAMPLES = 3, 46, 13  # 200 updates
UPDATES_WITH_COST = (1, 3, 20, 200)

#: Activations of the hidden layer and of the outputs, and the cost.
KINDS = (("tanh", "sigmoid", "cross-entropy"), ("leaky-relu", "identity", "squared-error"))

#: Rates at which every network changes much within 200 updates, and none diverges.
LEARNING_RATES = {
    "gradient-descent": 0.1,
    "momentum": 0.02,
    "nesterov": 0.02,
    "adam": 0.01,
    "rmsprop": 0.01,
    "adamw": 0.01,
    "adagrad": 0.1,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes the gradient of a batch a step, other than the optimizer's usual settings."""

    weight_decay: float = 0.0
    decay_weights_only: bool = False
    dampening: float | None = None
    l1: float = 0.0
    l2: float = 0.0
    clip_value: float | None = None
    clip_norm: float | None = None
    frozen_layers: tuple[int, ...] = ()
    frozen_biases: bool = False


RULES = (
    Rule(),
    Rule(weight_decay=0.05),
    Rule(weight_decay=0.05, decay_weights_only=True),
    Rule(l1=0.004, l2=0.02),
    Rule(clip_value=0.06),
    Rule(clip_norm=0.2),
    Rule(0.02, decay_weights_only=True, l1=0.002, l2=0.01, clip_value=0.2, clip_norm=0.3),
    Rule(0.02, l2=0.01, clip_norm=0.3, frozen_layers=(1,)),
    Rule(0.02, l1=0.002, frozen_biases=True),
)

#: PyTorch has dampening for momentum alone.
DAMPENED = (Rule(dampening=0.3), Rule(0.02, dampening=0.3, clip_norm=0.3, frozen_biases=True))


def rules() -> Iterator[tuple[str, Rule]]:
    """Yield every optimizer with every rule."""
    yield from product(LEARNING_RATES, RULES)
    for rule in DAMPENED:
        yield "momentum", rule


def _optimizer(name: str, rule: Rule, layers: list[list[Any]]) -> Any:  # noqa: ANN401 - one of PyTorch's
    decay = rule.weight_decay
    groups = [
        {"params": [weights for weights, _ in layers], "weight_decay": decay},
        {
            "params": [biases for _, biases in layers],
            "weight_decay": 0.0 if rule.decay_weights_only else decay,
        },
    ]
    rate = LEARNING_RATES[name]
    match name:
        case "adam":
            return torch.optim.Adam(groups, lr=rate)
        case "adamw":
            return torch.optim.AdamW(groups, lr=rate)
        case "rmsprop":
            return torch.optim.RMSprop(groups, lr=rate)
        case "adagrad":
            return torch.optim.Adagrad(groups, lr=rate)
        case "gradient-descent":
            return torch.optim.SGD(groups, lr=rate)
        case _:
            return torch.optim.SGD(
                groups,
                lr=rate,
                momentum=0.9,
                nesterov=name == "nesterov",
                dampening=rule.dampening or 0.0,
            )


def _freeze(rule: Rule, layers: list[list[Any]]) -> None:
    for number, (weights, biases) in enumerate(layers, start=1):
        is_frozen = number in rule.frozen_layers
        weights.requires_grad_(not is_frozen)
        biases.requires_grad_(not (is_frozen or rule.frozen_biases))


def _penalty(rule: Rule, layers: list[list[Any]]) -> Any:  # noqa: ANN401 - a tensor
    absolute = sum(weights.abs().sum() for weights, _ in layers)
    squares = sum(weights.square().sum() for weights, _ in layers)
    return rule.l1 * absolute + 0.5 * rule.l2 * squares


def train(
    kind: tuple[str, str, str],
    name: str,
    rule: Rule,
    start: Array,
    inputs: Array,
    targets: Array,
) -> tuple[list[float], Array]:
    """Return the cost of each update, penalty included, and the parameters after the last."""
    hidden, output, cost_function = kind
    case = Case(hidden, output, cost_function, bias=True, optimizer=name, weight_decay=0.0)
    layers = leaves_of(LAYER_SIZES, start, bias=True)
    _freeze(rule, layers)
    optimizer, loss_of_batch = _optimizer(name, rule, layers), loss_of(case)
    x, y = torch.tensor(inputs), torch.tensor(targets)
    costs = []
    for batch in batches_of(EXAMPLES, BATCH_SIZE, EPOCHS):
        optimizer.zero_grad()
        loss = loss_of_batch(outputs_of(case, layers, x[batch]), y[batch]) + _penalty(rule, layers)
        loss.backward()
        trained = [part for parts in layers for part in parts if part.requires_grad]
        if rule.clip_value is not None:
            torch.nn.utils.clip_grad_value_(trained, rule.clip_value)
        if rule.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(trained, rule.clip_norm)
        optimizer.step()
        costs.append(loss.item())
    flat = [part.detach().numpy().ravel() for parts in layers for part in parts]
    return costs, np.concatenate(flat)


def _short(number: float) -> float:
    """Round to 13 digits, which is closer than the tests look."""
    return float(f"{number:.13g}")


def main() -> None:
    """Write the trajectories, with what the networks start from and are trained on."""
    torch.set_num_threads(1)
    drawn = np.random.default_rng(11)
    count = sum(units * (below + 1) for below, units in pairwise(LAYER_SIZES))
    start = np.round(drawn.uniform(-1.0, 1.0, count), 2)
    inputs = np.round(drawn.uniform(-2.0, 2.0, (EXAMPLES, LAYER_SIZES[0])), 2)
    targets = np.round(drawn.uniform(0.0, 1.0, (EXAMPLES, LAYER_SIZES[-1])), 1)
    facts = {
        "made_by": f"PyTorch {torch.__version__.partition('+')[0]}, float64",
        "layer_sizes": LAYER_SIZES,
        "batch_size": BATCH_SIZE,
        "epochs": EPOCHS,
        "parameters": start.tolist(),
        "inputs": inputs.tolist(),
        "targets": targets.tolist(),
    }
    rows = []
    for kind, (name, rule) in product(KINDS, rules()):
        costs, parameters = train(kind, name, rule, start, inputs, targets)
        moved = np.abs(parameters - start)
        if not (np.isfinite(costs).all() and moved.max() > 0.1):
            raise ValueError(f"{kind}, {name}, {rule} says little: {moved}")
        rows.append(
            {
                "kind": kind,
                "optimizer": name,
                "learning_rate": LEARNING_RATES[name],
                **{field: value for field, value in asdict(rule).items() if value},
                "costs": {update: _short(costs[update - 1]) for update in UPDATES_WITH_COST},
                "parameters": [_short(parameter) for parameter in parameters],
            }
        )
    lines = [f" {json.dumps(name)}: {json.dumps(value)}," for name, value in facts.items()]
    text = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    PATH.write_text("{\n" + "\n".join(lines) + f'\n "trajectories": [\n{text}\n ]\n}}\n')


if __name__ == "__main__":
    main()
