"""An unchanged history verifies, and any change is found."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from services import Service

from service.reading.readers import Readers
from service.use_cases import verification
from service.use_cases.edits import NewWeights
from service.use_cases.networks import NewNetwork
from service.use_cases.verification import Verified
from storage import merging, rows
from training import trainer
from training.errors import DamagedHistory, NetworkNotFound
from training.network import Initializer, LayerParameters
from training.network_rules import WeightValue
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer, OptimizerState
from training.settings import TrainingSettings
from training.update import Keyframe, Segment, State
from training.verification import Difference, DifferenceKind

ADAM = TrainingSettings("xor", 0.1, 3, 9, 5, Optimizer(OptimizerKind.ADAM))
PLAIN = TrainingSettings("and", 0.5, 2, 9)


@dataclass
class Recorded:
    """A service with a history of everything, and a second connection that can spoil it."""

    service: Service
    database: sqlite3.Connection

    def verify(self, network: str = "net") -> Verified:
        *_, last = self.service.verification.verify(network)
        return last

    @contextmanager
    def spoiled(self, statement: str, *values: object) -> Iterator[None]:
        """Change rows of one table for the time of the block."""
        table = statement.split()[2 if statement.startswith("DELETE") else 1]
        before = self.database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
        assert self.database.execute(statement, values).rowcount > 0
        self.database.commit()
        try:
            yield
        finally:
            self.database.execute(f"DELETE FROM {table}")  # noqa: S608
            marks = ",".join("?" * len(before[0]))
            self.database.executemany(f"INSERT INTO {table} VALUES ({marks})", before)  # noqa: S608
            self.database.commit()

    def write(self, table: str, key: str, values: dict[str, Any]) -> tuple[str, list[object]]:
        """Return the statement that writes a row anew, with a CRC that fits it."""
        columns = ", ".join(f"{name} = ?" for name in values)
        uid = values["network_uid"]
        statement = f"UPDATE {table} SET {columns} WHERE network_uid = ? AND {key} = ?"  # noqa: S608
        return statement, [*values.values(), uid, values[key]]

    def found(self) -> Difference:
        """Verify, which must find a difference, and return it."""
        last = self.verify()
        assert not last.done
        assert last.difference is not None
        return last.difference


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """Updates 1 to 8 of a run with Adam, an edit, 10 to 12, a reset, 14 to 15 of another run."""
    path = tmp_path_factory.mktemp("verified") / "store.db"
    with Service(f"sqlite:///{path}") as service:
        service.networks.create(
            NewNetwork("net", (2, 2, 1), initializer=Initializer(InitializerKind.HE, 3))
        )
        service.step(3, ADAM)
        service.step(5)
        service.edits.set_weights("net", NewWeights((WeightValue(1, 0, 1, 0.5),)))
        service.step(3)
        ticket = service.runs.begin_cancel("net", 1)
        assert ticket.outcome is not None
        service.edits.reset("net", Initializer(InitializerKind.UNIFORM, 4))
        service.step(2, PLAIN)
        with closing(sqlite3.connect(path, timeout=30)) as database:
            yield Recorded(service, database)


def test_a_history_of_everything_verifies(recorded: Recorded) -> None:
    last = recorded.verify()
    assert last.done, last.difference
    assert last.difference is None
    assert (last.progress.earliest_update, last.progress.verified_update) == (0, 15)
    assert last.progress.keyframes >= 3  # of the beginning, the edit and the reset


def test_a_fork_given_weights_and_a_given_memory_verify(recorded: Recorded) -> None:
    service = recorded.service
    service.networks.fork("net", 7, "forked")
    service.step(2, ADAM, network="forked")
    given = LayerParameters(1, 2, np.array([-0.0, 5e-324]))
    kept = OptimizerState(Optimizer(OptimizerKind.MOMENTUM), np.array([0.5, -0.5]))
    service.networks.create(
        NewNetwork("given", (2, 1), initial_parameters=(given,), optimizer_state=kept)
    )
    momentum = replace(PLAIN, optimizer=Optimizer(OptimizerKind.MOMENTUM))
    service.step(4, momentum, network="given")
    service.networks.create(NewNetwork("untrained", (3, 2)))
    for name in ("forked", "given", "untrained"):
        assert recorded.verify(name).done


def flipped(value: object) -> Iterator[object]:  # noqa: C901 - a case for each type
    """Yield a value of a column with each of its bytes changed."""
    match value:
        case bytes():
            for place in range(len(value)):
                yield value[:place] + bytes([value[place] ^ 0x10]) + value[place + 1 :]
        case str():
            for place, letter in enumerate(value):
                yield value[:place] + chr(ord(letter) ^ 1) + value[place + 1 :]
        case int():
            for place in range(8):
                yield value ^ (1 << (8 * place)) if place < 7 else -value - 1
        case float():
            number = np.float64(value).tobytes()
            for place in range(8):
                changed = number[:place] + bytes([number[place] ^ 0x10]) + number[place + 1 :]
                yield float(np.frombuffer(changed)[0])


@pytest.mark.parametrize(
    ("table", "key", "place"), [("segments", "first_update", 4), ("keyframes", "at_update", 9)]
)
def test_any_byte_that_is_changed_is_found_and_never_returned(
    recorded: Recorded, table: str, key: str, place: int
) -> None:
    network = recorded.service.networks.get("net").network
    cursor = recorded.database.execute(
        f"SELECT * FROM {table} WHERE network_uid = ? AND {key} = ?",  # noqa: S608
        [network.uid, place],
    )
    columns = [column[0] for column in cursor.description]
    (row,) = cursor.fetchall()
    where = f"WHERE network_uid = ? AND {key} = ?"
    tried = 0
    for column, value in zip(columns, row, strict=True):
        for other in flipped(value):
            if isinstance(other, int) and not -(2**63) <= other < 2**63:
                continue
            tried += 1
            statement = f"UPDATE {table} SET {column} = ? {where}"  # noqa: S608
            with recorded.spoiled(statement, other, network.uid, place):
                found = recorded.found()
                assert found.first_update <= place + 4, (column, other)
                assert found.kind in {DifferenceKind.DAMAGED, DifferenceKind.MISSING}
                fresh = Readers.of(recorded.service.store)
                with pytest.raises(DamagedHistory):
                    fresh.pages.read(network, place, place)
    assert tried > 60
    assert recorded.verify().done


def test_the_rest_of_a_damaged_history_stays_readable(recorded: Recorded) -> None:
    network = recorded.service.networks.get("net").network
    spoil = "UPDATE segments SET costs = zeroblob(40) WHERE network_uid = ? AND first_update = 4"
    with recorded.spoiled(spoil, network.uid):
        found = recorded.found()
        assert found.kind is DifferenceKind.DAMAGED
        assert (found.first_update, found.last_update) == (4, 8)
        fresh = Readers.of(recorded.service.store)
        with pytest.raises(DamagedHistory) as raised:
            fresh.states.read(network, 6)
        assert raised.value.metadata["first_update"] == "4"
        assert raised.value.metadata["last_update"] == "8"
        assert fresh.states.read(network, 3).update == 3
        assert fresh.states.read(network, 9).update == 9
        assert fresh.states.read(network, 15).update == 15


def stored(recorded: Recorded, update: int) -> Segment:
    uid = recorded.service.networks.get("net").network.uid
    with recorded.service.store.read() as reader:
        (segment,) = reader.segments(uid, update, update, 1)
    return segment


def test_a_cost_that_was_forged_with_its_crc_is_found(recorded: Recorded) -> None:
    segment = stored(recorded, 4)
    costs = segment.costs.copy()
    costs[2] = np.nextafter(costs[2], 1.0)
    values = dict(rows.segment_values(replace(segment, costs=costs)))
    statement, arguments = recorded.write("segments", "first_update", values)
    with recorded.spoiled(statement, *arguments):
        found = recorded.found()
        assert found.kind is DifferenceKind.COST
        assert (found.first_update, found.last_update) == (6, 6)
        assert (found.stored, found.recomputed) == (costs[2], segment.costs[2])


def test_a_keyframe_that_was_forged_with_its_crc_is_found(recorded: Recorded) -> None:
    uid = recorded.service.networks.get("net").network.uid
    with recorded.service.store.read() as reader:
        first, edited = reader.keyframe(uid, 0), reader.keyframe(uid, 9)
    kept = edited.state.optimizer_state
    assert kept is not None
    other = kept.values.copy()
    other[3] += 1.0
    forged = [
        (first.state.parameters * 2, None, 0, 0),
        (edited.state.parameters, OptimizerState(kept.optimizer, other), 9, None),
    ]
    for parameters, memory, update, parameter in forged:
        keyframe = Keyframe(uid, State(update, parameters, memory))
        values = dict(rows.keyframe_values(keyframe))
        statement, arguments = recorded.write("keyframes", "at_update", values)
        with recorded.spoiled(statement, *arguments):
            found = recorded.found()
            assert found.kind is DifferenceKind.KEYFRAME
            assert (found.first_update, found.parameter) == (update, parameter)


def test_every_keyframe_of_a_segment_is_compared_however_many_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "_KEYFRAME_SECONDS", 0.0)
    monkeypatch.setattr(trainer, "_KEYFRAME_SECONDS_PER_BYTE", 0.0)
    monkeypatch.setattr(merging, "TAIL", 3)
    monkeypatch.setattr(verification, "_KEYFRAME_BYTES", 1)  # one keyframe at a time
    path = tmp_path / "store.db"
    with Service(f"sqlite:///{path}") as service:
        network = service.networks.create(NewNetwork("net", (2, 2, 1))).network
        for _ in range(12):
            service.step(1, ADAM if not service.networks.get("net").head.latest_update else None)
        while service.store.maintain():
            pass
        with closing(sqlite3.connect(path, timeout=30)) as database:
            recorded = Recorded(service, database)
            last = recorded.verify()
            assert last.done
            assert last.progress.keyframes == 13
            with service.store.read() as reader:
                assert len(reader.segments(network.uid, 1, 12, 100)) == 1
                keyframe = reader.keyframe(network.uid, 11)
            forged = replace(keyframe.state, parameters=keyframe.state.parameters + 1.0)
            values = dict(rows.keyframe_values(Keyframe(network.uid, forged)))
            statement, arguments = recorded.write("keyframes", "at_update", values)
            with recorded.spoiled(statement, *arguments):
                assert recorded.found().first_update == 11


@pytest.mark.parametrize(
    ("table", "where", "kind", "first"),
    [
        ("segments", "first_update = 4", DifferenceKind.DAMAGED, 4),
        ("keyframes", "at_update = 9", DifferenceKind.MISSING, 9),
        ("run_events", "number = 2", DifferenceKind.DAMAGED, 0),
        ("runs", "number = 1", DifferenceKind.MISSING, 1),
    ],
)
def test_missing_data_is_found(
    recorded: Recorded, table: str, where: str, kind: DifferenceKind, first: int
) -> None:
    uid = recorded.service.networks.get("net").network.uid
    with recorded.spoiled(f"DELETE FROM {table} WHERE network_uid = ? AND {where}", uid):  # noqa: S608
        found = recorded.found()
        assert (found.kind, found.first_update) == (kind, first)


def test_deleting_a_network_ends_its_verification(tmp_path: Path) -> None:
    with Service(f"sqlite:///{tmp_path / 'store.db'}") as service:
        with pytest.raises(NetworkNotFound):
            next(service.verification.verify("net"))
        service.networks.create(NewNetwork("net", (2, 1)))
        service.step(2, PLAIN)
        steps = service.verification.verify("net")
        service.networks.delete("net")
        with pytest.raises(NetworkNotFound):
            list(steps)


def test_a_history_without_its_beginning_verifies_from_where_it_begins(tmp_path: Path) -> None:
    with Service(f"sqlite:///{tmp_path / 'store.db'}") as service:
        service.networks.create(NewNetwork("net", (2, 3, 1)))
        service.step(9, ADAM)
        service.retention.delete_updates("net", 7)
        service.step(3)
        *_, last = service.verification.verify("net")
        assert last.done
        assert (last.progress.earliest_update, last.progress.verified_update) == (7, 12)
