"""The image, built once, and what was measured of it."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from root_image import USER, Image, what_is_missing

_MEASURED = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_MEASURED] = []


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    terminalreporter.section("image")
    missing = what_is_missing()
    if missing:
        terminalreporter.line(f"NOTHING WAS CHECKED. Do this first: {missing}")
    for line in config.stash[_MEASURED]:
        terminalreporter.line(line)


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Adds a line to the end of the output."""
    return request.config.stash[_MEASURED].append


@pytest.fixture(scope="session")
def image(report: Callable[[str], None]) -> Image:
    missing = what_is_missing()
    if missing:
        pytest.skip(missing)
    started = time.monotonic()
    image = Image.built()
    report(f"built in {time.monotonic() - started:.0f} s")
    return image


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A volume of the user."""
    folder = tmp_path / "data"
    folder.mkdir(0o700)
    os.chown(folder, USER, USER)
    return folder
