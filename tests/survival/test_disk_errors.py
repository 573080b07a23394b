"""A disk that fails stops a server only while it fails, and makes it show nothing wrong."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

import grpc
import pytest
from calls import create, fresh_id, refusal, settings, state
from clearprop.v1 import run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from failing_disk import FailingDisk, Fault
from grpc_health.v1 import health_pb2, health_pb2_grpc
from made_up_sets import create_made_up_set
from patience import PATIENCE
from promises import Promise, rounds
from servers import ServerProcess, new_server
from small_disk import small_disk
from stored import how_far, left_in, uninterrupted
from watch_checker import Stream, faults
from watch_reading import Reading, Watcher, reconnecting

T = TypeVar("T")

#: How a disk fails, and within the first how many calls it may begin to.
FAULTS = {
    Fault("pwrite64", "ENOSPC"): 120,
    Fault("pwrite64", "EIO"): 120,
    Fault("fdatasync", "EIO"): 25,
    Fault("fdatasync", "ENOSPC"): 25,
}

#: How a disk stops failing: under the server, or when that is gone.
ENDS = ("repaired", "stopped", "killed")

#: Without it, the server would leave a tenth of a small disk free.
TO_THE_END = ("--limit", "free_bytes=0")

#: An update with so many takes some 15 µs.
EXAMPLES = 60
EPOCHS = 10_000
STEPS = 20

#: A network whose update 0 takes some 180 pages of the write-ahead log, and so many fill it.
LARGE = (300, 300, 1)
LARGE_ONES = 8

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("failing")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[ServerProcess]:
    """The one whose disk fails; each test leaves it serving."""
    with new_server(folder) as server, server.stub() as stub:
        create_made_up_set(stub, "many", EXAMPLES)
        yield server


class Clients:
    """One that trains a network, one that steps another, and those who watch both."""

    def __init__(self, server: ServerProcess, stub: TrainingServiceStub, seed: int) -> None:
        self.stub = stub
        self.refusals: Counter[str] = Counter()
        self.trained, self.stepped = create(stub, seed=seed), create(stub, seed=seed + 1)
        self.watchers = [
            Watcher(server.target, Reading(network)).start()
            for network in (self.trained, self.stepped)
        ]
        for watcher in self.watchers:
            watcher.wait_for(lambda reading: reading.last_update == 0)
        self._cut: list[Stream] = []
        self._train = pb.TrainRequest(
            network=self.trained.network,
            settings=settings_for(EPOCHS),
            request_id=fresh_id("train"),
        )
        self._steps = [
            pb.StepRequest(network=self.stepped.network, count=1, request_id=fresh_id("step"))
            for _ in range(STEPS)
        ]
        self._steps[0].settings.CopyFrom(settings_for(10**6))

    def work(self) -> None:
        """Train and step, and repeat each call until it is answered."""
        self._answered(self.stub.Train, self._train)
        for number, request in enumerate(self._steps, start=1):
            response = self._answered(self.stub.Step, request)
            assert response.updates[-1].update == number, "a step was made twice, or not at all"

    def work_until_refused(self) -> None:
        """Train and step, and do not repeat what is refused: that comes later."""
        with pytest.raises(grpc.RpcError) as refused:
            self._work_on()
        self.refusals[clear_reason(refused.value)] += 1

    def _work_on(self) -> None:
        self.stub.Train(self._train)
        for request in self._steps:
            self.stub.Step(request)
        for _ in range(1_000):
            create(self.stub)

    def lose(self, server: ServerProcess, end: str) -> None:
        """Lose the server while all watch it."""
        self._cut = [watcher.reading.streams[-1] for watcher in self.watchers]
        if end == "killed":
            server.kill()
        else:
            assert server.stop() == 0

    def note_what_is_stored(self, folder: Path) -> None:
        """Note how much is stored: the lost server may not have shown more."""
        with left_in(folder) as store:
            for watcher, stream in zip(self.watchers, self._cut, strict=True):
                stream.stored = how_far(store, watcher.reading.network.uid)

    def wait_for_the_end(self) -> None:
        trained, stepped = self.watchers
        trained.wait_for(lambda reading: reading.last_state == "SUCCEEDED")
        stepped.wait_for(lambda reading: reading.last_update == STEPS)
        for watcher in self.watchers:
            watcher.cancel()

    def compare(self, folder: Path) -> None:
        """Require that all that was shown is stored, and is that of runs without a break."""
        with left_in(folder) as store:
            for watcher in self.watchers:
                truth = uninterrupted(store, watcher.reading.network.uid)
                assert max(truth.updates) == watcher.reading.last_update
                assert not faults(watcher.reading.streams, truth)

    def _answered(self, call: Callable[..., T], request: object) -> T:
        while True:
            try:
                return call(request, wait_for_ready=True)
            except grpc.RpcError as error:
                self.refusals[clear_reason(error)] += 1


def settings_for(epochs: int) -> run_pb2.TrainingSettings:
    return settings("many", rate=0.5, batch_size=EXAMPLES, epochs=epochs)


def clear_reason(error: grpc.RpcError) -> str:
    """Return the reason of a refusal; require that it is one that helps, and gives nothing away."""
    refused = refusal(error)
    assert (refused.code, refused.reason) in {
        (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "STORE_FULL"),
    }
    assert refused.retry
    assert "read again" in refused.message
    for inner in ("sqlite", "SQL", "clearprop.db", "/", "Error"):
        assert inner not in refused.message
    return refused.reason


def wait_for_health(server: ServerProcess, status: int) -> None:
    with grpc.insecure_channel(server.target) as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)  # its types know no methods
        for told in health.Watch(health_pb2.HealthCheckRequest(), timeout=PATIENCE):
            if told.status == status:
                return


def failed_transactions(server: ServerProcess) -> float:
    """Return what the metrics of a server count."""
    with urlopen(f"{server.http}/metrics", timeout=PATIENCE) as answer:  # noqa: S310 (http)
        metrics: str = answer.read().decode()
    (line,) = re.findall(r"\nclearprop_store_failed_transactions_total (\S+)\n", metrics)
    return float(line)


def failing(
    server: ServerProcess, folder: Path, fault: Fault, first: int = 1, last: int | None = None
) -> FailingDisk:
    assert server.process is not None
    return FailingDisk(server.process.pid, folder, fault, first, last)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_calls_that_fail_for_a_while_are_overcome_without_a_restart(
    fault: Fault, server: ServerProcess, folder: Path, promise: Promise
) -> None:
    chance = random.Random(str(fault))
    counts: Counter[str] = Counter()
    for point in range(rounds(1, 60)):
        first = chance.randint(1, FAULTS[fault])
        last = first + chance.choice((0, 1, 5, 20))
        with reconnecting(server.target) as stub:
            clients = Clients(server, stub, point)
            with failing(server, folder, fault, first, last) as disk:
                clients.work()
                clients.wait_for_the_end()
            wait_for_health(server, SERVING)
        clients.compare(folder)
        counts.update(points=1, failures=disk.failures, refusals=clients.refusals.total())
    promise(f"{fault} for a while is overcome without a restart", **counts)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_while_a_disk_keeps_failing_nothing_is_shown_that_is_not_stored(
    fault: Fault, server: ServerProcess, folder: Path, promise: Promise
) -> None:
    chance = random.Random(str(fault))
    counts: Counter[str] = Counter()
    for point in range(rounds(1, 60)):
        end = ENDS[([*FAULTS].index(fault) + point) % len(ENDS)]
        with reconnecting(server.target) as stub:
            clients = Clients(server, stub, point)
            with failing(server, folder, fault, chance.randint(1, FAULTS[fault])) as disk:
                clients.work_until_refused()
                wait_for_health(server, NOT_SERVING)
                state(stub, clients.trained.network)  # what is stored can be read
                if end != "repaired":
                    clients.lose(server, end)
            if end != "repaired":
                clients.note_what_is_stored(folder)
                server.start()
            clients.work()
            clients.wait_for_the_end()
            wait_for_health(server, SERVING)
        clients.compare(folder)
        counts.update({"points": 1, "failures": disk.failures, end: 1})
    promise(f"{fault} without an end lets nothing be shown that is not stored", **counts)


def test_checkpoints_that_fail_keep_nobody_from_working(
    server: ServerProcess, folder: Path, promise: Promise
) -> None:
    fault = Fault("pwrite64,fdatasync,ftruncate", "EIO", parts=("",))
    with reconnecting(server.target) as stub:
        clients = Clients(server, stub, 1)
        with failing(server, folder, fault) as disk:
            for _ in range(LARGE_ONES):
                create(stub, LARGE)
            clients.work()
            assert not clients.refusals
            clients.wait_for_the_end()
            wait_for_health(server, SERVING)
            clients.lose(server, "killed")
    assert disk.failures
    clients.compare(folder)
    server.start()
    promise("checkpoints that fail keep nobody from working", failures=disk.failures)


def test_a_disk_that_cannot_be_read_is_told_and_can_be_read_later(
    server: ServerProcess, folder: Path, promise: Promise
) -> None:
    told: Counter[str] = Counter()
    with reconnecting(server.target) as stub:
        network = create(stub).network
        requests = [pb.StepRequest(network=network, request_id=fresh_id("step")) for _ in range(5)]
        requests[0].settings.CopyFrom(settings_for(10**6))
        with failing(server, folder, Fault("pread64", "EIO")) as disk:
            for request in requests:
                for call in (lambda r=request: stub.Step(r), lambda: state(stub, network, 0)):
                    try:
                        call()
                    except grpc.RpcError as error:
                        told[refusal(error).reason] += 1
        assert disk.failures
        assert set(told) <= {"DAMAGED_HISTORY", "STORE_UNAVAILABLE"}
        for number, request in enumerate(requests, start=1):
            assert stub.Step(request).updates[-1].update == number
        wait_for_health(server, SERVING)
    promise(
        "a disk that cannot be read can be read later", failures=disk.failures, told=told.total()
    )


def test_a_full_disk_is_told_and_overcome_without_a_restart(
    tmp_path: Path, promise: Promise
) -> None:
    with (
        small_disk(tmp_path / "disk") as disk,
        new_server(disk.folder, *TO_THE_END, http=True) as server,
    ):
        with reconnecting(server.target) as stub:
            create_made_up_set(stub, "many", EXAMPLES)
            clients = Clients(server, stub, 1)
            assert failed_transactions(server) == 0
            disk.fill()
            clients.work_until_refused()
            assert set(clients.refusals) == {"STORE_FULL"}
            wait_for_health(server, NOT_SERVING)
            assert failed_transactions(server) > 0
            state(stub, clients.trained.network)
            disk.make_room()
            wait_for_health(server, SERVING)
            clients.work()
            clients.wait_for_the_end()
        clients.compare(disk.folder)
        assert server.stop() == 0
    promise("a full disk is told and overcome without a restart", disks=1)


def test_a_server_that_is_killed_on_a_full_disk_has_shown_nothing_that_is_not_stored(
    tmp_path: Path, promise: Promise
) -> None:
    with small_disk(tmp_path / "disk") as disk, new_server(disk.folder, *TO_THE_END) as server:
        with reconnecting(server.target) as stub:
            create_made_up_set(stub, "many", EXAMPLES)
            clients = Clients(server, stub, 1)
            disk.fill()
            clients.work_until_refused()
            clients.lose(server, "killed")
            disk.make_room()
            clients.note_what_is_stored(disk.folder)
            server.start()
            clients.work()
            clients.wait_for_the_end()
        clients.compare(disk.folder)
        assert server.stop() == 0
    promise("a kill on a full disk loses nothing that was shown", disks=1)


def test_a_server_that_finds_its_disk_full_says_so_and_starts_when_there_is_room(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk") as disk, new_server(disk.folder, *TO_THE_END) as server:
        assert server.stop() == 0
        disk.fill()
        server.launch()
        assert server.process is not None
        assert server.process.wait(PATIENCE) == 1
        assert "the disk is full" in server.said()
        assert "Traceback" not in server.said()
        disk.make_room()
        server.start()
        assert server.stop() == 0
