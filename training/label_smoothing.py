"""Label smoothing: targets that training moves away from 0 and 1."""

from training.errors import Violations
from training.network import Array, Network
from training.numerics.costs import CostFunction
from training.settings import TrainingSettings


def smoothed(network: Network, settings: TrainingSettings, targets: Array) -> Array:
    """Return the targets (n, outputs) that a run trains on: y·(1 − s) + s/K, with s ≥ 0.

    K is the number of classes: the outputs of the categorical cross-entropy, 2 with the
    cross-entropy, whose outputs decide between yes and no each. The factor 1 − s and the addend s/K
    are rounded first. Source: Szegedy et al. (CVPR 2016).
    """
    smoothing = settings.label_smoothing
    if smoothing == 0.0:
        return targets
    is_categorical = network.cost_function is CostFunction.CATEGORICAL_CROSS_ENTROPY
    classes = network.layer_sizes[-1] if is_categorical else 2
    return targets * (1.0 - smoothing) + smoothing / classes


def check_label_smoothing(
    violations: Violations, name: str, network: Network, settings: TrainingSettings
) -> None:
    """Require a cost function whose targets are probabilities, if labels are smoothed."""
    allowed = (CostFunction.CROSS_ENTROPY, CostFunction.CATEGORICAL_CROSS_ENTROPY)
    violations.require(
        settings.label_smoothing == 0.0 or network.cost_function in allowed,
        f"{name}.label_smoothing",
        "must be 0 unless the cost function of the network is CROSS_ENTROPY or"
        f" CATEGORICAL_CROSS_ENTROPY; it is {network.cost_function.name}",
    )
