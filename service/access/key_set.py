"""The public keys of an issuer of JWTs, read again regularly so that they can rotate."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.background_task import BackgroundTask
from service.threads import Threads

logger = logging.getLogger(__name__)

#: The intervals between reads of a file and of a URL, in seconds.
_FILE_SECONDS, _URL_SECONDS = 1.0, 60.0

#: How long the answer of a URL may take, in seconds, and how large it may be, in bytes.
_TIMEOUT_SECONDS, _MOST_BYTES = 10.0, 2**20

_HTTPS = "https://"


class InvalidKeys(ValueError):
    """The keys cannot be read; the message is for people."""


class KeySet(BackgroundTask):
    """The keys of a JSON Web Key Set in a file or at a URL.

    Keys that cannot be read again remain valid until the next ones are read.
    """

    def __init__(self, source: str, threads: Threads) -> None:
        self._source = source
        self._threads = threads
        #: Is called with the ids of keys that are not valid any more.
        self.on_removal: Callable[[set[str | None]], None] = lambda _: None
        self._content = b""
        self._has_failed = False
        self._keys: dict[str | None, jwt.PyJWK] = {}

    def load(self) -> None:
        """Read the keys for the first time. Raises InvalidKeys if they are in a file."""
        try:
            self._take(self._read())
        except InvalidKeys as error:
            if not self._source.startswith(_HTTPS):
                raise
            self._fail(error)  # the issuer may be there later

    def key(self, key_id: str | None) -> jwt.PyJWK | None:
        """Return the key with an id; without an id, the only key if there is one."""
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(key_id)

    async def _repeat(self) -> None:
        while True:
            is_url = self._source.startswith(_HTTPS)
            await asyncio.sleep(_URL_SECONDS if is_url else _FILE_SECONDS)
            try:
                content = await self._threads.run(self._read)
                if content != self._content:
                    before = self._keys
                    self._take(content)
                    self.on_removal({each for each in before if not self._has_same(each, before)})
                self._has_failed = False
            except InvalidKeys as error:
                self._fail(error)

    def _read(self) -> bytes:
        try:
            if not self._source.startswith(_HTTPS):
                return Path(self._source).read_bytes()
            request = Request(self._source, headers={"Accept": "application/json"})  # noqa: S310
            with urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 (https)
                content: bytes = answer.read(_MOST_BYTES + 1)
        except (OSError, URLError) as error:
            raise InvalidKeys(f"the keys at {self._source} cannot be read: {error}") from error
        if len(content) > _MOST_BYTES:
            raise InvalidKeys(f"the keys at {self._source} exceed {_MOST_BYTES} bytes")
        return content

    def _take(self, content: bytes) -> None:
        try:
            keys = jwt.PyJWKSet.from_json(content.decode()).keys
        except (jwt.PyJWTError, ValueError, AttributeError) as error:
            raise InvalidKeys(
                f"{self._source} is not a JSON Web Key Set with usable keys: {error}"
            ) from error
        # A secret among public keys is a mistake: whoever can read it could sign.
        self._keys = {key.key_id: key for key in keys if key.key_type != "oct"}
        self._content = content

    def _has_same(self, key_id: str | None, before: dict[str | None, jwt.PyJWK]) -> bool:
        now = self._keys.get(key_id)
        return now is not None and _public(now) == _public(before[key_id])

    def _fail(self, error: InvalidKeys) -> None:
        if not self._has_failed:
            logger.warning("%s; known keys remain valid", error)
        self._has_failed = True


def _public(key: jwt.PyJWK) -> bytes:
    """Return the content of a public key."""
    content: bytes = key.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return content
