"""Probes for load balancers and orchestrators: /healthz and /readyz."""

from collections.abc import Callable
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from service.insight.readiness import Status


def probes(status: Callable[[], Status]) -> list[BaseRoute]:
    """Return the routes: whether the process is alive, and whether it accepts calls."""

    # Coroutines, because Starlette answers others in threads, for which a probe must not wait.
    async def alive(_: Request) -> Response:
        return _json({"status": "alive"}, HTTPStatus.OK)

    async def ready(_: Request) -> Response:
        now = status()
        content = {"status": now.status} | ({"reason": now.reason} if now.reason else {})
        return _json(content, HTTPStatus.OK if now.is_ready else HTTPStatus.SERVICE_UNAVAILABLE)

    return [
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
    ]


def _json(content: dict[str, str], code: HTTPStatus) -> Response:
    return Response(msgspec.json.encode(content) + b"\n", code, media_type="application/json")
