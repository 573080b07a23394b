"""The HTTP face as an application of ASGI."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import unquote

import grpc
from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.faces.rest.calls import Resource
from service.faces.rest.refusals import HttpRefusal, told
from service.faces.rest.routes import Route
from service.faces.rest.streams import Streams

_SAFE = {"GET", "HEAD", "OPTIONS"}


def rest_app(
    routes: Sequence[Route],
    pages: Sequence[BaseRoute],
    request_bytes: int,
    allowed_origins: Sequence[str],
) -> ASGIApp:
    """Return what serves the calls, and pages beside them.

    Pages of `allowed_origins` (such as https://example.com) may make calls from a browser, and
    those that this server has itself.
    """
    streams = Streams()
    by_path: dict[str, dict[str, Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, {})[route.method] = route
    paths = [
        Path(_as_starlette_writes(path), Resource(of_methods, streams, request_bytes))
        for path, of_methods in by_path.items()
    ]
    app = Starlette(
        routes=[*paths, *pages],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=allowed_origins,
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=["ETag", "Retry-After", "Content-Disposition"],
            ),
            Middleware(_Guarded, allowed_origins=allowed_origins),
        ],
        exception_handlers={HTTPStatus.NOT_FOUND: _no_such_path},
    )
    app.router.redirect_slashes = False
    return app


class _Segment(StringConvertor):
    """One segment of a path; what follows a colon is the name of a call, not part of it.

    It is decoded when it is told apart from the others: an encoded slash or colon is part of it.
    """

    regex = "[^/:]+"

    def convert(self, value: str) -> str:
        return unquote(value)


register_url_convertor("segment", _Segment())


def _as_starlette_writes(path: str) -> str:
    return path.replace("}", ":segment}")


class _Guarded:
    """Refuses calls that pages of other origins make in the name of whoever looks at them.

    Browsers send some of them without asking first, and say in a header from where. No response is
    to be stored anywhere, nor taken for anything but what it says that it is.
    """

    def __init__(self, app: ASGIApp, allowed_origins: Sequence[str]) -> None:
        self._app = app
        self._allowed = {*allowed_origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # As it came: `_Segment` decodes what stands in it.
        scope["path"] = scope["raw_path"].decode("ascii")
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        app = self._app
        if (
            origin is not None
            and scope["method"] not in _SAFE
            and origin.partition("://")[2] != headers.get("host")
            and not self._allowed & {origin, "*"}
        ):
            app = told(_foreign(origin)).response

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    sent.setdefault(name, value)
            await send(message)

        await app(scope, receive, send_guarded)


_HEADERS: Mapping[str, str] = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def _foreign(origin: str) -> HttpRefusal:
    return HttpRefusal(
        HTTPStatus.FORBIDDEN,
        grpc.StatusCode.PERMISSION_DENIED,
        "ORIGIN_NOT_ALLOWED",
        f"pages of {origin} may not make calls here: start the server with --allow-origin",
    )


async def _no_such_path(request: Request, _: Exception) -> Response:
    return told(
        HttpRefusal(
            HTTPStatus.NOT_FOUND,
            grpc.StatusCode.NOT_FOUND,
            "PATH_NOT_FOUND",
            f"there is nothing at {request.url.path}: /openapi.json lists what there is",
        )
    ).response
