"""Serves the page and its files; the page itself calls the HTTP API."""

import gzip
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from service.web.bundle import bundle
from service.web.lesson_files import lesson_list

_ASSETS = Path(str(files("service.web"))) / "assets"

_TYPES = {"js": "text/javascript", "css": "text/css"}

#: The name of a file changes with its content.
_FOR_EVER = "public, max-age=31536000, immutable"


def web_pages(
    embedders: Sequence[str] = (), assets: Path = _ASSETS, lessons: str | None = None
) -> list[BaseRoute]:
    """Return the routes of the page, of its files and of the icon that browsers ask for.

    Pages of the origins `embedders` can embed the page with `embed=1`, which then changes nothing.
    `lessons` is a folder with more lessons than those of the project.
    """
    page = _Page(assets, embedders)
    return [
        Route("/", page.index, methods=["GET"]),
        # For pages that name no icon, such as the documentation of the HTTP API.
        Route("/favicon.ico", lambda _: FileResponse(assets / "icon.svg"), methods=["GET"]),
        Route("/web/components", page.components, methods=["GET"]),
        Route("/web/{name}.{digest}.{kind}", page.file, methods=["GET"]),
        lesson_list(lessons),
        Mount("/web", StaticFiles(directory=assets)),
    ]


class _Page:
    """The page, as its files are now."""

    def __init__(self, assets: Path, embedders: Sequence[str]) -> None:
        self._assets = assets
        self._embedders = embedders
        self._changed = 0
        self._files: dict[str, _File] = {}

    async def index(self, request: Request) -> Response:
        """Return the index, after a look whether a file has changed."""
        self._refresh()
        return self._answer(request, self._index)

    async def components(self, request: Request) -> Response:
        """Return the page that shows all components."""
        self._refresh()
        if self._components is None:
            return Response("There is no such page.", 404)
        return self._answer(request, self._components)

    def _answer(self, request: Request, page: "_File") -> Response:
        is_embedded = request.query_params.get("embed") == "1"
        embedders = self._embedders if is_embedded else ()
        policy = _policy(self._import_map, embedders)
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
        return page.response(request, "text/html", headers)

    async def file(self, request: Request) -> Response:
        """Return a file that the index names."""
        if not self._files:  # the server has restarted since the index was loaded
            self._refresh()
        file = self._files.get(request.url.path)
        if file is None:
            return Response("This file has another name now: reload the page.", 404)
        media_type = _TYPES[request.path_params["kind"]]
        return file.response(request, media_type, {"Cache-Control": _FOR_EVER})

    def _refresh(self) -> None:
        changed = max(path.stat().st_mtime_ns for path in self._assets.rglob("*"))
        if changed != self._changed:
            made = bundle(self._assets)
            self._index, self._import_map = _File(made.page), made.import_map
            self._components = None if made.components is None else _File(made.components)
            self._files = {address: _File(content) for address, content in made.files.items()}
            self._changed = changed


class _File:
    """A content, also in compressed form."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    @cached_property
    def _compressed(self) -> bytes:
        return gzip.compress(self._content, mtime=0)

    def response(self, request: Request, media_type: str, headers: Mapping[str, str]) -> Response:
        """Return it in the form that the client accepts."""
        is_compressed = "gzip" in request.headers.get("Accept-Encoding", "")
        varied = {**headers, "Vary": "Accept-Encoding"}
        if is_compressed:
            varied["Content-Encoding"] = "gzip"
        content = self._compressed if is_compressed else self._content
        return Response(content, headers=varied, media_type=media_type)


def _policy(import_map: bytes, embedders: Sequence[str]) -> str:
    """Return the content security policy: the page loads only its own files.

    Its one inline script, the import map, is allowed by its hash.
    """
    ancestors = " ".join(embedders) or "'none'"
    digest = b64encode(sha256(import_map).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; connect-src 'self';"
        " style-src 'self'; img-src 'self' data: blob:; base-uri 'none';"
        f" form-action 'none'; frame-ancestors {ancestors}"
    )
