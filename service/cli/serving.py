"""`clearprop serve`: starts the server."""

import logging
import os
import sys
from typing import Any

import typer
from clearprop.cli.connection import sentence, show_failure
from clearprop.cli.output import say

from service.cli.setting_options import with_settings_options
from service.settings import quiet_grpc, read_settings


@with_settings_options()
def serve(**options: Any) -> None:  # noqa: ANN401 (of any setting)
    """Start a server.

    Press Ctrl-C to stop it. Active runs stop between two updates and resume when the server is
    started again.
    """
    # Imported here because it takes longer than any client command.
    from service import app  # noqa: PLC0415

    quiet_grpc()
    _configure_logging()
    serving = False

    def announce(addresses: app.Addresses) -> None:
        nonlocal serving
        serving = True
        secure = "s" if settings.tls_cert else ""
        grpc = f"grpcs://{addresses.grpc}" if secure else addresses.grpc
        http = f" and HTTP on [bold]http{secure}://{addresses.http}[/]" if addresses.http else ""
        say(f"Clearprop stores data in {place} and serves gRPC on [bold]{grpc}[/]{http}")

    try:
        settings = read_settings(**options).settings
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
