"""Checks of settings: each raises ValueError, with a sentence, for a value that cannot be used."""

import re
from collections.abc import Callable
from pathlib import Path

from clearprop.addresses import DEFAULT_SERVER, parse_address

from service.client_scopes import parse_scopes

DEFAULT_GRPC = DEFAULT_SERVER
DEFAULT_HTTP = "127.0.0.1:8080"
DEFAULT_METRICS = "127.0.0.1:9464"

#: The value of `http` that disables HTTP, and of `auth` that disables authentication.
OFF = "off"

#: The value of `workers` that has Ray start them.
RAY = "ray"

#: The value of `auth` that requires authentication.
REQUIRED = "required"

_SMALL_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)
_ORIGIN = re.compile(r"\*|https?://[^\s/@?#;,'\"]+")
_ENDPOINT = re.compile(r"https?://[^\s/@?#]+")
_HOST = re.compile(r"\*|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+", re.ASCII)


def check_grpc(address: str) -> None:
    """Raise ValueError unless this is an address to listen on for gRPC."""
    parse_address(address, example=DEFAULT_GRPC)


def check_http(address: str) -> None:
    """Raise ValueError unless this is an address to listen on for HTTP, or `off`."""
    try:
        if address != OFF:
            parse_address(address, example=DEFAULT_HTTP)
    except ValueError as error:
        raise ValueError(f"{error}; {OFF} disables HTTP") from None


def check_metrics(address: str) -> None:
    """Raise ValueError unless this is an address to listen on for metrics."""
    parse_address(address, example=DEFAULT_METRICS)


def check_endpoint(url: str) -> None:
    """Raise ValueError unless this is the URL of an OTLP endpoint."""
    if not _ENDPOINT.fullmatch(url):
        raise ValueError(f"{url!r} is not an endpoint: use http://HOST:PORT or https://HOST:PORT")


def check_folder(path: str) -> None:
    """Raise ValueError unless this is an existing folder."""
    if not Path(path).is_dir():
        raise ValueError(f"{path!r} is not a folder")


def check_hosts(hosts: tuple[str, ...]) -> None:
    """Raise ValueError unless these are names or addresses of hosts, or *."""
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(
                f"{host!r} is not a host: use a name or an address without a port, such as"
                " clearprop.example.com or [2001:db8::1], or *"
            )


def one_of(*known: str) -> Callable[[str], None]:
    """Return a check that raises ValueError for all but these words."""

    def check(word: str) -> None:
        if word not in known:
            raise ValueError(f"use {', '.join(known[:-1])} or {known[-1]}, not {word!r}")

    return check


def check_origins(origins: tuple[str, ...]) -> None:
    """Raise ValueError unless these are origins of pages, or *."""
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"{origin!r} is not an origin: use SCHEME://HOST or SCHEME://HOST:PORT, such as"
                " https://example.com, or *"
            )


def check_scopes(texts: tuple[str, ...]) -> None:
    """Raise ValueError unless these give names scopes."""
    parse_scopes(texts)


def check_positive(number: int) -> None:
    """Raise ValueError for 0."""
    if not number:
        raise ValueError("must be at least 1")


def check_workers(workers: str) -> None:
    """Raise ValueError unless this is a number of threads, or `ray`."""
    if workers != RAY and not _SMALL_NUMBER.fullmatch(workers):
        raise ValueError(f"{workers!r} is neither a number of threads from 0 to 9999 nor {RAY}")


def check_auth(auth: str) -> None:
    """Raise ValueError unless this is a mode of authentication."""
    if auth not in {OFF, REQUIRED}:
        raise ValueError(f"{auth!r} is neither {OFF} nor {REQUIRED}")
