"""What PyTorch makes of every kind of network, and the engine makes of it: the same.

PyTorch's trajectories are recorded in tests/data/pytorch by bench/record_pytorch.py, those with
schedules by bench/record_schedules.py, those with batches that end with an epoch by
bench/record_batch_modes.py.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import make_world

from training.batches import BatchMode
from training.engine import Engine
from training.learning_rates import learning_rates
from training.network import Array, Initializer, Network
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.numerics.schedules import ScheduleKind
from training.optimizer import Optimizer
from training.run import Run, RunState
from training.schedule import LearningRateSchedule, ScheduleUnit
from training.settings import StopCondition, TrainingSettings
from training.training_set import Examples
from training.update import State
from training.validation import Validation, ValidationUnit

FOLDER = Path(__file__).parents[1] / "data" / "pytorch"
GIVEN = json.loads((FOLDER / "given.json").read_text())
RECORDED = sorted(path for path in FOLDER.glob("*.json") if path.stem != "given")
assert len(RECORDED) == 21
HIDDEN = ["sigmoid", "tanh", "relu", "leaky-relu", "softplus", "identity"]
#: The files of functions that were added, with other hidden layers.
ADDED_HIDDEN = ["tanh", "elu", "selu", "gelu", "silu"]
ADDED = {*ADDED_HIDDEN[1:], "huber", "hinge", "poisson"}
CASES = [
    (path, hidden)
    for path in RECORDED
    for hidden in (HIDDEN if ADDED.isdisjoint(path.stem.split("_")) else ADDED_HIDDEN)
]

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def train(
    facts: dict[str, Any], layer_sizes: list[int], start: Array, examples: Examples, epochs: int
) -> tuple[Array, Array]:
    """Return the cost of every update of a run, and the parameters after the last."""
    hidden = [Activation(facts["hidden"])] * (len(layer_sizes) - 2)
    network = Network(
        id="net",
        uid="uid-of-net",
        layer_sizes=tuple(layer_sizes),
        activations=(*hidden, Activation(facts["output"])),
        cost_function=CostFunction(facts["cost_function"]),
        initializer=Initializer(InitializerKind.EXPLICIT),
        create_time=NOW,
        bias=facts["bias"],
    )
    kind = OptimizerKind(facts["optimizer"])
    settings = TrainingSettings(
        "set",
        facts["learning_rate"],
        GIVEN["batch_size"],
        epochs,
        optimizer=Optimizer(kind, weight_decay=facts["weight_decay"]).completed(),
        label_smoothing=facts.get("label_smoothing", 0.0),
        class_weights=tuple(facts.get("class_weights", ())),
        schedule=facts.get("schedule", LearningRateSchedule()),
        batch_mode=facts.get("batch_mode", BatchMode.CROSS_EPOCHS),
    )
    run = Run(
        network_uid=network.uid,
        number=1,
        settings=settings,
        training_set_uid="uid-of-set",
        examples=len(examples.inputs),
        state=RunState.RUNNING,
        first_update=1,
        latest_update=0,
        create_time=NOW,
    )
    made = Engine(network, run, examples).advance(State(0, start), 0, run.total_updates)
    assert made.state.update == run.total_updates
    return made.costs, made.state.parameters


def agree(ours: Array, theirs: Array) -> bool:
    return bool((np.abs(ours - theirs) <= 1e-10 * np.maximum(1.0, np.abs(theirs))).all())


@pytest.mark.parametrize(
    ("path", "hidden"), CASES, ids=[f"{path.stem}-{hidden}" for path, hidden in CASES]
)
def test_200_updates_are_those_of_pytorch(path: Path, hidden: str) -> None:
    recorded = json.loads(path.read_text())
    found = [row for row in recorded["trajectories"] if row["hidden"] == hidden]
    assert len(found) == 16
    check(recorded, found)


@pytest.mark.parametrize("path", sorted((FOLDER / "label_smoothing").glob("*.json")))
def test_200_updates_with_label_smoothing_are_those_of_pytorch(path: Path) -> None:
    recorded = json.loads(path.read_text())
    assert len(recorded["trajectories"]) == 8
    check(recorded, recorded["trajectories"])


@pytest.mark.parametrize("path", sorted((FOLDER / "weights").glob("*.json")))
def test_200_updates_with_weights_are_those_of_pytorch(path: Path) -> None:
    recorded = json.loads(path.read_text())
    assert len(recorded["trajectories"]) == (4 if recorded["output"] == "tanh" else 12)
    check(recorded, recorded["trajectories"])


def check(recorded: dict[str, Any], found: list[dict[str, Any]]) -> None:
    """Require that ours are equal to the recorded trajectories."""
    examples = Examples(
        np.array(GIVEN["inputs"]), np.array(GIVEN["targets"][recorded["cost_function"]])
    )
    wrong = []
    for row in found:
        facts = recorded | row
        weights = np.array(GIVEN["weights"]) if row.get("weighs_examples") else None
        examples = replace(examples, weights=weights)
        start = np.array(GIVEN["parameters"]["with biases" if row["bias"] else "without biases"])
        costs, parameters = train(facts, GIVEN["layer_sizes"], start, examples, GIVEN["epochs"])
        assert len(costs) == 200
        at = np.array([costs[int(update) - 1] for update in row["costs"]])
        if not (
            agree(at, np.array(list(row["costs"].values())))
            and agree(parameters, np.array(row["parameters"]))
        ):
            wrong.append((row["bias"], row["optimizer"], row["weight_decay"]))
    assert wrong == []


SCHEDULED_KIND = {
    "hidden": "tanh",
    "output": "sigmoid",
    "cost_function": "squared-error",
    "bias": True,
}
SCHEDULED = json.loads((FOLDER / "schedules" / "rates.json").read_text())["schedules"]


@pytest.mark.parametrize("row", [row for row in SCHEDULED if row["trajectories"]])
def test_200_updates_with_a_schedule_are_those_of_pytorch(row: dict[str, Any]) -> None:
    examples = Examples(np.array(GIVEN["inputs"]), np.array(GIVEN["targets"]["squared-error"]))
    start = np.array(GIVEN["parameters"]["with biases"])
    numbers = {name: value for name, value in row["numbers"].items() if name != "learning_rate"}
    assert len(row["trajectories"]) == 3
    for found in row["trajectories"]:
        in_proportion = found["learning_rate"] / row["numbers"]["learning_rate"]
        rates = tuple(rate * in_proportion for rate in row.get("rates", ()))
        schedule = LearningRateSchedule(
            ScheduleKind(row["kind"]), ScheduleUnit.UPDATE, rates=rates, **numbers
        )
        facts = SCHEDULED_KIND | {"weight_decay": 0.0, "schedule": schedule} | found
        costs, parameters = train(facts, GIVEN["layer_sizes"], start, examples, GIVEN["epochs"])
        assert len(costs) == 200
        assert agree(costs[-1], np.array(found["cost"]))
        assert agree(parameters, np.array(found["parameters"]))


PLATEAU = json.loads((FOLDER / "schedules" / "plateau.json").read_text())


@pytest.mark.parametrize("row", PLATEAU["trajectories"], ids=lambda row: row["optimizer"])
def test_200_updates_with_rates_that_validations_reduce_are_those_of_pytorch(
    row: dict[str, Any],
) -> None:
    world = make_world(
        tuple(GIVEN["layer_sizes"]),
        GIVEN["inputs"],
        GIVEN["targets"]["squared-error"],
        activations=(Activation.TANH, Activation.SIGMOID),
        cost_function=CostFunction.SQUARED_ERROR,
        bias=True,
    )
    world.parameters = np.array(GIVEN["parameters"]["with biases"])
    world.settings = TrainingSettings(
        "set",
        row["learning_rate"],
        GIVEN["batch_size"],
        epochs=200,
        optimizer=Optimizer(OptimizerKind(row["optimizer"])),
        stop=StopCondition(max_updates=200),
        validation=Validation(
            share=PLATEAU["share"], seed=PLATEAU["seed"], unit=ValidationUnit.UPDATE
        ),
        schedule=LearningRateSchedule(
            ScheduleKind.PLATEAU, ScheduleUnit.UPDATE, **PLATEAU["numbers"]
        ),
    )
    trainer = world.trainer(world.open())
    assert trainer.examples.numbers is not None
    held_out = {*range(len(GIVEN["inputs"]))} - {*trainer.examples.numbers.tolist()}
    assert sorted(held_out) == PLATEAU["held_out"]
    segments = []
    while trainer.run.is_active:
        segments.append(trainer.advance().addition.segment)
    found = [segment.validations.costs for segment in segments if segment is not None]
    assert trainer.run.updates_done == 200
    assert len(trainer.run.plateau.reductions) >= 6
    assert agree(np.concatenate(found), np.array(row["validation_costs"]))
    assert agree(learning_rates(trainer.run, 0, 200), np.array(row["learning_rates"]))
    assert agree(np.array(trainer.run.latest_cost), np.array(row["cost"]))
    assert agree(trainer.state.parameters, np.array(row["parameters"]))


MODES = json.loads((FOLDER / "batch_modes" / "batch_modes.json").read_text())["modes"]


@pytest.mark.parametrize("row", MODES, ids=lambda row: row["batch_mode"])
def test_200_updates_with_batches_of_epochs_are_those_of_pytorch(row: dict[str, Any]) -> None:
    examples = Examples(np.array(GIVEN["inputs"]), np.array(GIVEN["targets"]["cross-entropy"]))
    start = np.array(GIVEN["parameters"]["with biases"])
    kind = {"hidden": "tanh", "output": "sigmoid", "cost_function": "cross-entropy", "bias": True}
    facts = kind | {"weight_decay": 0.01, "batch_mode": BatchMode(row["batch_mode"])}
    assert len(row["trajectories"]) == 4
    for found in row["trajectories"]:
        costs, parameters = train(
            facts | found, GIVEN["layer_sizes"], start, examples, row["epochs"]
        )
        assert len(costs) == 200
        assert agree(costs, np.array(found["costs"]))
        assert agree(parameters, np.array(found["parameters"]))


def test_pytorch_itself_agrees_on_a_deeper_network() -> None:
    pytest.importorskip(
        "torch", reason="PyTorch is not installed: compared with its recorded results alone"
    )
    from bench import pytorch_reference  # noqa: PLC0415 (it needs PyTorch)

    layer_sizes, epochs = [4, 6, 5, 3], 8
    drawn = np.random.default_rng()
    wrong = []
    for case in pytorch_reference.cases():
        inputs = drawn.normal(size=(7, layer_sizes[0]))
        targets = drawn.uniform(size=(7, layer_sizes[-1]))
        if case.cost_function == CostFunction.CATEGORICAL_CROSS_ENTROPY:
            targets /= targets.sum(axis=1, keepdims=True)
        if case.cost_function == CostFunction.HINGE:
            targets = np.where(targets < 0.5, -1.0, 1.0)
        count = sum(units * (below + case.bias) for below, units in pairwise(layer_sizes))
        start = drawn.normal(scale=0.5, size=count)
        batches = pytorch_reference.batches_of(7, GIVEN["batch_size"], epochs)
        theirs = pytorch_reference.train(case, layer_sizes, start, inputs, targets, batches)
        facts = {name: getattr(case, name) for name in case.__slots__}
        facts["learning_rate"] = case.learning_rate
        ours = train(facts, layer_sizes, start, Examples(inputs, targets), epochs)
        if not (agree(ours[0], np.array(theirs[0])) and agree(ours[1], theirs[1])):
            wrong.append(case)
    assert wrong == []
