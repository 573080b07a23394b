"""What PyTorch makes of every update rule, and the engine makes of it: the same.

PyTorch's trajectories are recorded by bench/record_update_rules.py.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import make_world

from training.network import Array
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.update import State
from training.update_rule import Clipping, Frozen, Penalty

RECORDED = json.loads(
    (Path(__file__).parents[1] / "data" / "pytorch_update_rules.json").read_text()
)
ROWS = RECORDED["trajectories"]
PLAIN = {"kind", "optimizer", "learning_rate", "costs", "parameters"}


def train(row: dict[str, Any]) -> tuple[Array, Array]:
    """Return the cost of every update, and the parameters after the last."""
    hidden, output, cost_function = row["kind"]
    rule = {name: value for name, value in row.items() if name not in PLAIN}
    world = make_world(
        tuple(RECORDED["layer_sizes"]),
        RECORDED["inputs"],
        RECORDED["targets"],
        activations=(Activation(hidden), Activation(output)),
        cost_function=CostFunction(cost_function),
        bias=True,
        learning_rate=row["learning_rate"],
        batch_size=RECORDED["batch_size"],
        epochs=RECORDED["epochs"],
        optimizer=Optimizer(
            OptimizerKind(row["optimizer"]),
            weight_decay=rule.get("weight_decay", 0.0),
            decay_weights_only=rule.get("decay_weights_only", False),
            dampening=rule.get("dampening"),
        ),
    )
    world.settings = replace(
        world.settings,
        penalty=Penalty(rule.get("l1", 0.0), rule.get("l2", 0.0)),
        clipping=Clipping(rule.get("clip_value"), rule.get("clip_norm")),
        frozen=Frozen(tuple(rule.get("frozen_layers", ())), rule.get("frozen_biases", False)),
    )
    run = world.open().run
    assert run is not None
    start = State(0, np.array(RECORDED["parameters"]))
    made = world.engine(run).advance(start, 0, run.total_updates)
    assert made.state.update == run.total_updates == 200
    return made.costs, made.state.parameters


def agree(ours: Array, theirs: Array) -> bool:
    return bool((np.abs(ours - theirs) <= 1e-10 * np.maximum(1.0, np.abs(theirs))).all())


@pytest.mark.parametrize("optimizer", OptimizerKind)
def test_200_updates_of_a_rule_are_those_of_pytorch(optimizer: OptimizerKind) -> None:
    rows = [row for row in ROWS if row["optimizer"] == optimizer]
    assert len(rows) >= 18
    wrong = []
    for row in rows:
        costs, parameters = train(row)
        at = np.array([costs[int(update) - 1] for update in row["costs"]])
        if not (
            agree(at, np.array(list(row["costs"].values())))
            and agree(parameters, np.array(row["parameters"]))
        ):
            wrong.append({name: row[name] for name in row if name not in {"costs", "parameters"}})
    assert wrong == []
