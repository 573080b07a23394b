"""What the tests of compiled code share."""

from collections.abc import Iterator

import pytest
from baseline import Baseline


@pytest.fixture(scope="session")
def baseline(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Baseline]:
    """The kernels, compiled once for all tests; none of what was kept before is used."""
    folder = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        folder = folder.parent  # which all processes of this run share
    baseline = Baseline(folder / "kernels-of-the-baseline")
    yield baseline
    baseline.stop()


@pytest.fixture(scope="session", autouse=True)
def _early(request: pytest.FixtureRequest) -> None:
    """Let the compiler work beside the first tests, where later ones need what it makes."""
    if any("baseline" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("baseline")
