"""Serves the page and its files; the page itself calls the HTTP API."""

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

_ASSETS = Path(str(files("service.web"))) / "assets"


def web_pages() -> list[BaseRoute]:
    """Return the routes of the page, of its files and of the icon that browsers ask for."""
    content = (_ASSETS / "index.html").read_bytes()
    index = Response(
        content, headers={"Content-Security-Policy": _policy(content)}, media_type="text/html"
    )
    return [
        Route("/", lambda _: index, methods=["GET"]),
        # For pages that name no icon, such as the documentation of the HTTP API.
        Route("/favicon.ico", lambda _: FileResponse(_ASSETS / "icon.svg"), methods=["GET"]),
        Mount("/web", StaticFiles(directory=_ASSETS)),
    ]


def _policy(content: bytes) -> str:
    """Return the content security policy: the page loads only its own files.

    Its one inline script, the import map, is allowed by its hash.
    """
    (import_map,) = re.findall(rb'<script type="importmap">(.*?)</script>', content, re.DOTALL)
    digest = b64encode(sha256(import_map).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; connect-src 'self';"
        " style-src 'self'; img-src 'self' data: blob:; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    )
