"""Protects the server from the pages that its users visit in a browser."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

import grpc
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.faces.rest.errors import HttpError, error_response
from service.faces.rest.hosts import Hosts, host_name

#: The extension of an ASGI scope with the host in the target of a request, if it has one.
TARGET_HOST = "clearprop.target_host"

_LONGEST_SHOWN = 100

#: The path of the page, which says itself who may embed it.
_PAGE = "/"

#: Responses are not cached, not guessed, not framed, and not embedded in pages of other origins.
_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Origins(NamedTuple):
    """The origins of other pages that may use a server, such as https://example.com; * is all."""

    callers: Sequence[str] = ()
    embedders: Sequence[str] = ()


class BrowserGuard:
    """Rejects requests for other hosts and from pages of other origins; sets security headers."""

    def __init__(self, app: ASGIApp, hosts: Hosts, origins: Origins) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = {*origins.callers}
        self._is_embeddable = bool(origins.embedders)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; the path and the method do not matter."""
        app = self._app
        try:
            self._check(scope)
        except HttpError as error:
            app = error_response(error).response

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    sent.setdefault(name, value)
            await send(message)

        await app(scope, receive, send_guarded)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        target = scope.get("extensions", {}).get(TARGET_HOST)
        if len(hosts) != 1:
            raise _wrong_host(f"requests need one Host header, not {len(hosts)}")
        (host,) = hosts
        if not self._hosts.allow(host):
            shown = host_name(host)[:_LONGEST_SHOWN]
            raise _wrong_host(
                f"requests for the host {shown!r} are not allowed: to allow them, start the server"
                f" with --allow-host {_option(shown)}"
            )
        if target is not None and target.lower() != host.lower():
            raise _wrong_host("the target of the request and the Host header have different hosts")
        schemes = {scope["scheme"]} | ({"https"} if self._hosts.can_be_proxied(host) else set())
        is_frame = self._is_embeddable and scope["path"] == _PAGE and _is_frame(headers)
        if not is_frame:
            self._check_origin(headers, {_normal(f"{scheme}://{host}") for scheme in schemes})

    def _check_origin(self, headers: Headers, own: Collection[str]) -> None:
        if "*" in self._origins:
            return
        origins = headers.getlist("origin")
        for origin in origins:
            if _normal(origin) not in own and origin not in self._origins:
                raise _wrong_origin(
                    f"requests from the origin {origin[:_LONGEST_SHOWN]!r} are not allowed: to"
                    f" allow them, start the server with --allow-origin {_option(origin)}"
                )
        # Browsers send no origin with a form, an image or a frame that only reads.
        if not origins and _is_embedded(headers):
            raise _wrong_origin("requests from pages of other origins are not allowed")


def _is_embedded(headers: Headers) -> bool:
    """Return whether a page of another origin made the request, except for a link to a page."""
    if headers.get("sec-fetch-site", "none") in {"none", "same-origin"}:
        return False
    is_link = headers.get("sec-fetch-mode") == "navigate"
    return not (is_link and headers.get("sec-fetch-dest") == "document")


def _is_frame(headers: Headers) -> bool:
    """Return whether a frame of another page opens an address."""
    is_opened = headers.get("sec-fetch-mode") == "navigate"
    return is_opened and headers.get("sec-fetch-dest") == "iframe" and "origin" not in headers


def _normal(origin: str) -> str:
    """Return an origin in lower case, without the default port of its scheme."""
    origin = origin.lower()
    port = {"http": ":80", "https": ":443"}.get(origin.partition("://")[0], "")
    return origin.removesuffix(port) if port else origin


def _option(value: str) -> str:
    """Return a value for an option of the command line, or its placeholder if it cannot be one."""
    plain = value.isascii() and value.isprintable() and " " not in value and value != "null"
    return value if plain and 0 < len(value) <= _LONGEST_SHOWN else "…"


def _wrong_host(message: str) -> HttpError:
    return HttpError(
        HTTPStatus.MISDIRECTED_REQUEST,
        grpc.StatusCode.PERMISSION_DENIED,
        "HOST_NOT_ALLOWED",
        message,
    )


def _wrong_origin(message: str) -> HttpError:
    return HttpError(
        HTTPStatus.FORBIDDEN, grpc.StatusCode.PERMISSION_DENIED, "ORIGIN_NOT_ALLOWED", message
    )
