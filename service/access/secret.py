"""The secrets of tokens: 256 random bits, in a form that secret scanners find.

A secret is `clearprop_`, 43 letters and digits with the random bits, and 6 with their CRC-32. The
CRC tells a mistyped secret, or a false find of a scanner, from an unknown one.
"""

import re
import secrets
import zlib
from hashlib import sha256
from string import ascii_letters, digits

PREFIX = "clearprop_"

_ALPHABET = digits + ascii_letters
_BYTES = 32
_LENGTH, _CHECK_LENGTH = 43, 6
_FORM = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{_LENGTH}}})([0-9A-Za-z]{{{_CHECK_LENGTH}}})", re.ASCII)


def new_secret() -> str:
    """Return a new secret."""
    random = _encoded(int.from_bytes(secrets.token_bytes(_BYTES), "big"), _LENGTH)
    return f"{PREFIX}{random}{_check_of(random)}"


def is_well_formed(secret: str) -> bool:
    """Return whether a text has the form of a secret, and the right CRC."""
    found = _FORM.fullmatch(secret)
    return found is not None and found[2] == _check_of(found[1])


def digest_of(secret: str) -> bytes:
    """Return the SHA-256 of a secret.

    A secret has too many random bits to be guessed from it, so nothing slower is needed.
    """
    return sha256(secret.encode()).digest()


def _check_of(random: str) -> str:
    return _encoded(zlib.crc32(random.encode()), _CHECK_LENGTH)


def _encoded(number: int, length: int) -> str:
    characters = []
    for _ in range(length):
        number, place = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[place])
    return "".join(reversed(characters))
