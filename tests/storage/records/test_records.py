"""Records of every version that was ever written are read, to the domain's value and the bit.

The documents are those that the code of the time wrote. None is ever changed here; a new version
adds its own.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from storage.codec import NotAsWritten
from storage.records import network_record, optimizer_record, run_record, training_set_record
from training.batches import BatchMode
from training.generators import Generator, GeneratorKind
from training.image_shape import ImageShape
from training.network import Fork, Initializer, Network
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.numerics.schedules import ScheduleKind
from training.optimizer import Optimizer
from training.run import EndReason, Failure, Run, RunState
from training.schedule import LearningRateSchedule, ScheduleUnit
from training.settings import StopCondition, TrainingSettings
from training.tables.table import InputColumn, Table, TargetKind, Targets
from training.training_set import TrainingSet
from training.update_rule import Clipping, Frozen, Penalty

TIME = datetime(2026, 11, 28, 16, 42, 19, 21787, UTC)
WHEN = "2026-11-28T16:42:19.021787Z"

NETWORKS = {
    "revision-0001": (
        (
            '{"id":"net","uid":"u","layer_sizes":[2,5,1],"activations":["sigmoid","sigmoid"],'
            '"cost_function":"cross-entropy","initializer":{"kind":"explicit","seed":null,'
            f'"low":-0.12,"high":0.12}},"create_time":"{WHEN}","labels":{{"team":"Käse"}}}}'
        ),
        Network(
            "net",
            "u",
            (2, 5, 1),
            (Activation.SIGMOID, Activation.SIGMOID),
            CostFunction.CROSS_ENTROPY,
            Initializer(InitializerKind.EXPLICIT),
            TIME,
            {"team": "Käse"},
        ),
    ),
    "without-version": (
        (
            '{"id":"fork","uid":"u","layer_sizes":[2,3,2],"activations":["leaky-relu","softmax"],'
            '"cost_function":"categorical-cross-entropy","initializer":{"kind":"uniform","seed":'
            f'9223372036854775807,"low":-0.5,"high":0.1}},"create_time":"{WHEN}","labels":{{}},'
            '"bias":true,"forked_from":{"network":"net","uid":"v","update":9}}'
        ),
        Network(
            "fork",
            "u",
            (2, 3, 2),
            (Activation.LEAKY_RELU, Activation.SOFTMAX),
            CostFunction.CATEGORICAL_CROSS_ENTROPY,
            Initializer(InitializerKind.UNIFORM, 2**63 - 1, -0.5, 0.1),
            TIME,
            bias=True,
            forked_from=Fork("net", "v", 9),
        ),
    ),
}
TRAINING_SETS = {
    "without-version": (
        (
            '{"id":"xor","uid":"built-in-xor","input_count":2,"target_count":1,"example_count":4,'
            f'"create_time":"{WHEN}","built_in":true}}'
        ),
        TrainingSet("xor", "built-in-xor", 2, 1, 4, TIME, built_in=True),
    ),
    # Tables had shapes before training sets had those of images.
    "shape-of-a-table": (
        (
            '{"id":"grey","uid":"u","input_count":2,"target_count":1,"example_count":4,'
            f'"create_time":"{WHEN}","built_in":false,"table":{{"inputs":[{{"name":"a"}},'
            '{"name":"b"}],"target_kind":"numbers","target_names":["y"],"shape":[1,2]}}'
        ),
        TrainingSet(
            *("grey", "u", 2, 1, 4, TIME),
            table=Table(
                (InputColumn("a"), InputColumn("b")),
                Targets(TargetKind.NUMBERS, ("y",)),
                shape=(1, 2),
            ),
            image_shape=ImageShape(1, 2),
        ),
    ),
    "image": (
        (
            '{"id":"red","uid":"u","input_count":6,"target_count":1,"example_count":4,'
            f'"create_time":"{WHEN}","built_in":false,'
            '"image_shape":{"height":1,"width":2,"channels":3}}'
        ),
        TrainingSet("red", "u", 6, 1, 4, TIME, image_shape=ImageShape(1, 2, 3)),
    ),
    "classes": (
        (
            '{"id":"pets","uid":"u","input_count":1,"target_count":2,"example_count":4,'
            f'"create_time":"{WHEN}","built_in":false,"class_names":["cat","dog"]}}'
        ),
        TrainingSet("pets", "u", 1, 2, 4, TIME, class_names=("cat", "dog")),
    ),
    "generated": (
        (
            '{"id":"arms","uid":"u","input_count":2,"target_count":1,"example_count":4,'
            f'"create_time":"{WHEN}","built_in":false,'
            '"generator":{"kind":"spiral","example_count":4,"noise":0.1,"seed":3}}'
        ),
        TrainingSet(
            *("arms", "u", 2, 1, 4, TIME), generator=Generator(GeneratorKind.SPIRAL, 4, 0.1, 3)
        ),
    ),
}
OPTIMIZERS = {
    "momentum": (
        (
            '{"kind":"momentum","momentum":0.5,"beta1":null,"beta2":null,"epsilon":null,'
            '"weight_decay":0.0}'
        ),
        Optimizer(OptimizerKind.MOMENTUM, momentum=0.5),
    ),
    "nesterov": (
        (
            '{"kind":"nesterov","momentum":0.9,"beta1":null,"beta2":null,"epsilon":null,'
            '"weight_decay":0.5}'
        ),
        Optimizer(OptimizerKind.NESTEROV, momentum=0.9, weight_decay=0.5),
    ),
    "adam": (
        (
            '{"kind":"adam","momentum":null,"beta1":0.9,"beta2":0.999,"epsilon":1e-8,'
            '"weight_decay":0.0001}'
        ),
        Optimizer(OptimizerKind.ADAM, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=1e-4),
    ),
    "gradient-descent": (
        (
            '{"kind":"gradient-descent","momentum":null,"beta1":null,"beta2":null,"epsilon":null,'
            '"weight_decay":0.0}'
        ),
        Optimizer(),
    ),
}
RUNS = {
    "revision-0001": (
        (
            '{"network_uid":"u","number":2,"settings":{"training_set":"xor","learning_rate":2.0,'
            '"batch_size":3,"epochs":100},"training_set_uid":"built-in-xor","examples":4,'
            f'"state":"PAUSED","first_update":7,"latest_update":13,"create_time":"{WHEN}",'
            '"updates_done":7,"stop_at":null,"latest_cost":0.5,"failure":null,'
            f'"start_time":"{WHEN}","end_time":null}}'
        ),
        Run(
            "u",
            2,
            TrainingSettings("xor", 2.0, 3, 100),
            "built-in-xor",
            4,
            RunState.PAUSED,
            7,
            13,
            TIME,
            7,
            start_time=TIME,
        ),
    ),
    "without-version": (
        '{"network_uid":"u","number":1,"settings":{"training_set":"and","learning_rate":0.125,'
        '"batch_size":2,"epochs":3,"shuffle_seed":5,"optimizer":'
        + OPTIMIZERS["adam"][0]
        + ',"stop":{"cost_below":1e-9,"max_updates":120}},"training_set_uid":"built-in-and",'
        '"examples":4,"state":"FAILED","first_update":1,"latest_update":1,'
        f'"create_time":"{WHEN}","updates_done":1,"stop_at":6,"latest_cost":null,'
        '"epoch_cost":0.0,"failure":{"reason":"DIVERGED","message":"update 3","update":3},'
        f'"start_time":"{WHEN}","end_time":"{WHEN}"}}',
        Run(
            "u",
            1,
            TrainingSettings(
                "and", 0.125, 2, 3, 5, OPTIMIZERS["adam"][1], StopCondition(1e-9, 120)
            ),
            "built-in-and",
            4,
            RunState.FAILED,
            1,
            1,
            TIME,
            1,
            6,
            failure=Failure("DIVERGED", "update 3", 3),
            end_reason=EndReason.DIVERGED,
            start_time=TIME,
            end_time=TIME,
        ),
    ),
    "scheduled": (
        (
            '{"network_uid":"u","number":1,"settings":{"training_set":"and","learning_rate":0.125,'
            '"batch_size":2,"epochs":3,"schedule":{"kind":"cosine","unit":"update","period":9,'
            '"factor":0.0,"minimum":0.01,"warmup":4,"rates":[]},"batch_mode":"drop-last",'
            '"label_smoothing":0.1},"training_set_uid":"built-in-and",'
            '"examples":4,"state":"PENDING","first_update":1,"latest_update":0,'
            f'"create_time":"{WHEN}"}}'
        ),
        Run(
            "u",
            1,
            TrainingSettings(
                "and",
                0.125,
                2,
                3,
                schedule=LearningRateSchedule(
                    ScheduleKind.COSINE, ScheduleUnit.UPDATE, 9, 0.0, 0.01, 4
                ),
                batch_mode=BatchMode.DROP_LAST,
                label_smoothing=0.1,
            ),
            "built-in-and",
            4,
            RunState.PENDING,
            1,
            0,
            TIME,
        ),
    ),
    "limited": (
        (
            '{"network_uid":"u","number":1,"settings":{"training_set":"and","learning_rate":0.125,'
            '"batch_size":2,"epochs":3,"optimizer":{"kind":"momentum","momentum":0.5,'
            '"weight_decay":0.25,"decay_weights_only":true,"dampening":0.75},'
            '"penalty":{"l1":0.5,"l2":0.25},"clipping":{"value":null,"norm":2.0},'
            '"frozen":{"layers":[1,3],"biases":true}},"training_set_uid":"built-in-and",'
            '"examples":4,"state":"PENDING","first_update":1,"latest_update":0,'
            f'"create_time":"{WHEN}"}}'
        ),
        Run(
            "u",
            1,
            TrainingSettings(
                "and",
                0.125,
                2,
                3,
                optimizer=Optimizer(
                    OptimizerKind.MOMENTUM,
                    0.5,
                    weight_decay=0.25,
                    decay_weights_only=True,
                    dampening=0.75,
                ),
                penalty=Penalty(0.5, 0.25),
                clipping=Clipping(norm=2.0),
                frozen=Frozen((1, 3), biases=True),
            ),
            "built-in-and",
            4,
            RunState.PENDING,
            1,
            0,
            TIME,
        ),
    ),
    "non-finite-cost": (
        '{"network_uid":"u","number":1,"settings":{"training_set":"and","learning_rate":0.125,'
        '"batch_size":2,"epochs":3,"shuffle_seed":5,"optimizer":'
        + OPTIMIZERS["adam"][0]
        + ',"stop":{"cost_below":1e-9,"max_updates":120,"non_finite_cost":true}},'
        '"training_set_uid":"built-in-and","examples":4,"state":"FAILED","first_update":1,'
        f'"latest_update":2,"create_time":"{WHEN}","updates_done":2,"stop_at":6,"latest_cost":null,'
        '"epoch_cost":0.0,"non_finite_cost":2,'
        '"failure":{"reason":"NON_FINITE_COST","message":"update 2","update":3},'
        f'"start_time":"{WHEN}","end_time":"{WHEN}"}}',
        Run(
            "u",
            1,
            TrainingSettings(
                "and",
                0.125,
                2,
                3,
                5,
                OPTIMIZERS["adam"][1],
                StopCondition(1e-9, 120, non_finite_cost=True),
            ),
            "built-in-and",
            4,
            RunState.FAILED,
            1,
            2,
            TIME,
            2,
            6,
            non_finite_cost=2,
            failure=Failure("NON_FINITE_COST", "update 2", 3),
            end_reason=EndReason.NON_FINITE_COST,
            start_time=TIME,
            end_time=TIME,
        ),
    ),
}


def with_version(documents: dict[str, tuple[str, Any]]) -> dict[str, tuple[str, Any]]:
    """Add version 1, which differs from documents without a version by saying so."""
    said = {
        f"{name}-1": (f'{{"version":1,{document[1:]}', value)
        for name, (document, value) in documents.items()
    }
    return documents | said


def cases(documents: dict[str, tuple[str, Any]]) -> pytest.MarkDecorator:
    found = with_version(documents)
    return pytest.mark.parametrize(("document", "value"), found.values(), ids=found)


@cases(NETWORKS)
def test_networks_are_read(document: str, value: Network) -> None:
    assert network_record.read(document.encode()) == value
    assert network_record.read(network_record.write(value)) == value


@cases(TRAINING_SETS)
def test_training_sets_are_read(document: str, value: TrainingSet) -> None:
    assert training_set_record.read(document.encode()) == value
    assert training_set_record.read(training_set_record.write(value)) == value


@cases(OPTIMIZERS)
def test_optimizers_are_read(document: str, value: Optimizer) -> None:
    assert optimizer_record.read(document.encode()) == value
    assert optimizer_record.read(optimizer_record.write(value)) == value


@cases(RUNS)
def test_runs_are_read(document: str, value: Run) -> None:
    assert run_record.read(document.encode(), None, None) == value
    assert run_record.read(run_record.write(value), None, None) == value


@pytest.mark.parametrize(
    ("kind", "documents", "name"),
    [
        (network_record, NETWORKS, "without-version-1"),
        (training_set_record, TRAINING_SETS, "without-version-1"),
        (training_set_record, TRAINING_SETS, "image-1"),
        (run_record, RUNS, "non-finite-cost-1"),
    ],
)
def test_version_1_is_written_as_it_is_read(
    kind: Any, documents: dict[str, tuple[str, Any]], name: str
) -> None:
    document, value = with_version(documents)[name]
    assert kind.write(value).decode() == document


def test_optimizers_are_written_with_their_version() -> None:
    for document, optimizer in OPTIMIZERS.values():
        assert optimizer_record.write(optimizer).decode() == f'{{"version":1,{document[1:]}'


def test_fields_of_a_later_version_are_kept_when_a_run_is_rewritten() -> None:
    document = json.loads(RUNS["non-finite-cost"][0])
    document["workers"] = [1, {"a": None}]
    document["settings"]["curriculum"] = {"kind": "easy-first"}
    document["settings"]["optimizer"]["amsgrad"] = True
    document["failure"]["hint"] = 0.1
    run = run_record.read(json.dumps(document).encode(), None, None)
    moved = run.at(3)
    assert json.loads(run_record.write(moved)) == document | {"updates_done": 3, "version": 1}
    assert run_record.read(run_record.write(moved), None, None) == moved


def test_fields_of_a_later_version_are_kept_when_a_network_is_rewritten() -> None:
    document = json.loads(NETWORKS["without-version"][0])
    document["distillation"] = {"columns": ["é"]}
    document["initializer"]["gain"] = 2.0
    document["forked_from"]["run"] = 4
    network = network_record.read(json.dumps(document).encode())
    assert json.loads(network_record.write(network)) == document | {"version": 1}


def test_a_record_that_only_a_later_version_can_read_is_refused() -> None:
    document = NETWORKS["without-version"][0]
    for other in (f'{{"version":2,{document[1:]}', document.replace("softmax", "later"), "[]", "{"):
        with pytest.raises(NotAsWritten):
            network_record.read(other.encode())
