"""`clearprop serve`: starts the server."""

import logging
import os
import sys
from typing import Annotated

import typer
from clearprop.cli.connection import sentence, show_failure
from clearprop.cli.output import say

from service.settings import DEFAULT_DATABASE, DEFAULT_GRPC, DEFAULT_HTTP, Settings

Grpc = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        show_default=f"CLEARPROP_GRPC, or {DEFAULT_GRPC}",
        help="Listen for gRPC on this address. Port 0 selects a free port.",
    ),
]
Http = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        show_default=f"CLEARPROP_HTTP, or {DEFAULT_HTTP}",
        help="Listen for HTTP on this address, or `off` to disable HTTP.",
    ),
]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        metavar="HOST",
        show_default="CLEARPROP_ALLOW_HOST, or none",
        help="Answer HTTP requests for this host name, such as clearprop.example.com. Can be"
        " repeated. Names of loopback and the address of --http are always allowed.",
    ),
]
AllowOrigin = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ORIGIN",
        show_default="CLEARPROP_ALLOW_ORIGIN, or none",
        help="Allow browsers to make calls from pages of this origin, such as https://example.com."
        " Can be repeated.",
    ),
]
Database = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        show_default=f"CLEARPROP_DATABASE, or {DEFAULT_DATABASE}",
        help="Store data in sqlite:///FILE, or only in memory with memory:.",
    ),
]
Limit = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE",
        show_default="CLEARPROP_LIMITS, or the defaults that `clearprop info` shows",
        help="Set a limit, such as networks=100 or store_bytes=20GiB. Can be repeated.",
    ),
]


def serve(
    *,
    grpc: Grpc = None,
    http: Http = None,
    allow_host: AllowHost = None,
    allow_origin: AllowOrigin = None,
    database: Database = None,
    limit: Limit = None,
) -> None:
    """Start a server.

    Press Ctrl-C to stop it. Active runs stop between two updates and resume when the server is
    started again.
    """
    # Imported here because it takes longer than any client command.
    from service import app  # noqa: PLC0415

    _configure_logging()
    serving = False

    def announce(addresses: app.Addresses) -> None:
        nonlocal serving
        serving = True
        http = f" and HTTP on [bold]http://{addresses.http}[/]" if addresses.http else ""
        say(f"Clearprop stores data in {place} and serves gRPC on [bold]{addresses.grpc}[/]{http}")

    try:
        settings = Settings.from_environment(
            grpc=grpc,
            http=http,
            allowed_hosts=allow_host or None,
            allowed_origins=allow_origin or None,
            database=database,
            limits=limit or (),
        )
        place = settings.database.rstrip(":")
        has_ended = app.serve(settings, announce)
    except Exception as error:
        # After the start, an error is a bug: its traceback belongs in the log.
        if serving:
            raise
        show_failure(sentence(str(error) or type(error).__name__))
        raise typer.Exit(1) from None
    say("Stopped.")
    if not has_ended:
        _leave()


def _leave() -> None:
    """End the process without waiting for connections and threads that nobody needs any more."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _configure_logging() -> None:
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # Warnings of uvicorn are about invalid requests from clients.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
