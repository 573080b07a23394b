"""The documentation of the HTTP face: the OpenAPI document, and a page that displays it."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from http import HTTPStatus
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import grpc
import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Path
from starlette.types import Receive, Scope, Send

from service.faces.rest.documentation.openapi import document
from service.faces.rest.errors import HttpError, error_response
from service.faces.rest.routes import Route

#: The files of the page at /docs, with their media types.
_FILES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "index.html": "text/html",
        "clearprop.css": "text/css",
        "clearprop.js": "text/javascript",
        "swagger-ui.css": "text/css",
        "swagger-ui-bundle.js": "text/javascript",
    }
)

# The style sheet of Swagger UI contains images.
_POLICY = (
    "default-src 'none'; connect-src 'self'; script-src 'self'; img-src 'self' data:; "
    "style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ALLOWED = "GET, HEAD, OPTIONS"


def documentation(routes: Sequence[Route], version: str) -> list[BaseRoute]:
    """Return the routes of /openapi.json and /docs, for the calls at these routes."""
    folder = files("service.faces.rest.documentation") / "swagger_ui"
    pages = {
        "/openapi.json": _Page("application/json", partial(_document, routes, version)),
        **{
            "/docs" if name == "index.html" else f"/docs/{name}": _Page(
                media_type, (folder / name).read_bytes
            )
            for name, media_type in _FILES.items()
        },
    }
    return [Path(path, page) for path, page in pages.items()]


def _document(routes: Sequence[Route], version: str) -> bytes:
    return msgspec.json.encode(document(routes, version))


class _Page:
    """A read-only page, generated at the first request."""

    def __init__(self, media_type: str, content: Callable[[], bytes]) -> None:
        self._media_type = media_type
        self._content = cache(content)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._response(scope["method"])(scope, receive, send)

    def _response(self, method: str) -> Response:
        if method == "OPTIONS":
            return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Allow": _ALLOWED})
        if method in {"GET", "HEAD"}:
            headers = {"Content-Security-Policy": _POLICY}
            return Response(self._content(), headers=headers, media_type=self._media_type)
        return error_response(
            HttpError(
                HTTPStatus.METHOD_NOT_ALLOWED,
                grpc.StatusCode.UNIMPLEMENTED,
                "METHOD_NOT_ALLOWED",
                f"method {method} is not allowed for this path: use {_ALLOWED}",
                {"Allow": _ALLOWED},
            )
        ).response
