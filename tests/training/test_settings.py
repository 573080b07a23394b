"""The rules for the settings of a run."""

from math import inf, nan

import pytest
from histories import make_network
from refusing import refused

from training.errors import LimitExceeded
from training.limits import Limits
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.settings import (
    StopCondition,
    TrainingSettings,
    check_batch,
    check_settings,
)
from training.update_rule import Clipping, Frozen, Penalty, check_frozen_layers


def test_only_layers_of_the_network_can_be_frozen() -> None:
    found = refused(lambda violations: check_frozen_layers(violations, "it", (1, 3, 2), 2))
    assert found == {"it.frozen.layers[1]": "must be at most 2 (the output layer), not 3"}


@pytest.mark.parametrize(
    ("settings", "bad"),
    [
        (TrainingSettings("s", 0.0, 1, 1), ["learning_rate"]),
        (TrainingSettings("s", -1.0, 1, 1), ["learning_rate"]),
        (TrainingSettings("s", nan, 1, 1), ["learning_rate"]),
        (TrainingSettings("s", inf, 1, 1), ["learning_rate"]),
        (TrainingSettings("s", 1.0, 0, 1), ["batch_size"]),
        (TrainingSettings("s", 1.0, -1, 1), ["batch_size"]),
        (TrainingSettings("s", 1.0, 5, 1), ["batch_size"]),
        (TrainingSettings("s", 1.0, 1, 0), ["epochs"]),
        (TrainingSettings("s", 1.0, 1, 2**53), ["epochs"]),
        (TrainingSettings("s", nan, 0, 0), ["learning_rate", "batch_size", "epochs"]),
        (TrainingSettings("s", 1.0, 1, 1, shuffle_seed=-1), ["shuffle_seed"]),
        (TrainingSettings("s", 1.0, 1, 1, shuffle_seed=2**63), ["shuffle_seed"]),
        (
            TrainingSettings("s", 1.0, 1, 1, penalty=Penalty(-1.0, inf)),
            ["penalty.l1", "penalty.l2"],
        ),
        (
            TrainingSettings("s", 1.0, 1, 1, clipping=Clipping(0.0, nan)),
            ["clipping.value", "clipping.norm"],
        ),
        (
            TrainingSettings("s", 1.0, 1, 1, frozen=Frozen((0, 2, 2))),
            ["frozen.layers[0]", "frozen.layers[2]"],
        ),
        (
            TrainingSettings("s", 1.0, 1, 1, optimizer=Optimizer(momentum=0.5)),
            ["optimizer.momentum"],
        ),
        (TrainingSettings("s", 1.0, 1, 1, stop=StopCondition(0.0)), ["stop.cost_below"]),
        (TrainingSettings("s", 1.0, 1, 1, stop=StopCondition(-1.0)), ["stop.cost_below"]),
        (TrainingSettings("s", 1.0, 1, 1, stop=StopCondition(nan)), ["stop.cost_below"]),
        (TrainingSettings("s", 1.0, 1, 1, stop=StopCondition(inf)), ["stop.cost_below"]),
        (TrainingSettings("s", 1.0, 1, 1, stop=StopCondition(None, -1)), ["stop.max_updates"]),
        (
            TrainingSettings(
                "s", 0.0, 5, 0, -1, Optimizer(OptimizerKind.ADAM, 0.9), StopCondition(nan, -1)
            ),
            [
                "learning_rate",
                "epochs",
                "shuffle_seed",
                "optimizer.momentum",
                "stop.cost_below",
                "stop.max_updates",
                "batch_size",
            ],
        ),
    ],
)
def test_every_bad_setting_is_named(settings: TrainingSettings, bad: list[str]) -> None:
    found = refused(lambda violations: check_settings(violations, "settings", settings, examples=4))
    assert list(found) == [f"settings.{field}" for field in bad]


@pytest.mark.parametrize(
    "settings",
    [
        TrainingSettings("s", 5e-324, 4, 1),
        TrainingSettings("s", 1.0, 1, 2**51, shuffle_seed=0),
        TrainingSettings("s", 1.0, 1, 1, shuffle_seed=2**63 - 1),
        TrainingSettings("s", 1.0, 1, 1, stop=StopCondition(5e-324, 2**63 - 1)),
    ],
)
def test_settings_at_the_bounds_are_sound(settings: TrainingSettings) -> None:
    check = lambda violations: check_settings(violations, "settings", settings, examples=4)  # noqa: E731
    assert refused(check) == {}


def test_a_batch_is_as_large_as_the_limit_at_most() -> None:
    network = make_network()
    units = 2 + 5 + 1
    check_batch(network, 100, "batch_size", Limits(batch_numbers=100 * units))
    with pytest.raises(LimitExceeded, match="use a smaller batch_size") as error:
        check_batch(network, 100, "batch_size", Limits(batch_numbers=100 * units - 1))
    assert error.value.metadata == {"limit": "batch_numbers", "value": "799"}
    assert "799" in error.value.message
