"""Connecting to the server, and saying what went wrong in a few lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import grpc
import typer
from rich.markup import escape

import clearprop
from clearprop.cli.output import err

#: What to do about an error, by its reason: commands and what they do. The names in braces are
#: those of the error's metadata.
_ADVICE = {
    "NETWORK_NOT_FOUND": {"networks": "lists those that there are"},
    "NETWORK_EXISTS": {"state {network}": "shows the one that there is"},
    "TRAINING_SET_NOT_FOUND": {"training-sets": "lists those that there are"},
    "RUN_NOT_FOUND": {"runs {network}": "lists those that there are"},
    "RUN_NOT_OVER": {
        "watch {network} --run {run}": "shows the run that is not over",
        "resume {network}": "continues it when it is paused",
        "pause {network}": "stops it",
        "cancel {network}": "ends it",
    },
    "NO_PAUSED_RUN": {
        "step {network} --on SET --learning-rate RATE --batch-size N --epochs N": "opens a run"
    },
}

_CLOSING_SECONDS = 2.0


@contextmanager
def connected(server: str, *, retry_timeout: float = 0.0) -> Iterator[clearprop.Client]:
    """Connect to a server for the block; end the command with exit code 1 if it refuses.

    A server that cannot be reached is reported at once, even with a retry timeout, which is for one
    that is lost later.
    """
    try:
        if retry_timeout:
            with clearprop.connect(server, retry_timeout=0) as probe:
                probe.server_info()
        client = clearprop.connect(server, retry_timeout=retry_timeout)
        try:
            yield client
        finally:
            _close(client)
    except clearprop.ClearpropError as error:
        show_error(error, server)
        raise typer.Exit(1) from None
    except ValueError as error:
        show_failure(str(error))
        raise typer.Exit(1) from None


def _close(client: clearprop.Client) -> None:
    """Close a connection, but do not wait for it for long: the command ends anyway.

    A Ctrl-C in the middle of the beginning of a stream can leave gRPC waiting for a thread that it
    never started.
    """
    closing = Thread(target=client.close, daemon=True)
    closing.start()
    closing.join(_CLOSING_SECONDS)


def show_error(error: clearprop.ClearpropError, server: str) -> None:
    """Print what the service said, every bad field, and what to do."""
    if error.violations:
        show_failure("the server refused this:")
        for bad in error.violations:
            err.print(f"  [bold]{escape(bad.field)}[/]: {escape(bad.description)}", soft_wrap=True)
    elif error.code is grpc.StatusCode.UNAVAILABLE and not error.reason:
        show_failure(f"no server answers at {server}")
        show_advice("serve", "starts one here; --server HOST:PORT names another")
    else:
        show_failure(error.message)
    for command, does in _ADVICE.get(error.reason, {}).items():
        show_advice(command.format_map(_Known(error.metadata)), does)


def show_failure(message: str) -> None:
    """Print what failed."""
    err.print(f"[bold red]error:[/] {escape(message)}", soft_wrap=True)


def show_advice(command: str, does: str) -> None:
    """Print a command that helps and what it does."""
    err.print(f"  clearprop {escape(command)}  [dim]{escape(does)}[/]", soft_wrap=True)


class _Known(dict[str, str]):
    """Metadata in which a name that a server did not send stands for itself."""

    def __missing__(self, name: str) -> str:
        return name.upper()
