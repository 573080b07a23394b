"""The group of all commands, which loads a command when it is used."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from re import sub
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from clearprop.cli.commands import PANELS
from clearprop.cli.option_names import CURRENT
from clearprop.cli.server_options import NAMES, with_server_options

#: The group of entry points by which clearprop-server adds its commands: a function for each.
ENTRY_POINTS = "clearprop.commands"


class Commands(Mapping[str, Any]):
    """The commands of the table by name."""

    def __init__(self) -> None:
        self._entries = {name: each for panel in PANELS.values() for name, each in panel.items()}
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - of a class that Typer keeps private
        if name not in self._loaded:
            self._loaded[name] = get_command(self._app(name))
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def _app(self, name: str) -> typer.Typer:
        target = self._entries[name].target
        found = _of_the_server(name) if target is None else _of_this_package(target)
        if found is None:
            return _not_installed(name)
        if isinstance(found, typer.Typer):
            return found
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(name, cls=PlainCommand)(with_server_options(found))
        return app


class PlainCommand(TyperCommand):
    """A command whose help is as usual: without braces, types and parentheses of Typer's own."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - private to Typer
        """Return the parts of the usage, such as [OPTIONS] and NETWORK."""
        return [sub("[{}]", "", piece) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the arguments, by their names alone, and the options with their defaults."""
        _write_parameters(self, ctx, formatter)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Run the command, whose options errors then name."""
        CURRENT.set(self.params)
        return super().invoke(ctx)


class PlainGroup(TyperGroup):
    """A group of commands whose help is like that of `PlainCommand`."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the options with their defaults, and the commands."""
        _write_parameters(self, ctx, formatter)
        self.format_commands(ctx, formatter)


def _write_parameters(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
    parameters = command.get_params(ctx)
    connects = any(each.name == "server" for each in parameters)
    for title, kind, of_server in (
        ("Arguments", "argument", False),
        ("Options", "option", False),
        ("Connection", "option", True),
    ):
        records = [
            each.get_help_record(ctx)
            for each in parameters
            if each.param_type_name == kind and (connects and each.name in NAMES) is of_server
        ]
        rows = [
            (sub(" <.*>$", "", name) if kind == "argument" else name, _plain_default(words))
            for name, words in filter(None, records)
        ]
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)


def _plain_default(words: str) -> str:
    """Return a help text in which a default that is described has no parentheses."""
    return sub(r"\[default: \((.*)\)", r"[default: \1", words)


class CommandGroup(TyperGroup):
    """The group of all commands. Its help is the table of commands."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - whatever Typer gives a group
        super().__init__(**attributes)
        self.commands = cast("Any", Commands())

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - as in the base class
        """Return the names of all commands, in the order of the help."""
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - as above
        """Write the table of commands, panel by panel."""
        width = max(map(len, self.commands))
        for panel, entries in PANELS.items():
            with formatter.section(panel):
                formatter.write_dl(
                    [(f"{name:<{width}}", each.help) for name, each in entries.items()]
                )

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:  # noqa: ANN401 - as above
        """Return the names of commands and options that complete a word; it loads no command."""
        commands = self.commands
        self.commands = {
            name: TyperCommand(name, short_help=each.help)
            for entries in PANELS.values()
            for name, each in entries.items()
        }
        try:
            return super().shell_complete(ctx, incomplete)
        finally:
            self.commands = commands


def _of_this_package(target: str) -> Any:  # noqa: ANN401 - a function or a typer.Typer
    module, _, attribute = target.partition(":")
    return getattr(import_module(f"clearprop.cli.{module}"), attribute)


def _of_the_server(name: str) -> Any:  # noqa: ANN401 - as above
    # Here, not above: it takes a third of the time of `clearprop --help`.
    from importlib.metadata import entry_points  # noqa: PLC0415

    for each in entry_points(group=ENTRY_POINTS, name=name):
        return each.load()
    return None


def _not_installed(name: str) -> typer.Typer:
    """Return a command that says how to install the command of this name."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)

    @app.command(
        name,
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )
    def explain() -> None:
        typer.echo(
            f"Error: `clearprop {name}` needs the server. Run: pip install clearprop-server",
            err=True,
        )
        raise typer.Exit(2)

    return app
