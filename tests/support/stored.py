"""What a server that is not running any more has left in its files, read from a copy of them."""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from servers import ServerProcess
from watch_checker import Shown, Stored, Truth, Turn
from watch_reading import Watcher, under_way

from service.clock import SystemClock
from service.reading.readers import Readers
from storage.sqlite import SqliteStore
from training.engine import Engine
from training.network import Array, initial_parameters
from training.ports import Reader, Store
from training.run_examples import examples_of_run
from training.update import State

_AT_ONCE = 4_096


@contextmanager
def left_in(folder: Path) -> Iterator[Store]:
    """Open a copy of the files: the next server finds them as the last one has left them.

    Requires that the database is sound.
    """
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for part in ("", "-wal"):
        file = folder / f"clearprop.db{part}"
        if file.exists():
            shutil.copy(file, copy)
    with sound_store(copy) as store:
        yield store


@contextmanager
def sound_store(folder: Path) -> Iterator[Store]:
    """Open the database in a folder as a server would, and require that it is sound."""
    database = folder / "clearprop.db"
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with closing(SqliteStore(database, SystemClock())) as store:
        yield store


def how_far(store: Store, uid: str) -> Stored:
    """Return where a history stands."""
    with store.read() as reader:
        head = reader.head(uid)
    return Stored(head.latest_update, head.last_event)


def kill_and_note(
    server: ServerProcess, watchers: Iterable[Watcher], folder: Path, uid: str
) -> None:
    """Kill a server, and let each stream that it cut know how far its network's history stands.

    Training is deterministic: what was shown and lost would be made again, and nobody would see.
    """
    streams = under_way(watchers)
    server.kill()
    with left_in(folder) as store:
        stored = how_far(store, uid)
    for stream in streams:
        stream.stored = stored


def truth_in(store: Store, uid: str) -> Truth:
    """Return all that is kept of a history; parameters are replayed."""
    with store.read() as reader:
        network, head = reader.network_by_uid(uid), reader.head(uid)
        turns = turns_in(reader, uid)
    readers = Readers.of(store)
    updates: dict[int, Shown] = {}
    while (first := head.earliest_update + len(updates)) <= head.latest_update:
        for part in readers.pages.read(network, first, head.latest_update):
            run = part.run.number if part.run else 0
            records = _records(part.first_update, str(part.kind), run, part.costs, part.parameters)
            updates |= {record.number: record for record in records}
    return Truth(updates, turns)


def turns_in(reader: Reader, uid: str) -> dict[int, Turn]:
    """Return all run events of a history."""
    turns: dict[int, Turn] = {}
    while events := reader.run_events(uid, 0, len(turns), _AT_ONCE):
        for event in events:
            run = event.run
            turns[event.number] = Turn(
                event.number, event.update, run.number, str(run.state), run.updates_done
            )
    return turns


def uninterrupted(store: Store, uid: str) -> Truth:
    """Return a history of one run alone as it is when it is trained without a break.

    Of the store it takes how many updates there are, the run events and the stored costs; all
    parameters come from the engine, which must come to the same costs.
    """
    with store.read() as reader:
        network, head, run = reader.network_by_uid(uid), reader.head(uid), reader.run(uid, 1)
        examples = examples_of_run(run, reader.examples(run.training_set_uid)).training
        turns = turns_in(reader, uid)
        costs = np.concatenate([np.empty(0), *_stored_costs(reader, uid, head.latest_update)])
    engine, state = Engine(network, run, examples), State(0, initial_parameters(network))
    first = state.parameters.reshape(1, -1)
    records = _records(0, "INITIAL", 0, np.empty(0), first)
    while state.update < head.latest_update:
        wanted = min(_AT_ONCE, head.latest_update - state.update)
        made = engine.advance(state, state.update, wanted, record=True)
        kept = costs[state.update : state.update + wanted]
        assert made.costs.tobytes() == kept.tobytes(), "other costs are stored"
        records += _records(state.update + 1, "GRADIENT", 1, made.costs, made.recorded)
        state = made.state
    return Truth({record.number: record for record in records}, turns)


def _stored_costs(reader: Reader, uid: str, latest: int) -> Iterator[Array]:
    """Return the costs of all updates from 1 on; none may be missing."""
    update = 1
    while update <= latest:
        for segment in reader.segments(uid, update, latest, _AT_ONCE):
            assert segment.first_update == update, f"update {update} is not stored"
            yield segment.costs
            update = segment.last_update + 1


def _records(first: int, kind: str, run: int, costs: Array, parameters: Array) -> list[Shown]:
    """Return consecutive updates as neutral records."""
    return [
        Shown(first + index, kind, run, costs[index : index + 1].tobytes(), row.tobytes())
        for index, row in enumerate(parameters)
    ]
