"""The program: a group of commands that are loaded when they are used."""

import sys
from typing import Annotated

import typer

from clearprop.cli.command_group import CommandGroup
from clearprop.cli.settings import configure_grpc

app = typer.Typer(
    name="clearprop",
    cls=CommandGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        # Here, not above: few commands need it.
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(f"clearprop {version('clearprop')}")
        raise typer.Exit


@app.callback()
def clearprop(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Train neural networks and inspect every weight update.

    Each update is numbered and stored. It can be watched live, looked up later, and explained.
    """


def run() -> None:
    """Run the command that the arguments name and exit."""
    configure_grpc()
    for stream in (sys.stdout, sys.stderr):
        # What a terminal cannot show is shown as "?", rather than ending the command.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app(prog_name="clearprop")
