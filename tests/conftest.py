"""What all tests share."""

import gc
import os
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from console import Clearprop, run_afresh, run_here
from hypothesis import settings
from longest_first import longest_first
from nursery import SHARED, shared_nursery
from postgres_server import PostgresServer, Template, postgres_server
from promises import PROPERTY, Promise, kept, seconds_by_promise, tries
from servers import ServerProcess, new_server, nursery

from service.clock import SystemClock
from service.threads import Threads
from storage.postgres import PostgresStore

# How long an example takes depends on the machine; tests say what must hold, not how fast.
settings.register_profile("clearprop", deadline=None, max_examples=tries(15))
settings.load_profile("clearprop")

#: Commands that are servers, with signals and an exit code: they run in a process of their own.
_SERVING = {"serve", "work", "demo"}


def pytest_configure(config: pytest.Config) -> None:
    """Let processes of xdist share a nursery, because each would take a second to load."""
    if config.getoption("numprocesses", None) and SHARED not in os.environ:
        sharing = ExitStack()
        sharing.enter_context(shared_nursery())
        config.add_cleanup(sharing.close)


@pytest.fixture
def threads() -> Iterator[Threads]:
    """Threads for work of the server itself."""
    threads = Threads(4, "own")
    yield threads
    threads.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server process that many tests share: use networks of your own, do not stop it."""
    with new_server(tmp_path_factory.mktemp("server")) as process:
        yield process


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server process of a test's own, to be stopped, killed and started again."""
    with new_server(tmp_path_factory.mktemp("own-server")) as process:
        yield process


@pytest.fixture
def stub(server: ServerProcess) -> Iterator[TrainingServiceStub]:
    """The generated stub of the shared server."""
    with server.stub() as stub:
        yield stub


@pytest.fixture
def clearprop(server: ServerProcess, tmp_path: Path) -> Clearprop:
    """Runs commands against the shared server, in this process if the command allows it."""

    def run(
        *arguments: str, code: int = 0, stdin: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        variables = {"CLEARPROP_SERVER": server.target} | variables
        if any(name.startswith("PYTHON") for name in variables):
            # What Python looks at when it starts takes a Python of its own.
            done = run_afresh(list(arguments), os.environ | variables, tmp_path)
        elif arguments[0] in _SERVING:
            done = nursery().run(list(arguments), os.environ | variables, tmp_path)
        else:
            done = run_here(list(arguments), variables, tmp_path, stdin)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL server that tests share: create databases of your own, do not stop it."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> Template:
    """A PostgreSQL database that nothing is in, to be copied."""
    return Template(postgres, lambda url: PostgresStore(url, SystemClock()).close())


@pytest.fixture
def postgres_url(postgres_template: Template) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of a test's own."""
    with postgres_template.copied() as url:
        yield url


@pytest.fixture
def promise(record_property: Callable[[str, object], None]) -> Promise:
    """Says in one line, shown at the end, what was promised and how hard it was tried."""

    def say(words: str, **counts: float) -> None:
        record_property(PROPERTY, kept(words, **counts))

    return say


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage, then or later: what is collected stays to the end."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    return collected


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process waits for another at the end."""
    longest_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = [
        str(line)
        for report in terminalreporter.getreports("passed")
        for name, line in report.user_properties
        if name == PROPERTY
    ]
    _write(terminalreporter, "promises kept", lines)
    phases = [
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport)
    ]
    _write(terminalreporter, "seconds by promise", list(seconds_by_promise(phases)))


def _write(terminalreporter: pytest.TerminalReporter, title: str, lines: list[str]) -> None:
    if lines:
        terminalreporter.section(title)
    for line in lines:
        terminalreporter.line(line)
