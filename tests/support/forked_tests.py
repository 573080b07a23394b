"""Runs tests in several processes, which are forked from the one that has collected them.

All modules are loaded and all tests are collected once, where pytest-xdist does both in each
process, and each process takes the next file whenever it is done with one.
"""

import multiprocessing
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, groupby
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeAlias, cast

import pytest
from servers import nursery

_FORK = multiprocessing.get_context("fork")

#: Numbers of tests, in the order of collection, that one process runs: those of a file.
Group: TypeAlias = list[int]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--processes", type=int, default=0, help="run tests in so many processes")


def pytest_configure(config: pytest.Config) -> None:
    processes = config.getoption("processes")
    if processes and not config.option.collectonly:
        config.pluginmanager.register(ForkedTests(processes))


class ForkedTests:
    """A plugin of pytest that runs each test in one of several processes."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._names = count()
        self._waiting: deque[Group] = deque()
        self._working: dict[Connection, _Worker] = {}

    def pytest_sessionstart(self) -> None:
        nursery()  # one that all share; it loads what it needs while tests are collected

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run all tests, and report each here; give up as soon as pytest would."""
        if session.testsfailed:
            return None  # pytest itself says so
        session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        items = enumerate(session.items)
        files = groupby(items, lambda numbered: numbered[1].path)
        self._waiting.extend([number for number, _ in file] for _, file in files)
        try:
            while self._waiting or self._working:
                self._fill(session)
                self._listen(session)
        finally:
            for worker in self._working.values():
                worker.process.kill()
        return True

    def _fill(self, session: pytest.Session) -> None:
        """Fork processes until there are as many as wanted, or as are of use."""
        while self._waiting and len(self._working) < self._processes:
            worker = _Worker(session, f"process-{next(self._names)}", list(self._working))
            self._working[worker.connection] = worker
            worker.give(self._waiting.popleft())

    def _listen(self, session: pytest.Session) -> None:
        """Wait for what processes say, and act on it."""
        for connection in cast("list[Connection]", wait(list(self._working))):
            worker = self._working[connection]
            try:
                said = connection.recv()
            except EOFError:
                del self._working[connection]
                self._bury(session, worker)
            else:
                self._hear(session, worker, said)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)

    def _hear(self, session: pytest.Session, worker: "_Worker", said: Any) -> None:
        hook = session.config.hook
        match said:
            case "begins":
                worker.begun.append(worker.group.popleft())
            case "is idle":
                worker.give(self._waiting.popleft() if self._waiting else [])
            case report:
                report = hook.pytest_report_from_serializable(config=session.config, data=report)
                hook.pytest_runtest_logreport(report=report)

    def _bury(self, session: pytest.Session, worker: "_Worker") -> None:
        """Report the test that has ended its process, if one has; others run what is left."""
        worker.process.join()
        if not worker.process.exitcode:
            return
        if worker.group:
            self._waiting.appendleft(list(worker.group))
        if not worker.begun:
            raise RuntimeError("a process ended before it began with a test")
        item = session.items[worker.begun[-1]]
        report = pytest.TestReport(
            item.nodeid,
            item.location,
            {},
            "failed",
            f"the process of this test ended with code {worker.process.exitcode}",
            "call",
        )
        session.config.hook.pytest_runtest_logreport(report=report)


class _Worker:
    """A process that runs tests, as the one that forked it knows it."""

    def __init__(self, session: pytest.Session, name: str, others: list[Connection]) -> None:
        self.connection, its_end = _FORK.Pipe()
        self.group: deque[int] = deque()
        self.begun: list[int] = []
        of_parent = [*others, self.connection]
        self.process: BaseProcess = _FORK.Process(
            target=_work, args=(session, its_end, of_parent), name=name
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that BLAS has threads
            self.process.start()
        its_end.close()

    def give(self, group: Group) -> None:
        """Have it run these tests; none: have it end."""
        self.group = deque(group)
        self.connection.send(group)


def _work(session: pytest.Session, connection: Connection, of_parent: list[Connection]) -> None:
    """Run groups of tests until an empty one comes."""
    for inherited in of_parent:
        inherited.close()  # so that this process ends if the one that forked it does
    config = session.config
    config.pluginmanager.unregister(name="terminalreporter")
    config.pluginmanager.register(_Reporter(config, connection))
    factory = config._tmp_path_factory  # type: ignore[attr-defined]
    factory._basetemp = factory.getbasetemp() / multiprocessing.current_process().name
    factory._basetemp.mkdir()
    with _own_capture(config):
        item = None
        while group := connection.recv():
            for number in group:
                connection.send("begins")
                item = session.items[number]
                # To pytest, the session is what comes next: what tests share stays.
                is_last = number == group[-1]
                following = session if is_last else session.items[number + 1]
                config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            connection.send("is idle")
        if item is not None:
            _tear_down(session, item)


@contextmanager
def _own_capture(config: pytest.Config) -> Iterator[None]:
    """Write what tests print to a file of this process."""
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
    yield
    capture.stop_global_capturing()


def _tear_down(session: pytest.Session, item: pytest.Item) -> None:
    """Tear down what all tests share, and report it for the last of them if that fails."""
    call = pytest.CallInfo.from_call(
        lambda: session._setupstate.teardown_exact(None), when="teardown"
    )
    report = item.ihook.pytest_runtest_makereport(item=item, call=call)
    item.ihook.pytest_runtest_logreport(report=report)


class _Reporter:
    """Reports tests to the process that forked this one."""

    def __init__(self, config: pytest.Config, connection: Connection) -> None:
        self._config = config
        self._connection = connection

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        hook = self._config.hook
        data = hook.pytest_report_to_serializable(config=self._config, report=report)
        self._connection.send(data)
