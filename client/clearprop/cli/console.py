"""Lines and errors on terminals of any width and in pipes."""

import re
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

#: The width of tables in a pipe.
_PIPE_WIDTH = 120

#: What words of a language do not have.
_NAME = re.compile(r"[0-9_.\[/\\]")


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Return a console for the standard output or error; in a pipe, its lines have one width."""
    stream = sys.stderr if stderr else sys.stdout
    if width is None and not stream.isatty():
        width = _PIPE_WIDTH
    return Console(stderr=stderr, highlight=False, width=width)


out = console()
err = console(stderr=True)


def say(markup: str = "", *, end: str = "\n") -> None:
    """Print a line of Rich markup, which only the edge of a terminal breaks."""
    out.print(markup, soft_wrap=True, end=end)
    out.file.flush()


def say_plain(text: str) -> None:
    """Print a line of plain text as fast as possible, for streams."""
    print(text, flush=True)  # noqa: T201 - rich takes as long for one line as this for ten


def sentence(message: str, names: Iterable[str] = ()) -> str:
    """Return a message of the service or the client with a capital letter and a full stop.

    A first word that is one of some names, such as an id, or that is written as one stays as it is.
    """
    first = message.partition(" ")[0].rstrip(".,:;!?")
    if first not in set(names) and not _NAME.search(first):
        message = f"{message[:1].upper()}{message[1:]}"
    return message if message.endswith((".", "!", "?", ":")) else f"{message}."


def show_failure(message: str) -> None:
    """Print an error, in one or more sentences."""
    err.print(f"[bold red]Error:[/] {escape(message)}", soft_wrap=True)


def show_advice(command: str, does: str) -> None:
    """Print a command that helps, and what it does."""
    err.print(f"  clearprop {escape(command)}  [dim]{escape(does)}[/]", soft_wrap=True)
