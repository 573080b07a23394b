"""Settings in a TOML file."""

import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any


def read_file(path: str, known: Iterable[str]) -> dict[str, Any]:
    """Return the keys of a TOML file and their values.

    Raises ValueError if the file cannot be read, is not TOML, or has an unknown key.
    """
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot read the settings in {path}: {error.strerror}") from None
    except ValueError as error:  # of TOML, or of UTF-8
        raise ValueError(f"the file {path} is not a TOML file: {error}") from None
    names = sorted(known)
    for key in found:
        if key not in names:
            near = get_close_matches(key.lower().replace("_", "-"), names, 1)
            advice = f"did you mean {near[0]}?" if near else f"use {', '.join(names)}"
            raise ValueError(f"the file {path} has an unknown setting {key!r}: {advice}")
    return found
