"""A server that hostile clients attack, and healthy ones beside them."""

from collections.abc import Iterator

import pytest
from servers import ServerProcess, new_server

from bench.attacks.attack import Victim
from bench.clients import SOURCE, Healthy

#: One process for all kinds: the quick forms count errors and measure no fractions of seconds.
TOGETHER = [("get", "state", "step", "health", "train", "http-get", "http-step", "watch", "sse")]


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that serves both faces, for the attacks of a module."""
    with new_server(tmp_path_factory.mktemp("attacked"), http=True) as server:
        yield server


@pytest.fixture(scope="module")
def healthy(attacked: ServerProcess) -> Iterator[Healthy]:
    """Nine healthy clients of the attacked server."""
    clients = Healthy(attacked.target, attacked.http.removeprefix("http://"), TOGETHER)
    yield clients
    clients.stop()


@pytest.fixture(scope="module")
def victim(attacked: ServerProcess) -> Victim:
    """What attackers know of the server."""
    return Victim(attacked.target, attacked.http.removeprefix("http://"), SOURCE)
