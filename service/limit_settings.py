"""Limits as settings: NAME=VALUE, or a table of a file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from service.setting import DEFAULT, Setting
from training.limits import Limits, described

_SETTING = re.compile(r"([a-z_]+)=([0-9]{1,16})(|KiB|MiB|GiB|TiB)")

_UNITS = {"": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def with_settings(limits: Limits, settings: Iterable[str], source: str) -> Limits:
    """Return limits with some of them set by texts such as `networks=100`; the last one counts.

    Sizes can have the unit KiB, MiB, GiB or TiB, as in `store_bytes=20GiB`. Raises ValueError with
    the name of the source for a text that is not a setting, an unknown limit, or a value that it
    cannot have.
    """
    known = {limit.name for limit in described(limits)}
    for setting in settings:
        name, value = _parsed(setting, known, source)
        try:
            limits = replace(limits, **{name: value})
        except ValueError as error:
            raise ValueError(f"{source}: {error}") from None
    return limits


def limits_of_table(table: object, source: str) -> list[str]:
    """Return the texts for the table of a TOML file: `networks = 100`, `store_bytes = "20GiB"`.

    Raises ValueError if it is not a table.
    """
    if not isinstance(table, dict):
        raise ValueError(  # noqa: TRY004 (an operator's mistake)
            f"{source} must be a table, such as [limits] with networks = 100"
        )
    return [f"{name}={value}" for name, value in table.items()]


def _parsed(setting: str, known: set[str], source: str) -> tuple[str, int]:
    name = setting.partition("=")[0].strip()
    found = _SETTING.fullmatch(setting)
    if name not in known:
        near = get_close_matches(name.lower().replace("-", "_"), sorted(known), 1)
        advice = f"did you mean {near[0]}?" if near else "`clearprop info` lists the limits"
        raise ValueError(f"{source}: unknown limit {name!r}: {advice}")
    if found is None:
        raise ValueError(
            f"{source}: {setting!r} does not set a limit: use {name}=VALUE with a whole number"
        )
    number, unit = int(found[2]), found[3]
    if unit and not name.endswith("_bytes"):
        raise ValueError(f"{source}: {name} is not a size: use a number without {unit}")
    return name, number * _UNITS[unit]


def read_limits(
    setting: Setting,
    given: list[str],
    environment: Mapping[str, str],
    in_file: Mapping[str, Any],
    path: str,
) -> tuple[Limits, dict[str, str]]:
    """Return the limits, and the source of each; see `service.settings.read_settings`."""
    source_of_file = f"the setting {setting.key} in {path}"
    limits = Limits()
    sources = {limit.name: DEFAULT for limit in described(limits)}
    for texts, source, name in (
        (limits_of_table(in_file.get(setting.key, {}), source_of_file), source_of_file, path),
        (environment.get(setting.variable, "").split(), setting.variable, setting.variable),
        (given, setting.option, setting.option),
    ):
        limits = with_settings(limits, texts, source)
        sources |= {text.partition("=")[0]: name for text in texts}
    return limits, sources
