"""PostgreSQL, servers and workers as their own processes, with the settings of their users."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import clearprop
from postgres_server import PostgresServer

from service.cli.demo.process import DemoProcess, ServerProcess

#: What a new installation has. Those of tests are less safe, and faster.
_SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "wal_level": "replica",
    "max_wal_senders": "10",
    "shared_buffers": "128MB",
    "deadlock_timeout": "1s",
}

_ONLY_CALLS = ("--workers", "0")


class WorkerProcess(DemoProcess):
    """A worker that trains the runs of servers with the same database, `threads` at a time."""

    def __init__(self, database: str, log: Path, threads: int) -> None:
        super().__init__(log)
        self._database, self._threads = database, threads

    def _arguments(self) -> list[str]:
        return ["work", "--database", self._database, "--threads", str(self._threads)]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A database, and processes that use it."""

    postgres: PostgresServer
    servers: Sequence[ServerProcess]
    clients: Sequence[clearprop.Client]
    workers: Sequence[WorkerProcess]

    @property
    def database(self) -> str:
        """The URL of the database."""
        return self.postgres.url()


@contextmanager
def postgres(folder: Path, **settings: str) -> Iterator[PostgresServer]:
    """Run PostgreSQL, with its data in a new folder, until the block ends."""
    folder.mkdir()
    folder.chmod(0o711)  # the user that runs the server must reach its data
    server = PostgresServer(folder, **_SETTINGS | settings)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def cluster(folder: Path, *, workers: int = 2, threads: int = 1) -> Iterator[Cluster]:
    """Run two servers and a number of workers on a new database until the block ends."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres(folder / "postgres"))
        servers = [
            ServerProcess(database.url(), folder / "server.log", *_ONLY_CALLS) for _ in range(2)
        ]
        for server in servers:
            start(stack, server)
        clients = [stack.enter_context(clearprop.connect(each.target)) for each in servers]
        running = [
            WorkerProcess(database.url(), folder / f"worker-{number}.log", threads)
            for number in range(workers)
        ]
        for worker in running:
            start(stack, worker)
        yield Cluster(database, servers, clients, running)


def start(stack: ExitStack, process: DemoProcess) -> None:
    """Start a process that is stopped when the stack is closed."""
    stack.enter_context(process).start()


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process and its children, also of those that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0  # it has ended since; its parent has its time
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(processor_seconds(int(child)) for child in children)
