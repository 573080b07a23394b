"""`clearprop serve`: starts the server."""

import logging
from dataclasses import replace
from typing import Annotated

import typer
from clearprop.cli.connection import show_failure
from clearprop.cli.output import say

from service.settings import DEFAULT_DATABASE, DEFAULT_GRPC, DEFAULT_HTTP, Settings

Grpc = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        show_default=f"CLEARPROP_GRPC, or {DEFAULT_GRPC}",
        help="Where to listen for gRPC; port 0 takes a free one.",
    ),
]
Http = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        show_default=f"CLEARPROP_HTTP, or {DEFAULT_HTTP}",
        help="Where to listen for REST; `off` for gRPC alone.",
    ),
]
AllowOrigin = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ORIGIN",
        show_default="CLEARPROP_ALLOW_ORIGIN, or none",
        help="Let pages of this origin, https://…, call from a browser; may be repeated.",
    ),
]
Database = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        show_default=f"CLEARPROP_DATABASE, or {DEFAULT_DATABASE}",
        help="Where to keep everything: sqlite:///FILE, or memory: to keep nothing.",
    ),
]


def serve(
    *,
    grpc: Grpc = None,
    http: Http = None,
    allow_origin: AllowOrigin = None,
    database: Database = None,
) -> None:
    """Start a server.

    Ctrl-C stops it. Runs pause between two updates and resume when the server starts again.
    """
    # Here, not above: it takes longer than all of a client's commands do.
    from service import app  # noqa: PLC0415

    _configure_logging()
    serving = False

    def announce(addresses: app.Addresses) -> None:
        nonlocal serving
        serving = True
        rest = f" and REST on [bold]http://{addresses.http}[/]" if addresses.http else ""
        say(f"Clearprop keeps all in {kept_in} and serves gRPC on [bold]{addresses.grpc}[/]{rest}")

    try:
        settings = Settings.from_environment()
        settings = replace(
            settings,
            grpc=grpc or settings.grpc,
            http=http or settings.http,
            allowed_origins=tuple(allow_origin or settings.allowed_origins),
            database=database or settings.database,
        )
        kept_in = settings.database.rstrip(":")
        app.serve(settings, announce)
    except Exception as error:
        # Once it serves, a failure is a fault of the program: its traceback belongs in the log.
        if serving:
            raise
        show_failure(str(error) or type(error).__name__)
        raise typer.Exit(1) from None
    say("stopped")


def _configure_logging() -> None:
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # What uvicorn warns of is what strangers send.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
