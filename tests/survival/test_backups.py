"""A backup of any moment is restored to a store that is sound and goes on to the same bits."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import clearprop
import numpy as np
from calls import create, settings
from clearprop.v1 import training_service_pb2 as pb
from made_up_sets import create_made_up_set
from patience import PATIENCE
from promises import Promise, rounds
from servers import ServerProcess, new_server
from stored import left_in

from service.clock import SystemClock
from storage.backups import restore_backup, write_backup
from storage.sqlite import SqliteStore
from training.network import Array
from training.ports import Store

#: An update with all of these takes some milliseconds, so that a history stays short.
EXAMPLES = 20_000

#: How many updates a restored run makes.
MORE = 20


@contextmanager
def killing_meanwhile(server: ServerProcess, moment: float | None) -> Iterator[None]:
    """Kill the server after so many seconds, if it is given, and start it again."""

    def kill() -> None:
        assert moment is not None
        time.sleep(moment)
        server.kill()
        server.launch()

    killer = threading.Thread(target=kill)
    if moment is not None:
        killer.start()
    try:
        yield
    finally:
        if moment is not None:
            killer.join()
            server.wait_until_serving()


def back_up(server: ServerProcess, path: Path, counts: Counter[str]) -> int:
    """Write a backup, and repeat it if the server dies; return how many updates it has."""
    with clearprop.connect(server.target, retry_timeout=PATIENCE) as client:
        while True:
            try:
                found = write_backup(client.back_up(), path)
            except clearprop.ClearpropError:
                counts["backups_cut"] += 1
            else:
                assert found.updates is not None
                return found.updates


def train_on(server: ServerProcess, name: str) -> None:
    """Continue the run, which is paused while a backup is restored and verified.

    Otherwise each verification would take as long as all rounds before it together.
    """
    with clearprop.connect(server.target) as client:
        run = client.network(name).run(1)
        if run.refresh().state == "PAUSED":
            run.resume()


def costs_of(store: Store, uid: str) -> Array:
    """Return the costs of all updates from 1 on."""
    with store.read() as reader:
        latest = reader.head(uid).latest_update
        found: list[Array] = []
        while (first := 1 + sum(len(each) for each in found)) <= latest:
            found += [each.costs for each in reader.segments(uid, first, latest, 1_000)]
        return np.concatenate(found)


def continued(backup: Path, folder: Path, name: str, uid: str) -> Array:
    """Restore a backup, let a server continue its run, and return the costs of its history."""
    folder.mkdir()
    database = folder / "clearprop.db"
    before = restore_backup(backup, f"sqlite:///{database}").updates
    assert before is not None
    with new_server(folder) as server, clearprop.connect(server.target) as client:
        network = client.network(name)
        deadline = time.monotonic() + PATIENCE
        while network.refresh().latest_update < before + MORE:
            assert time.monotonic() < deadline, "the run does not continue"
            time.sleep(0.02)
        network.run(1).pause()
        assert list(network.verify())[-1].done
        server.stop()
    with closing(SqliteStore(database, SystemClock())) as store:
        return costs_of(store, uid)


def test_a_backup_of_any_moment_goes_on_to_the_same_bits(tmp_path: Path, promise: Promise) -> None:
    moments = random.Random(4)
    counts: Counter[str] = Counter()
    restored = []
    (tmp_path / "server").mkdir()
    with new_server(tmp_path / "server") as server:
        with server.stub() as stub:
            create_made_up_set(stub, "slow", EXAMPLES)
            network = create(stub, (2, 12, 1), seed=6, bias=True)
            run = settings("slow", rate=0.5, batch_size=EXAMPLES, epochs=10**9)
            stub.Train(pb.TrainRequest(network=network.network, settings=run))
        for number in range(rounds(2, 50)):
            train_on(server, network.network)
            time.sleep(moments.uniform(0.0, 0.3))
            moment = moments.choice([None, moments.uniform(0.0, 0.1)])
            path = tmp_path / f"{number}.db"
            with killing_meanwhile(server, moment):
                counts["updates"] += back_up(server, path, counts)
            with clearprop.connect(server.target) as client:
                client.network(network.network).run(1).pause()
            counts["backups"] += 1
            counts["kills"] += moment is not None
            restored.append(
                continued(path, tmp_path / f"restored-{number}", network.network, network.uid)
            )
        most = max(map(len, restored))
        train_on(server, network.network)
        with clearprop.connect(server.target) as client:
            original, deadline = client.network(network.network), time.monotonic() + PATIENCE
            while original.refresh().latest_update < most:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        server.kill()
    with left_in(tmp_path / "server") as store:
        costs = costs_of(store, network.uid)
    for each in restored:
        assert each.tobytes() == costs[: len(each)].tobytes()
    promise("a backup of any moment goes on to the same bits", **counts)
