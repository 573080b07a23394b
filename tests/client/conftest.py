"""What the tests of the client share."""

from collections.abc import Iterator

import pytest
from scripted import ScriptedServer


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """A server that says what the test tells it to."""
    server = ScriptedServer()
    yield server
    server.stop()
