"""What the tests of compiled code share."""

from collections.abc import Iterator
from shutil import rmtree

import pytest
from baseline import Baseline, fingerprint


@pytest.fixture(scope="session")
def baseline(pytestconfig: pytest.Config) -> Iterator[Baseline]:
    """What the baseline computes, once for all tests, and for later runs until sources change."""
    folder = pytestconfig.cache.mkdir(f"kernels-of-the-baseline-{fingerprint()}")
    for other in folder.parent.glob("kernels-of-the-baseline-*"):
        if other != folder:
            rmtree(other, ignore_errors=True)
    baseline = Baseline(folder)
    yield baseline
    baseline.stop()


@pytest.fixture(scope="session", autouse=True)
def _early(request: pytest.FixtureRequest) -> None:
    """Let the compiler work beside the first tests, where later ones need what it makes."""
    if any("baseline" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("baseline")
