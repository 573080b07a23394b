"""Tests in several processes run once each, and all failures are reported, also deaths."""

import os
import subprocess
import sys
from collections import defaultdict
from typing import NamedTuple

import pytest
from documents import ROOT
from longest_first import LONG, TESTS

CONFTEST = """
import os
import pytest
from forked_tests import pytest_addoption, pytest_configure

@pytest.fixture(autouse=True)
def log(request):
    with open("log", "a") as file:
        file.write(f"{request.node.path.stem} {request.node.name} {os.getpid()}\\n")

@pytest.fixture(scope="session")
def shared():
    yield
    assert False, "the shared one cannot be torn down"
"""

TWO_OF_A_FILE = """
import time

def test_first(): time.sleep(0.1)
def test_second(): pass
"""

FILES = {
    "conftest.py": CONFTEST,
    **{f"test_{name}.py": TWO_OF_A_FILE for name in "abcdef"},
    "test_dying.py": """
import os

def test_before(): pass
def test_dies(): os._exit(3)
def test_after(): pass
""",
    "test_failing.py": """
def test_fails():
    print("what it printed")
    assert 1 == 2
""",
    "test_sharing.py": """
def test_shares(shared): pass
""",
}


#: Alone in its folder, with the modules of tests.
PYTEST = [
    *(sys.executable, "-m", "pytest", "-p", "no:schemathesis", "-c", os.devnull, "--rootdir=."),
    *("-o", f"pythonpath={ROOT / 'tests' / 'support'}"),
]


class Ran(NamedTuple):
    """What was printed, and the processes in which each test of each file has begun."""

    printed: str
    processes: dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Tests that were run in two processes."""
    folder = tmp_path_factory.mktemp("tests")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    done = subprocess.run(
        [*PYTEST, "--processes=2"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    processes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in (folder / "log").read_text().splitlines():
        file, test, process = line.split()
        processes[file][test].append(process)
    return Ran(done.stdout + done.stderr, processes)


def test_each_test_runs_once_and_those_of_a_file_in_one_process(ran: Ran) -> None:
    assert {f"{file}.py" for file in ran.processes} == FILES.keys() - {"conftest.py"}
    assert all(len(each) == 1 for tests in ran.processes.values() for each in tests.values())
    for name in "abcdef":
        first, second = ran.processes[f"test_{name}"].values()
        assert first == second


def test_several_processes_run_tests(ran: Ran) -> None:
    run_by = {process for tests in ran.processes.values() for [process] in tests.values()}
    assert len(run_by) == 3  # one of two has died, and was replaced


def test_a_test_that_ends_its_process_fails_and_those_after_it_run(ran: Ran) -> None:
    assert "the process of this test ended with code 3" in ran.printed
    assert list(ran.processes["test_dying"]) == ["test_before", "test_dies", "test_after"]


def test_all_failures_are_reported_with_what_was_printed(ran: Ran) -> None:
    assert "what it printed" in ran.printed
    assert "assert 1 == 2" in ran.printed
    assert "the shared one cannot be torn down" in ran.printed
    assert "2 failed, 15 passed, 1 error" in ran.printed


@pytest.mark.parametrize("path", LONG)
def test_what_runs_first_exists(path: str) -> None:
    assert (TESTS / path).exists()
