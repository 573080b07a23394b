"""The public keys of an issuer of JWTs, read again regularly so that they can rotate."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib import request
from urllib.error import HTTPError

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
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


@dataclass(frozen=True, slots=True)
class Key:
    """A public key: `verifying` is bound to one algorithm if the issuer has said which."""

    key_id: str | None
    verifying: jwt.PyJWK | RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey
    content: bytes


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
        self._keys: dict[str | None, Key] = {}

    def load(self) -> None:
        """Read the keys for the first time. Raises InvalidKeys if they are in a file."""
        try:
            self._take(self._read())
        except InvalidKeys as error:
            if not self._source.startswith(_HTTPS):
                raise
            self._fail(error)  # the issuer may be there later

    def key(self, key_id: str | None) -> Key | None:
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
            if self._source.startswith(_HTTPS):
                content = _read_url(self._source)
            else:
                content = Path(self._source).read_bytes()
        except (OSError, HTTPException) as error:
            raise InvalidKeys(f"the keys at {self._source} cannot be read: {error}") from error
        if len(content) > _MOST_BYTES:
            raise InvalidKeys(f"the keys at {self._source} exceed {_MOST_BYTES} bytes")
        return content

    def _take(self, content: bytes) -> None:
        try:
            keys = [_public_key(each) for each in json.loads(content)["keys"]]
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            raise InvalidKeys(f"{self._source} is not a JSON Web Key Set") from error
        usable = {key.key_id: key for key in keys if key is not None}
        if not usable:
            raise InvalidKeys(f"{self._source} is not a JSON Web Key Set with public keys")
        self._keys = usable
        self._content = content

    def _has_same(self, key_id: str | None, before: dict[str | None, Key]) -> bool:
        now = self._keys.get(key_id)
        return now is not None and now.content == before[key_id].content

    def _fail(self, error: InvalidKeys) -> None:
        if not self._has_failed:
            logger.warning("%s; known keys remain valid", error)
        self._has_failed = True


def _read_url(url: str) -> bytes:
    """Return what is at a URL, but not much more than _MOST_BYTES.

    Raises OSError and HTTPException.
    """
    # Not urlopen: it follows redirects to http://, where keys could be forged.
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPSHandler(),
        request.HTTPRedirectHandler(),
        request.HTTPErrorProcessor(),
        request.HTTPDefaultErrorHandler(),
        request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    asked = request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 (https)
    try:
        with opener.open(asked, timeout=_TIMEOUT_SECONDS) as answer:
            content: bytes = answer.read(_MOST_BYTES + 1)
    except HTTPError as error:
        error.close()
        raise
    return content


def _public_key(content: dict[str, str]) -> Key | None:
    """Return a key of a set; None if it cannot verify.

    A secret or a private key among public keys is a mistake: anyone who can read it can sign.
    """
    try:
        found = jwt.PyJWK.from_dict(content)
    except jwt.PyJWTError:
        return None  # of a kind that is not supported
    if not isinstance(found.key, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey):
        return None
    written = found.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Key(found.key_id, found if "alg" in content else found.key, written)
