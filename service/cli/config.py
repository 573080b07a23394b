"""`clearprop config`: the settings of the server, and where they come from."""

import json
from typing import Annotated, Any

import typer
from clearprop.cli.command_group import PlainCommand, PlainGroup
from clearprop.cli.console import say_plain, sentence, show_failure

from service.cli.setting_options import with_settings_options
from service.setting import text_of
from service.settings import read_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print the settings as JSON.")]

app = typer.Typer(
    name="config",
    cls=PlainGroup,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Show the settings of a server.",
)


@app.callback()
def config() -> None:
    """Show the settings of a server."""


@app.command("show", cls=PlainCommand)
@with_settings_options()
def show(*, as_json: AsJson = False, **options: Any) -> None:  # noqa: ANN401 (of any setting)
    """Show each setting, its value, and where the value comes from.

    The settings are those that `clearprop serve` would have with the same options, variables and
    file. Secrets are not shown.
    """
    try:
        found = read_settings(**options)
    except ValueError as error:
        show_failure(sentence(str(error)))
        raise typer.Exit(1) from None
    values = found.values()
    if as_json:
        document = {
            name: {"value": value, "source": found.sources[name]} for name, value in values.items()
        }
        say_plain(json.dumps(document))
        return
    texts = {name: text_of(value) or "-" for name, value in values.items()}
    name_width, text_width = (max(map(len, each)) for each in (texts, texts.values()))
    for name, text in texts.items():
        say_plain(f"{name:<{name_width}}  {text:<{text_width}}  {found.sources[name]}")
