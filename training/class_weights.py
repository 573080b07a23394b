"""Weights of classes and of examples: how much each example of a run counts."""

import numpy as np

from training.errors import Violations
from training.network import Array, Network
from training.numerics.costs import CostFunction
from training.settings import TrainingSettings
from training.training_set import Examples


def weights_of(settings: TrainingSettings, examples: Examples) -> Array | None:
    """Return the weights (n) that a run trains with; None if all are 1.

    The weight of an example is that of its class times its own. That of its class is
    ((0 + y₀·w₀) + y₁·w₁) + … over its targets y before label smoothing and the weights w of the
    classes; with one output (1 − y)·w₀ + y·w₁.
    """
    if not settings.class_weights:
        return examples.weights
    targets = examples.targets
    if targets.shape[1] == 1:
        targets = np.concatenate([1.0 - targets, targets], axis=1)
    weights = np.zeros(len(targets))
    for k, weight in enumerate(settings.class_weights):
        weights += targets[:, k] * weight
    return weights if examples.weights is None else weights * examples.weights


def check_class_weights(
    violations: Violations, name: str, network: Network, settings: TrainingSettings
) -> None:
    """Require a weight for each class, and a cost function whose targets are probabilities."""
    given, field = len(settings.class_weights), f"{name}.class_weights"
    if not given:
        return
    allowed = (CostFunction.CROSS_ENTROPY, CostFunction.CATEGORICAL_CROSS_ENTROPY)
    violations.require(
        network.cost_function in allowed,
        field,
        "must be empty unless the cost function of the network is CROSS_ENTROPY or"
        f" CATEGORICAL_CROSS_ENTROPY; it is {network.cost_function.name}",
    )
    outputs = network.layer_sizes[-1]
    classes, why = outputs, "one for each output"
    if outputs == 1:
        classes, why = 2, "for the targets 0 and 1"
    violations.require(given == classes, field, f"must have {classes} weights, {why}, not {given}")
