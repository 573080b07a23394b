"""Options of a command for the settings of the server."""

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any

import typer

from service.setting import Setting
from service.settings import CONFIG, SETTINGS


def with_settings_options(
    *names: str,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command options for these settings, for all of them without names, and for --config.

    The command receives them as keyword arguments, None if they are not given.
    """
    chosen = [each for each in SETTINGS if not names or each.name in names]
    return lambda command: _with_options(command, [CONFIG, *chosen])


def _with_options(command: Callable[..., None], settings: Sequence[Setting]) -> Callable[..., None]:
    @wraps(command)
    def run(**given: Any) -> None:  # noqa: ANN401 (of any setting)
        command(**given)

    found = signature(command, eval_str=True)
    own = [each for each in found.parameters.values() if each.kind is not Parameter.VAR_KEYWORD]
    options = [
        Parameter(each.name, Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(each))
        for each in settings
    ]
    # Typer reads both.
    run.__signature__ = found.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in (*own, *options)}
    return run


def _annotation(setting: Setting) -> Any:  # noqa: ANN401 (a type for Typer)
    option = typer.Option(
        setting.option,
        metavar=setting.declared.metavar or None,
        show_default=f"{setting.variable}, or {setting.default_text}",
        help=setting.declared.help,
    )
    if setting.is_switch:
        return Annotated[bool | None, option]
    if setting.is_repeated:
        return Annotated[list[str] | None, option]
    return Annotated[str | None, option]
