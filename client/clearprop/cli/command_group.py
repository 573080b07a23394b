"""The group of all commands, which loads a command when it is used."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, cast

import typer
from typer.core import TyperGroup
from typer.main import get_command

from clearprop.cli.commands import PANELS

#: The group of entry points in which other distributions add commands: a function for each.
ENTRY_POINTS = "clearprop.commands"


class Commands(Mapping[str, Any]):
    """All commands by name."""

    def __init__(self) -> None:
        self._entries = {name: each for panel in PANELS.values() for name, each in panel.items()}
        self._added = {each.name: each for each in entry_points(group=ENTRY_POINTS)}
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - of a class that Typer keeps private
        if name not in self._loaded:
            self._loaded[name] = get_command(self._app(name))
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._entries
        yield from self.unlisted()

    def __len__(self) -> int:
        return len(self._entries) + len(self.unlisted())

    def unlisted(self) -> list[str]:
        """Return the commands of other distributions that are not in the table."""
        return sorted(self._added.keys() - self._entries.keys())

    def _app(self, name: str) -> typer.Typer:
        if name not in self._entries and name not in self._added:
            raise KeyError(name)
        target = self._entries[name].target if name in self._entries else None
        if target is not None:
            module, _, attribute = target.partition(":")
            found = getattr(import_module(f"clearprop.cli.{module}"), attribute)
        elif name in self._added:
            found = self._added[name].load()
        else:
            return _not_installed(name)
        if isinstance(found, typer.Typer):
            return found
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(name)(found)
        return app


class CommandGroup(TyperGroup):
    """The group of all commands. Its help is the table of commands."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - whatever Typer gives a group
        super().__init__(**attributes)
        self._all = Commands()
        self.commands = cast("Any", self._all)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - as in the base class
        """Return the names of all commands, in the order of the help."""
        return list(self._all)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - as above
        """Write the table of commands, panel by panel."""
        panels = {
            panel: [(name, each.help) for name, each in entries.items()]
            for panel, entries in PANELS.items()
        }
        panels["More"] = [
            (name, self._all[name].get_short_help_str()) for name in self._all.unlisted()
        ]
        width = max(map(len, self._all))
        for panel, rows in panels.items():
            if rows:
                with formatter.section(panel):
                    formatter.write_dl([(f"{name:<{width}}", words) for name, words in rows])


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
