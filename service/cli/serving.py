"""`clearprop serve`: starts the server."""

import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import typer
from clearprop.cli.collection import paused
from clearprop.cli.console import say, sentence, show_failure

from service.cli.setting_options import with_settings_options
from service.settings import Settings, quiet_grpc, read_settings

if TYPE_CHECKING:
    from service.app import Addresses

logger = logging.getLogger(__name__)


@with_settings_options()
def serve(**options: Any) -> None:  # noqa: ANN401 (of any setting)
    """Start a server.

    Press Ctrl-C to stop it. Active runs stop between two updates and resume when the server is
    started again.
    """
    # Imported here because it takes longer than any client command.
    with paused():
        from service import app  # noqa: PLC0415
        from service.insight.logs import configure  # noqa: PLC0415

    quiet_grpc()
    serving = False

    def announce(addresses: app.Addresses) -> None:
        nonlocal serving
        serving = True
        _say_start(settings, addresses)

    try:
        settings = read_settings(**options).settings
        configure(settings.log_format, settings.log_level)
        has_ended = app.serve(settings, announce)
    except Exception as error:
        # After the start, an error is a bug: its traceback belongs in the log.
        if serving:
            raise
        show_failure(sentence(str(error) or type(error).__name__))
        raise typer.Exit(1) from None
    tell(settings, "stopped", "Stopped.")
    if not has_ended:
        leave()


def leave() -> None:
    """End the process without waiting for connections and threads that nobody needs any more."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _say_start(settings: Settings, addresses: "Addresses") -> None:
    grpc, http, metrics = addresses.grpc, addresses.http, addresses.metrics
    database = settings.shown_database.rstrip(":")
    secure = "s" if settings.tls_cert else ""
    over_grpc = f"grpcs://{grpc}" if secure else grpc
    over_http = f" and HTTP on [bold]http{secure}://{http}[/]" if http else ""
    over_metrics = f", and metrics on [bold]http://{metrics}/metrics[/]" if metrics else ""
    tell(
        settings,
        "serving",
        f"Clearprop stores data in {database} and serves gRPC on [bold]{over_grpc}[/]{over_http}"
        f"{over_metrics}",
        database=database,
        grpc=grpc,
        http=http,
        metrics=metrics,
    )


def tell(settings: Settings, event: str, sentence: str, **fields: str | None) -> None:
    """Say something to people, or write it to a log for programs."""
    if settings.log_format == "text":
        say(sentence)
    else:
        logger.info(event, extra=fields)
