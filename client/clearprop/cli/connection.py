"""The connection to the server, and its errors in a few lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import grpc
import typer
from rich.markup import escape

import clearprop
from clearprop.cli.console import err, sentence, show_advice, show_failure
from clearprop.cli.option_names import option_of
from clearprop.cli.server_options import Server
from clearprop.errors import CLOSED

#: What to do about an error, by its reason: commands and what they do. The names in braces are
#: those of the error's metadata.
_ADVICE = {
    "NETWORK_NOT_FOUND": {"networks": "lists the networks"},
    "NETWORK_EXISTS": {"state {network}": "shows the existing network"},
    "TRAINING_SET_EXISTS": {"import FILE --replace": "replaces a set"},
    "TRAINING_SET_NOT_FOUND": {"training-sets": "lists the training sets"},
    "RUN_NOT_FOUND": {"runs {network}": "lists the runs"},
    "RUN_NOT_OVER": {
        "watch {network} --run {run}": "shows the active run",
        "resume {network}": "resumes it if it is paused",
        "pause {network}": "pauses it",
        "cancel {network}": "cancels it",
    },
    "NO_PAUSED_RUN": {
        "step {network} --on SET --learning-rate RATE --batch-size N --epochs N": "starts a run"
    },
}

#: What to do if the server does not know who calls.
_PROVE = (
    "  Set CLEARPROP_TOKEN to a token that the operator of the server has created, or choose a"
    " profile with --profile."
)

_CLOSING_SECONDS = 2.0


@contextmanager
def connected(server: Server, *, retry_timeout: float = 0.0) -> Iterator[clearprop.Client]:
    """Connect to a server for the block; end the command with exit code 1 on an error.

    A server that does not answer at first is reported at once. `retry_timeout` is for how long a
    connection that is lost later is tried again, in seconds.
    """
    try:
        if retry_timeout:
            with clearprop.connect(server.target, retry_timeout=0, **server.options) as probe:
                probe.server_info()
        client = clearprop.connect(server.target, retry_timeout=retry_timeout, **server.options)
        try:
            yield client
        finally:
            _close(client)
    except clearprop.ClearpropError as error:
        show_error(error, server)
        raise typer.Exit(1) from None
    except ValueError as error:
        show_failure(sentence(str(error)))
        raise typer.Exit(1) from None


def _close(client: clearprop.Client) -> None:
    """Close a connection, but do not wait long: the command ends anyway.

    A Ctrl-C while a stream starts can leave gRPC waiting for a thread that it never started.
    """
    closing = Thread(target=client.close, daemon=True)
    closing.start()
    closing.join(_CLOSING_SECONDS)


def show_error(error: clearprop.ClearpropError, server: Server) -> None:
    """Print an error of the service, every invalid field, and what to do."""
    notes = "".join(f"{note}: " for note in getattr(error, "__notes__", ()))
    if error.violations:
        show_failure(sentence(f"{notes}the request is invalid:"))
        for bad in error.violations:
            description = escape(sentence(bad.description, error.metadata.values()))
            err.print(f"  [bold]{escape(option_of(bad.field))}[/]: {description}", soft_wrap=True)
    elif error.code is grpc.StatusCode.UNAVAILABLE and not error.reason and error.is_transient:
        _show_no_answer(error, server, notes)
    else:
        show_failure(sentence(f"{notes}{error.message}", error.metadata.values()))
    if error.code is grpc.StatusCode.UNAUTHENTICATED:
        err.print(_PROVE, soft_wrap=True)
    for command, does in _ADVICE.get(error.reason, {}).items():
        show_advice(command.format_map(_Known(error.metadata)), does)


def _show_no_answer(error: clearprop.ClearpropError, server: Server, notes: str) -> None:
    if error.message == CLOSED:
        problem = (
            f"the server at {server} has closed the connection. If it uses TLS, connect with"
            " --server grpcs://HOST:PORT, and with --ca FILE if its authority is not a public one;"
            " it may also require a certificate (--cert and --key)."
        )
        show_failure(sentence(f"{notes}{problem}"))
    else:
        problem = f"no server answers at {server}. Start one, or choose another with --server."
        show_failure(sentence(f"{notes}{problem}"))
        show_advice("serve", "starts a server on this machine")


class _Known(dict[str, str]):
    """Metadata in which a missing name is replaced by the name in capital letters."""

    def __missing__(self, name: str) -> str:
        return name.upper()
