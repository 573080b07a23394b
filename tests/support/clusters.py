"""Replicas and workers on one PostgreSQL database, as their own processes, for tests."""

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TypeAlias

from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from network_links import Link, Trouble
from postgres_server import PostgresServer, postgres_server
from servers import OwnProcess, ServerProcess, nursery

from bench.ports import free_port
from service.clock import SystemClock
from storage import open_store
from training.ports import Store

#: Longer than the lease of a worker lives without being renewed, in seconds.
LONG_STOP = 7.0

#: How long a process waits for an answer of its database, in milliseconds: a network that passes
#: nothing on may be silent for less than that, or for more.
_ANSWER_MILLISECONDS = 3_000

#: How often to look whether a process has given up.
_LOOK_SECONDS = 0.2


@dataclass
class WorkerProcess(OwnProcess):
    """A worker as its own process."""

    database: str
    log: Path

    def launch(self) -> None:
        self.process = nursery().start(["work", "--database", self.database], self.log)


Killable: TypeAlias = ServerProcess | WorkerProcess | PostgresServer


@dataclass
class Cluster:
    """A database, its replicas and its workers, each with a network of its own to the database.

    Clients reach each replica over one of the networks `to_replicas`.
    """

    postgres: PostgresServer
    database: str
    replicas: list[ServerProcess]
    workers: list[WorkerProcess]
    to_replicas: list[Link]
    to_database: list[Link]
    choices: random.Random = field(default_factory=lambda: random.Random(1))
    _victims: list[Killable] = field(default_factory=list, init=False)
    _troubles: list[Trouble] = field(default_factory=list, init=False)

    def start(self) -> None:
        """Start all replicas and workers, and wait until the replicas serve."""
        for process in self.processes:
            process.launch()
        for replica in self.replicas:
            replica.wait_until_serving()

    @property
    def processes(self) -> list[ServerProcess | WorkerProcess]:
        return [*self.replicas, *self.workers]

    def port(self) -> int:
        """Return a port that leads to one of the replicas, which may be starting."""
        return self.choices.choice(self.to_replicas).port

    @contextmanager
    def stub(self) -> Iterator[TrainingServiceStub]:
        replica = self.choices.choice(self.replicas)
        replica.wait_until_serving()
        with replica.stub() as stub:
            yield stub

    def disturb(self, choices: random.Random) -> str:
        """Kill a process and start it again; return which kind of process it was."""
        victim = self.victim(choices)
        victim.kill()
        return self.bring_back(victim)

    def victim(self, choices: random.Random) -> Killable:
        """Choose any process, and each once before one is chosen again."""
        if not self._victims:
            self._victims = [*self.processes, self.postgres]
            choices.shuffle(self._victims)
        return self._victims.pop()

    def bring_back(self, victim: Killable) -> str:
        """Start a process that was killed; return which kind of process it is, for a count."""
        if isinstance(victim, PostgresServer):
            victim.start()
            return "kills_of_the_database"
        victim.launch()
        return "kills_of_workers" if isinstance(victim, WorkerProcess) else "kills_of_replicas"

    def stop_for_long(self, choices: random.Random) -> None:
        """Stop a worker for longer than its lease, and let it go on."""
        process = choices.choice(self.workers).process
        assert process is not None
        process.send_signal(signal.SIGSTOP)
        time.sleep(LONG_STOP)
        process.send_signal(signal.SIGCONT)

    @contextmanager
    def supervised(self) -> Iterator[None]:
        """Start processes again for the block that gave up: those that met no database."""
        is_over = Event()

        def supervise() -> None:
            while not is_over.wait(_LOOK_SECONDS):
                for process in self.processes:
                    process.revive()

        for process in self.processes:
            process.is_supervised = True
        supervisor = Thread(target=supervise)
        supervisor.start()
        try:
            yield
        finally:
            is_over.set()
            supervisor.join()

    def partition(self, choices: random.Random) -> Trouble:
        """Let a network have a trouble, for less or more than a lease; return which.

        Each kind of trouble comes once before one comes again.
        """
        if not self._troubles:
            self._troubles = list(Trouble)
            choices.shuffle(self._troubles)
        trouble = self._troubles.pop()
        with choices.choice([*self.to_replicas, *self.to_database]).having(trouble):
            time.sleep(choices.uniform(0, LONG_STOP))
        return trouble

    def balanced(self) -> Link:
        """Return a network that leads each connection to any replica."""
        return Link(self.port)

    def replace(self) -> Iterator[str]:
        """Replace each process by a new one; yield which kind it was when the new one is there."""
        for process in self.processes:
            assert process.stop() == 0
            kind = self.bring_back(process).removeprefix("kills_of_")
            if isinstance(process, ServerProcess):
                process.wait_until_serving()
            yield f"{kind}_replaced"

    def kill(self) -> None:
        """Kill all replicas and workers, but not the database."""
        for process in self.processes:
            process.kill()

    def restart(self) -> None:
        """Kill all replicas and workers, and start them again."""
        self.kill()
        self.start()

    @contextmanager
    def left(self) -> Iterator[Store]:
        """Kill all replicas and workers, open their database, and start them again."""
        self.kill()
        with self.store() as store:
            yield store
        self.start()

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the database as one more process would."""
        with closing(open_store(self.database, SystemClock())) as store:
            yield store


@contextmanager
def new_cluster(
    folder: Path, replicas: int, workers: int, **postgres_settings: str
) -> Iterator[Cluster]:
    """A cluster with a database server of its own; its logs are in this folder."""
    with postgres_server(**postgres_settings) as postgres, ExitStack() as closing_links:

        def link(port: Callable[[], int]) -> Link:
            return closing_links.enter_context(closing(Link(port)))

        name = postgres.create()
        to_database = [link(lambda: postgres.port) for _ in range(replicas + workers)]
        urls = [
            f"{postgres.url(name, each.port)}?tcp_user_timeout={_ANSWER_MILLISECONDS}"
            for each in to_database
        ]
        servers = [
            ServerProcess(
                urls[each],
                folder / f"replica-{each}.log",
                free_port(),
                free_port(),
                more=("--workers", "0"),
            )
            for each in range(replicas)
        ]
        cluster = Cluster(
            postgres,
            postgres.url(name),
            servers,
            [
                WorkerProcess(url, folder / f"worker-{index}.log")
                for index, url in enumerate(urls[replicas:])
            ],
            [link(partial(getattr, server, "port")) for server in servers],
            to_database,
        )
        cluster.start()
        with cluster.supervised():
            try:
                yield cluster
            finally:
                for process in cluster.processes:
                    if process.process is not None and process.process.poll() is None:
                        process.kill()
