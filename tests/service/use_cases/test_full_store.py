"""A full store: what adds data is refused, runs wait, and everything resumes when there is room."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from patience import PATIENCE
from services import Service

from service.execution import thread_executor
from service.use_cases.edits import NewWeights
from service.use_cases.networks import NewNetwork
from service.use_cases.training_sets import NewTrainingSet
from training.errors import StoreFull
from training.limits import Limits
from training.network import Initializer
from training.network_rules import WeightValue
from training.numerics.initializers import InitializerKind
from training.run import RunState
from training.settings import TrainingSettings
from training.training_set import Examples

MIB = 2**20
QUOTA = 6 * MIB

#: A run of 500,000 updates, with about 4 MiB of costs, which are those of one example after the
#: other and cannot be packed: it goes on for many segments when the store is full, however fast it
#: is.
LONG = TrainingSettings("xor", 1.0, 1, 125_000)
SEED = Initializer(InitializerKind.UNIFORM, 1)


@contextmanager
def served(folder: Path, limits: Limits) -> Iterator[Service]:
    """A service with a network `net` of a known seed."""
    with Service(f"sqlite:///{folder / 'full.db'}", limits) as service:
        service.networks.create(NewNetwork("net", (2, 2, 1), initializer=SEED))
        yield service


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service with a quota, a large training set `ballast`, and a run that waits for room."""
    monkeypatch.setattr(thread_executor, "RETRY_SECONDS", 0.01)
    with served(tmp_path, Limits(store_bytes=QUOTA)) as service:
        numbers = np.zeros((4 * MIB // 16, 1))
        service.training_sets.store(NewTrainingSet("ballast", Examples(numbers, numbers)))
        service.runs.train("net", LONG)
        wait_until(service, lambda: bool(reason(service)))
        yield service


def wait_until(service: Service, holds: Callable[[], bool]) -> None:
    """Wait for a condition, while the store is maintained."""
    give_up = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < give_up
        service.store.maintain()
        Event().wait(0.01)


def reason(service: Service) -> str:
    return service.runs.get("net", 1).waiting_for


def test_a_run_waits_with_a_reason_and_resumes_when_there_is_room(
    service: Service, tmp_path: Path
) -> None:
    view = service.runs.get("net", 1)
    assert view.run.state is RunState.RUNNING
    assert view.run.updates_done < view.run.total_updates
    assert "of its quota of 6.0 MiB (store_bytes)" in view.waiting_for
    # It may make an update between two looks, where maintenance finds room for it.
    wait_until(service, lambda: service.runs.page("net", None, 1) == [service.runs.get("net", 1)])

    service.training_sets.delete("ballast")
    wait_until(service, lambda: service.runs.get("net", 1).run.is_over)
    assert service.runs.get("net", 1).run.state is RunState.SUCCEEDED
    assert not reason(service)
    with served(tmp_path / "undisturbed", Limits()) as undisturbed:
        assert undisturbed.step(10 * LONG.epochs, LONG).run.state is RunState.SUCCEEDED
        assert service.state().parameters.tobytes() == undisturbed.state().parameters.tobytes()


def test_a_run_that_waits_can_be_paused_and_cancelled(service: Service) -> None:
    paused = service.outcome(service.runs.begin_pause("net", 1))
    assert paused.run.state is RunState.PAUSED
    assert not reason(service)
    with pytest.raises(StoreFull):
        service.step(1)
    assert service.runs.get("net", 1).run.state is RunState.PAUSED

    service.runs.resume("net", 1)
    wait_until(service, lambda: bool(reason(service)))
    cancelled = service.outcome(service.runs.begin_cancel("net", 1))
    assert cancelled.run.state is RunState.CANCELLED


def test_what_adds_data_is_refused_and_what_deletes_is_not(service: Service) -> None:
    service.outcome(service.runs.begin_cancel("net", 1))
    latest = service.networks.get("net").head.latest_update
    numbers = np.zeros((1, 1))
    refused: list[Callable[[], object]] = [
        lambda: service.networks.create(NewNetwork("other", (2, 2, 1))),
        lambda: service.networks.create(NewNetwork("other", (2, 2, 1)), validate_only=True),
        lambda: service.networks.fork("net", None, "other"),
        lambda: service.training_sets.store(NewTrainingSet("other", Examples(numbers, numbers))),
        lambda: service.runs.train("net", LONG),
        lambda: service.step(1, LONG),
        lambda: service.edits.set_weights("net", NewWeights((WeightValue(1, 1, 1, 0.5),))),
        lambda: service.edits.reset("net"),
    ]
    for call in refused:
        with pytest.raises(StoreFull) as error:
            call()
        assert error.value.metadata == {"limit": "store_bytes", "value": str(QUOTA)}
    assert service.networks.get("net").head.latest_update == latest

    service.networks.label("net", {"a": "b"}, None)
    service.retention.delete_updates("net", latest)
    service.networks.delete("net")
    service.training_sets.delete("ballast")
    while service.store.maintain():
        pass
    service.networks.create(NewNetwork("other", (2, 2, 1)))
