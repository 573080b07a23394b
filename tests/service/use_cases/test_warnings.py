"""Warnings about stored sets and runs: of the data and history, also when some of it is missing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from services import Service

from service.reading.readers import Readers
from service.use_cases.networks import NewNetwork
from service.use_cases.warnings import Warnings
from training.network import Initializer
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind
from training.run import Run, RunState
from training.settings import TrainingSettings
from training.training_set import Examples

FAR = TrainingSettings("far", learning_rate=0.5, batch_size=2, epochs=500)
BEFORE = ["CONSTANT_TARGET", "TARGETS_OUT_OF_REACH"]
AFTER = [*BEFORE, "COST_HAS_NOT_FALLEN"]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(f"sqlite:///{tmp_path / 'store.db'}") as service:
        examples = Examples(np.array([[0.0], [0.5], [1.0], [0.25]]), np.full((4, 1), 81.0))
        service.training_sets.create("far", examples)
        service.networks.create(
            NewNetwork("net", (1, 3, 1), (Activation.TANH,), initializer=drawn(1))
        )
        yield service


def drawn(seed: int) -> Initializer:
    return Initializer(InitializerKind.GLOROT, seed)


def codes(service: Service, network: str = "net", number: int = 1) -> list[str]:
    return [each.code.value for each in service.runs.get(network, number).warnings]


def read_again(service: Service, run: Run) -> list[str]:
    """Return the warnings about a run as a server finds them that has nothing cached."""
    readers = Readers.of(service.store)
    found = Warnings(service.store, readers.states, readers.examples).of_run(run)
    return [each.code.value for each in found]


def test_a_run_says_before_and_after_why_it_learns_nothing(service: Service) -> None:
    service.step(1, FAR)
    assert codes(service) == BEFORE
    run = service.step(10_000).run
    assert run.state is RunState.SUCCEEDED
    assert codes(service) == AFTER
    assert read_again(service, run) == AFTER


def test_a_set_has_its_warnings_alone(service: Service) -> None:
    found = service.warnings.of_set(service.training_sets.get("far").uid)
    assert [each.code.value for each in found] == ["CONSTANT_TARGET"]
    assert service.warnings.of_set(service.training_sets.get("xor").uid) == ()


def test_a_run_that_learns_has_no_warnings(service: Service) -> None:
    service.networks.create(NewNetwork("learns", (2, 5, 1), initializer=drawn(1)))
    settings = TrainingSettings("xor", learning_rate=5.0, batch_size=4, epochs=1_000)
    assert service.step(1_000, settings, "learns").run.state is RunState.SUCCEEDED
    assert codes(service, "learns") == []


def test_the_units_of_a_run_are_those_that_it_started_from(service: Service) -> None:
    new = NewNetwork(
        "relus", (2, 4, 1), (Activation.RELU, Activation.RELU), CostFunction.SQUARED_ERROR
    )
    service.networks.create(replace(new, initializer=Initializer(InitializerKind.ZEROS)))
    settings = TrainingSettings("xor", learning_rate=0.5, batch_size=4, epochs=30)
    assert service.step(30, settings, "relus").run.state is RunState.SUCCEEDED
    assert codes(service, "relus") == [
        "EQUAL_UNITS",
        "DEAD_UNITS",
        "DEAD_UNITS",
        "COST_HAS_NOT_FALLEN",
    ]


def test_a_short_run_is_not_judged_by_its_costs(service: Service) -> None:
    assert service.step(10, replace(FAR, epochs=5)).run.state is RunState.SUCCEEDED
    assert codes(service) == BEFORE


def test_what_was_deleted_has_no_warnings(service: Service) -> None:
    run = service.step(10_000, FAR).run
    service.retention.delete_updates("net", 500)
    assert read_again(service, run) == BEFORE
    service.training_sets.delete("far")
    assert read_again(service, run) == BEFORE  # a run keeps its examples


def test_corrupt_examples_do_not_hide_a_run(service: Service, tmp_path: Path) -> None:
    run = service.step(10_000, FAR).run
    with closing(sqlite3.connect(tmp_path / "store.db")) as database:
        database.execute("UPDATE examples SET crc = crc + 1")
        database.commit()
    assert read_again(service, run) == ["COST_HAS_NOT_FALLEN"]
