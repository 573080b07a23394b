"""The profile file: a TOML file with a table for each server that a user connects to."""

import stat
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

_FILES = ("ca", "cert", "key")
_KEYS = dict.fromkeys(("server", "token", *_FILES), str) | {"insecure": bool}


def read_profile(path: Path, name: str) -> dict[str, Any]:
    """Return the values of a profile: the options of a command, by name.

    Files are relative to the folder of the profile file. Raises ValueError if the file or the
    profile cannot be used, and if other users can read a file with a token.
    """
    try:
        profiles = tomllib.loads(path.read_text(encoding="utf-8"))
        mode = path.stat().st_mode
    except OSError as error:
        raise ValueError(f"cannot read the profile {name} in {path}: {error.strerror}") from None
    except ValueError as error:  # of TOML, or of UTF-8
        raise ValueError(f"{path} is not a TOML file: {error}") from None
    profile = profiles.get(name)
    if not isinstance(profile, dict):
        known = ", ".join(sorted(profiles)) or "none"
        raise ValueError(f"{path} has no profile {name!r}: it has {known}")  # noqa: TRY004 (input)
    _check(profile, f"the profile {name} in {path}")
    if "token" in profile and stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise ValueError(f"other users can read {path}, which has a token: run chmod 600 {path}")
    for key in _FILES:
        if key in profile:
            profile[key] = str(path.parent / Path(profile[key]).expanduser())
    return profile


def _check(profile: Mapping[str, object], where: str) -> None:
    for key, value in profile.items():
        if key not in _KEYS:
            near = get_close_matches(key.lower(), _KEYS, 1)
            advice = f"did you mean {near[0]}?" if near else f"use {', '.join(_KEYS)}"
            raise ValueError(f"unknown key {key!r} in {where}: {advice}")
        if not isinstance(value, _KEYS[key]) or value == "":
            kind = "true or false" if _KEYS[key] is bool else "a string in quotes"
            raise ValueError(f"{key} in {where} must be {kind}")
