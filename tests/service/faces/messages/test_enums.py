"""Enums have the same values in the domain and in the contract."""

from typing import Any

import pytest
from clearprop.v1 import network_pb2, run_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.values import enum_word

from service.faces.messages import exports, networks, runs
from service.faces.messages.enums import EnumTable
from service.faces.messages.updates import _DETAILS
from service.reading.selection import Detail
from service.use_cases.exports import ExportFormat
from service.use_cases.steps import StepUnit
from training.batches import BatchMode
from training.errors import Violations
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.numerics.schedules import ScheduleKind
from training.optimizer import Optimizer
from training.schedule import LearningRateSchedule, ScheduleUnit
from training.settings import StopCondition, TrainingSettings

TABLES: list[Any] = [
    (Activation, network_pb2.Activation, networks.ACTIVATIONS),
    (CostFunction, network_pb2.CostFunction, networks.COST_FUNCTIONS),
    (InitializerKind, network_pb2.InitializerKind, networks._INITIALIZER_KINDS),
    (ExportFormat, pb.ExportFormat, exports._FORMATS),
    (OptimizerKind, run_pb2.OptimizerKind, runs._OPTIMIZER_KINDS),
    (BatchMode, run_pb2.BatchMode, runs._BATCH_MODES),
    (ScheduleKind, run_pb2.ScheduleKind, runs._SCHEDULE_KINDS),
    (ScheduleUnit, run_pb2.ScheduleUnit, runs._SCHEDULE_UNITS),
    (StepUnit, pb.StepUnit, runs._STEP_UNITS),
    (Detail, update_pb2.Detail, _DETAILS),
]


@pytest.mark.parametrize(("kinds", "enum", "table"), TABLES)
def test_each_kind_has_one_number_and_each_number_one_kind(
    kinds: Any, enum: Any, table: EnumTable[Any, Any]
) -> None:
    violations = Violations()
    assert set(table.numbers) == set(kinds)
    assert set(table.numbers.values()) == set(enum.values()) - {0}
    for kind, number in table.numbers.items():
        assert table.read(violations, "field", number) is kind
        assert enum_word(enum, number) == kind.value
    violations.refuse()


@pytest.mark.parametrize(("kinds", "enum", "table"), TABLES)
def test_an_unknown_number_is_reported_and_read_as_the_default(
    kinds: Any, enum: Any, table: EnumTable[Any, Any]
) -> None:
    violations = Violations()
    left_open = table.read(violations, "field", 0)
    assert not violations
    assert table.read(violations, "field", 99) is left_open
    (bad,) = violations.found
    assert bad.field == "field"
    assert all(kind.name in bad.description for kind in kinds if kind.name != "EXPLICIT")


def test_settings_are_converted_to_messages_and_back_unchanged() -> None:
    for settings in (
        TrainingSettings("xor", 0.5, 3, 7),
        TrainingSettings(
            "xor",
            0.5,
            3,
            7,
            shuffle_seed=0,
            optimizer=Optimizer(OptimizerKind.ADAM, beta1=0.0, beta2=0.5, epsilon=1e-3),
            stop=StopCondition(cost_below=0.25, max_updates=9),
            schedule=LearningRateSchedule(
                ScheduleKind.LIST, ScheduleUnit.UPDATE, 5, warmup=2, rates=(0.1, 0.3)
            ),
        ),
        TrainingSettings(
            "xor",
            0.5,
            3,
            7,
            schedule=LearningRateSchedule(ScheduleKind.STEP, period=4, factor=0.5, minimum=0.1),
            batch_mode=BatchMode.DROP_LAST,
            label_smoothing=0.1,
        ),
        TrainingSettings(
            "xor", 1.0, 1, 1, optimizer=Optimizer(OptimizerKind.MOMENTUM, 0.0, weight_decay=0.5)
        ),
    ):
        violations = Violations()
        assert runs.settings(violations, runs.sent_settings(settings)) == settings
        violations.refuse()
