"""/healthz and /readyz."""

import json
from typing import Any

import pytest
import requests
from servers import ServerProcess
from starlette.requests import Request
from starlette.routing import Route

from service.faces.rest.probes import probes
from service.insight.readiness import Status


@pytest.mark.parametrize(("path", "status"), [("healthz", "alive"), ("readyz", "serving")])
def test_a_serving_server_is_alive_and_ready(
    http_server: ServerProcess, path: str, status: str
) -> None:
    answer = requests.get(f"{http_server.http}/{path}", timeout=60)
    assert (answer.status_code, answer.json()) == (200, {"status": status})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert requests.head(f"{http_server.http}/{path}", timeout=60).status_code == 200


async def test_the_reason_is_reported_while_the_server_is_not_ready() -> None:
    now = Status("store failing", "the store is not writable")
    alive, ready = [route for route in probes(lambda: now) if isinstance(route, Route)]
    request: Any = Request({"type": "http"})
    answer = await ready.endpoint(request)
    assert answer.status_code == 503
    assert json.loads(answer.body) == {
        "status": "store failing",
        "reason": "the store is not writable",
    }
    assert (await alive.endpoint(request)).status_code == 200
