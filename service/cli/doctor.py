"""`clearprop doctor`: checks what may keep a server from starting or working well."""

from typing import Any

import typer
from clearprop.cli.console import out
from rich.markup import escape

from service.cli.setting_options import with_settings_options
from service.doctor.finding import Level, wrong
from service.settings import read_settings

_COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.WRONG: "bold red"}


@with_settings_options()
def doctor(**options: Any) -> None:  # noqa: ANN401 (of any setting)
    """Check the settings, ports, certificates, store, clock and kernels of a server.

    The settings are those that `clearprop serve` would have with the same options, variables and
    file. The exit code is 0 if all is well, 1 after a warning, 2 if something is wrong. The store
    of a server that is running is not verified.
    """
    # Imported here because it takes longer than any client command.
    from service.doctor.checks import check_all  # noqa: PLC0415

    try:
        found = check_all(read_settings(**options))
    except ValueError as error:
        found = iter([wrong("settings", str(error))])
    worst = Level.OK
    for each in found:
        worst = max(worst, each.level)
        level = f"[{_COLOURS[each.level]}]{each.level.name.lower():<7}[/]"
        out.print(f"{level}  {each.subject:<11}  {escape(each.text)}", soft_wrap=True)
    raise typer.Exit(int(worst))
