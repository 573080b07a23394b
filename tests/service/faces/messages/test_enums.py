"""Every value of the domain has its place in the contract, under the same word, and back."""

from typing import Any

import pytest
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.values import enum_word

from service.faces import messages
from service.faces.messages import exports, networks, runs
from service.faces.messages.enums import number_of, sent
from service.use_cases.exports import ExportFormat
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.settings import StopCondition, TrainingSettings

TABLES: list[Any] = [
    (Activation, network_pb2.Activation, networks._ACTIVATIONS, number_of),
    (CostFunction, network_pb2.CostFunction, networks._COST_FUNCTIONS, number_of),
    (InitializerKind, network_pb2.InitializerKind, networks._INITIALIZER_KINDS, number_of),
    (OptimizerKind, run_pb2.OptimizerKind, runs._OPTIMIZER_KINDS, number_of),
    (ExportFormat, pb.ExportFormat, exports._FORMATS, sent(exports._FORMATS).__getitem__),
]


@pytest.mark.parametrize(("kinds", "enum", "received", "sent"), TABLES)
def test_each_kind_has_one_number_and_each_number_one_kind(
    kinds: Any, enum: Any, received: Any, sent: Any
) -> None:
    assert set(received) == set(enum.values())
    for kind in kinds:
        assert received[sent(kind)] is kind
        assert enum_word(enum, sent(kind)) == kind.value
    assert 0 not in {sent(kind) for kind in kinds}


def test_settings_go_there_and_back_unchanged() -> None:
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
        ),
        TrainingSettings(
            "xor", 1.0, 1, 1, optimizer=Optimizer(OptimizerKind.MOMENTUM, 0.0, weight_decay=0.5)
        ),
    ):
        assert messages.settings(runs.sent_settings(settings)) == settings


def test_what_is_not_known_becomes_none() -> None:
    unknown = run_pb2.TrainingSettings(optimizer=run_pb2.Optimizer(kind=99))  # type: ignore[arg-type]
    assert messages.settings(unknown).optimizer.kind is None
