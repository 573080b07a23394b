"""Many single steps: after merging, they are as cheap as one run with as many updates."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from services import Service

from service.clock import SystemClock
from service.reading.readers import Readers
from service.reading.stored_updates import outline
from service.use_cases.networks import NewNetwork
from storage import merging
from training.network import Initializer
from training.numerics.initializers import InitializerKind
from training.run_changes import open_run
from training.run_examples import RunExamples
from training.settings import TrainingSettings
from training.trainer import Trainer

UPDATES = 1_300


def carry_out(service: Service, network_id: str, stops: range) -> None:
    """Make updates as Step does, up to each stop in turn, without waiting for each commit."""
    clock = SystemClock()
    view = service.networks.create(
        NewNetwork(network_id, (2, 5, 1), initializer=Initializer(InitializerKind.UNIFORM, seed=1))
    )
    with service.store.read() as reader:
        training_set = reader.training_set("xor")
        examples = RunExamples(reader.examples(training_set.uid))
    state = service.states.read(view.network, 0)
    settings = TrainingSettings("xor", 0.5, 3, 10**6, shuffle_seed=1)
    addition = open_run(view.head, settings, training_set, now=clock.now())
    additions, head, run = [addition], addition.after, addition.run
    for stop in stops:
        assert run is not None
        trainer = Trainer(view.network, examples, head, replace(run, stop_at=stop), state, clock)
        while trainer.run.updates_done < stop:
            additions.append(trainer.advance().addition)
        head, run, state = trainer.head, trainer.run, trainer.state
    futures = [
        service.store.write(lambda writer, addition=addition: writer.append(addition))
        for addition in additions
    ]
    for future in futures:
        future.result()


def looked_at(service: Service, network_id: str) -> list[bytes]:
    """Return states and pages of a network, recomputed from what is stored."""
    readers = Readers.of(service.store)
    network = service.networks.get(network_id).network
    states = [readers.states.read(network, update) for update in range(1, UPDATES + 1, 201)]
    pages = [readers.pages.read(network, first, UPDATES) for first in (0, 500, 1_200)]
    outlined = outline(service.store, network, 0, UPDATES)
    return [
        *(state.parameters.tobytes() for state in states),
        *(part.parameters.tobytes() for page in pages for part in page),
        *(part.costs.tobytes() for part in outlined),
    ]


def stored(path: Path, uid: str) -> tuple[int, int, int]:
    """Return how many segments and keyframes there are, and how many bytes they take."""
    with closing(sqlite3.connect(path)) as database:
        (segments, costs) = database.execute(
            "SELECT count(*), sum(length(costs) + 100) FROM segments WHERE network_uid = ?", [uid]
        ).fetchone()
        (keyframes, parameters) = database.execute(
            "SELECT count(*), sum(length(parameters) + 50) FROM keyframes WHERE network_uid = ?",
            [uid],
        ).fetchone()
    return segments, keyframes, costs + parameters


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def test_merged_steps_are_read_and_stored_as_one_run(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "FULL", 500)
    with Service(f"sqlite:///{path}") as service:
        carry_out(service, "whole", range(UPDATES, UPDATES + 1))
        carry_out(service, "stepped", range(1, UPDATES + 1))
        expected = looked_at(service, "whole")
        assert looked_at(service, "stepped") == expected
        uid = service.networks.get("stepped").network.uid
        assert stored(path, uid)[0] == UPDATES + 1
        while service.store.maintain():
            pass
        assert looked_at(service, "stepped") == expected
        segments, keyframes, size = stored(path, uid)
        assert segments <= 1 + 3 + merging.TAIL
        assert keyframes < 10
        _, _, whole = stored(path, service.networks.get("whole").network.uid)
        assert size < 1.5 * whole
