"""The HTTP face as an ASGI application."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from re import Pattern
from re import compile as compile_pattern
from urllib.parse import unquote

import grpc
from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Path
from starlette.types import ASGIApp, Receive, Scope, Send

from service.faces.rest.bodies import Bodies
from service.faces.rest.browser_guard import BrowserGuard, Origins
from service.faces.rest.calls import Resource
from service.faces.rest.errors import HttpError, error_response
from service.faces.rest.hosts import Hosts
from service.faces.rest.routes import Route
from service.faces.rest.streams import Streams
from service.threads import Threads


def rest_app(
    routes: Sequence[Route],
    pages: Sequence[BaseRoute],
    bodies: Bodies,
    hosts: Hosts,
    origins: Origins,
    threads: Threads,
) -> ASGIApp:
    """Return the ASGI application that serves the calls and the pages of `hosts`.

    Browsers can make calls from the pages of this server and from those of `origins.callers`.
    `threads` encode responses of streams.
    """
    streams = Streams(threads)
    by_path: dict[str, dict[str, Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, {})[route.method] = route
    paths = [
        Path(_starlette_path(path), Resource(of_methods, streams, bodies))
        for path, of_methods in by_path.items()
    ]
    app = Starlette(
        routes=[*paths, *pages],
        middleware=[
            Middleware(BrowserGuard, hosts=hosts, origins=origins),
            Middleware(
                CORSMiddleware,
                allow_origins=origins.callers,
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=["ETag", "Retry-After", "Content-Disposition"],
            ),
            Middleware(_DecodedVerbs, encoded_verbs=_encoded_verbs(by_path)),
        ],
        exception_handlers={HTTPStatus.NOT_FOUND: _unknown_path},
    )
    app.router.redirect_slashes = False
    return app


def _encoded_verbs(paths: Iterable[str]) -> Pattern[str]:
    """Return a pattern of the verbs at the end of paths, with a percent-encoded colon.

    Some clients encode the colon in front of a verb, as in /v1/networks/first%3Atrain. No id has a
    colon, so this cannot mean anything else.
    """
    verbs = {path.rpartition(":")[2] for path in paths if ":" in path}
    return compile_pattern(f"%3[Aa]({'|'.join(sorted(verbs))})$")


class _Segment(StringConvertor):
    """One segment of a path; what follows a colon is the name of a call, not part of it.

    It is decoded when it is told apart from the others: an encoded slash or colon is part of it.
    """

    regex = "[^/:]+"

    def convert(self, value: str) -> str:
        return unquote(value)


register_url_convertor("segment", _Segment())


def _starlette_path(path: str) -> str:
    return path.replace("}", ":segment}")


class _DecodedVerbs:
    """Replaces the path with the undecoded one, in which the colon of a verb is decoded."""

    def __init__(self, app: ASGIApp, encoded_verbs: Pattern[str]) -> None:
        self._app = app
        self._verbs = encoded_verbs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # `_Segment` decodes each segment.
        scope["path"] = self._verbs.sub(r":\1", scope["raw_path"].decode("ascii"))
        await self._app(scope, receive, send)


async def _unknown_path(request: Request, _: Exception) -> Response:
    return error_response(
        HttpError(
            HTTPStatus.NOT_FOUND,
            grpc.StatusCode.NOT_FOUND,
            "PATH_NOT_FOUND",
            f"unknown path {request.url.path}: /openapi.json lists all paths",
        )
    ).response
