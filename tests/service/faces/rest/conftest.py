"""Fixtures of the tests of the HTTP face."""

from collections.abc import Iterator

import pytest
from servers import ServerProcess, new_server


@pytest.fixture(scope="session")
def http_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server that serves HTTP too: use networks of your own, do not stop it."""
    with new_server(tmp_path_factory.mktemp("http-server"), http=True) as process:
        yield process


@pytest.fixture
def own_http_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server of a test's own that serves HTTP too, to be stopped, killed and started again."""
    with new_server(tmp_path_factory.mktemp("own-http-server"), http=True) as process:
        yield process
