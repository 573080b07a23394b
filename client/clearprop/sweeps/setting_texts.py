"""The values of settings as short texts, for labels and tables."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

#: The longest label of a network.
_LONGEST = 255

#: Whole numbers up to this one have the same text as an int and as a float.
_EXACT = 2**53


def text_of(name: str, value: object) -> str:
    """Return the value of a setting as a text, the same for equal values.

    Numbers are exact. A list has slashes between its items, or hyphens if they are hidden layers. A
    value that is too long for a label, such as a matrix, is replaced by a digest.
    """
    plain = _plain(value)
    if isinstance(plain, list) and not any(isinstance(each, list | dict) for each in plain):
        text = ("-" if name == "hidden_layers" else "/").join(map(_word, plain)) or "none"
    elif isinstance(plain, list | dict):
        text = json.dumps(plain, sort_keys=True)
    else:
        text = _word(plain)
    if len(text) > _LONGEST:
        return f"sha256:{sha256(text.encode()).hexdigest()}"
    return text


def words_of(settings: Mapping[str, object]) -> str:
    """Return settings as text: `learning_rate=0.1, batch_size=8`."""
    return ", ".join(f"{name}={text_of(name, value)}" for name, value in settings.items())


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a caller gives
    """Return a value whose arrays and tuples are lists."""
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _word(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        is_whole = value.is_integer() and abs(value) < _EXACT
        return str(int(value)) if is_whole else repr(value)
    return str(value)
