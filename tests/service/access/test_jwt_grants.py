"""JWTs of the trusted issuer are accepted while their keys and their times are valid."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwts import AUDIENCE, ISSUER, claims
from key_server import ERROR, answer_with, key_server
from patience import PATIENCE

from service.access import key_set
from service.access.jwt_grants import JwtGrants, JwtRules
from service.access.key_set import InvalidKeys, KeySet
from service.clock import SystemClock
from service.threads import Threads
from training.access import Scope
from training.errors import Unauthenticated

SCOPES = "openid clearprop:train clearprop:read"
KEYS = {name: generate_private_key(SECP256R1()) for name in ("first", "second")}
RULES = JwtRules(ISSUER, AUDIENCE, ["ES256"])


def write_keys(file: Path, *names: str) -> None:
    keys = [
        {**ECAlgorithm.to_jwk(KEYS[name].public_key(), as_dict=True), "kid": name} for name in names
    ]
    file.write_text(json.dumps({"keys": keys}))


def signed(key: str = "first", scope: object = SCOPES, **changed: Any) -> str:
    return jwt.encode(claims(scope, **changed), KEYS[key], "ES256", {"kid": key})


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 (the other task reads the keys)
            await asyncio.sleep(0.01)


@pytest.fixture
def threads() -> Iterator[Threads]:
    threads = Threads(1, "test")
    yield threads
    threads.stop()


@pytest.fixture
def keys(tmp_path: Path, threads: Threads) -> KeySet:
    write_keys(tmp_path / "keys.json", "first")
    keys = KeySet(str(tmp_path / "keys.json"), threads)
    keys.load()
    return keys


@pytest.fixture
def grants(keys: KeySet) -> JwtGrants:
    return JwtGrants(RULES, keys, SystemClock())


def test_a_valid_token_names_its_principal_and_the_highest_scope(grants: JwtGrants) -> None:
    grant = grants.grant(signed())
    assert (grant.principal.name, grant.principal.scope) == ("jwt:alice", Scope.TRAIN)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (signed(exp=datetime.now(UTC) - timedelta(minutes=1)), "has expired"),
        (signed(exp=None), "its claim `exp` is missing"),
        (signed(sub=None), "its claim `sub` is missing"),
        (signed(iss="https://other.example"), "it is of another issuer"),
        (signed(aud="other"), "it is for another audience"),
        (signed(scope="train admin"), "none of clearprop:read, clearprop:train, clearprop:admin"),
        (signed(scope=["clearprop:admin"]), "has none of"),
        (signed(sub=""), "is not a name"),
        (signed("second"), "not signed with a known key"),
        (signed()[:-4] + "AAAA", "its signature is wrong"),
        ("nonsense", "it is not a JSON Web Token"),
        (jwt.encode({"sub": "a"}, "x" * 32, "HS256", {"kid": "first"}), "algorithm is not allowed"),
        (jwt.encode({"sub": "a"}, "", "none", {"kid": "first"}), "algorithm is not allowed"),
    ],
)
def test_other_tokens_are_refused_with_the_reason(
    grants: JwtGrants, token: str, message: str
) -> None:
    with pytest.raises(Unauthenticated, match=message):
        grants.grant(token)


async def test_keys_rotate_without_ending_what_is_still_valid(
    keys: KeySet, grants: JwtGrants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_set, "_FILE_SECONDS", 0.01)
    file = tmp_path / "keys.json"
    old, same = grants.grant(signed()), grants.grant(signed())
    keys.start()
    write_keys(file, "first", "second")
    await until(lambda: keys.key("second") is not None)
    new = grants.grant(signed("second"))
    old.check()
    file.write_text("nonsense")
    await asyncio.sleep(0.2)
    new.check()
    write_keys(file, "second")
    await until(lambda: old.has_ended and same.has_ended)
    await keys.stop()

    assert not new.has_ended
    with pytest.raises(Unauthenticated, match="known key"):
        grants.grant(signed())


@pytest.mark.parametrize(
    "answer",
    [
        ERROR,
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (2**20 + 1),
        answer_with(b"\xff"),
    ],
)
async def test_keys_at_a_url_are_read_again_after_any_failure(
    tmp_path: Path, threads: Threads, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr(key_set, "_URL_SECONDS", 0.01)
    write_keys(tmp_path / "keys.json", "first")
    with key_server(tmp_path, monkeypatch) as server:
        server.answer = answer
        keys = KeySet(server.url, threads)
        keys.load()
        keys.start()
        await asyncio.sleep(0.05)
        assert keys.key("first") is None
        server.answer = answer_with((tmp_path / "keys.json").read_bytes())
        await until(lambda: keys.key("first") is not None)
        await keys.stop()


async def test_keys_are_not_read_from_where_others_could_forge_them(
    tmp_path: Path, threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_keys(tmp_path / "keys.json", "first")
    with key_server(tmp_path, monkeypatch) as server, socket.socket() as plain:
        plain.bind(("127.0.0.1", 0))
        plain.listen()
        target = f"http://localhost:{plain.getsockname()[1]}/"
        server.answer = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\n\r\n".encode()
        KeySet(server.url, threads).load()
        plain.setblocking(False)  # noqa: FBT003 (its only argument)
        with pytest.raises(BlockingIOError):
            plain.accept()


@pytest.mark.parametrize("algorithm", ["RS256", "PS512"])
def test_a_key_without_an_algorithm_verifies_those_that_are_named(
    tmp_path: Path, threads: Threads, algorithm: str
) -> None:
    key = generate_rsa_key(65537, 2048)
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    for named, is_valid in ((None, True), (algorithm, True), ("RS384", False)):
        content = {**public, "kid": "a"} | ({} if named is None else {"alg": named})
        (tmp_path / "keys.json").write_text(json.dumps({"keys": [content]}))
        keys = KeySet(str(tmp_path / "keys.json"), threads)
        keys.load()
        rules = JwtRules(ISSUER, AUDIENCE, ["RS256", "PS512", "RS384"])
        token = jwt.encode(claims(SCOPES), key, algorithm, {"kid": "a"})
        with nullcontext() if is_valid else pytest.raises(Unauthenticated, match="algorithm"):
            JwtGrants(rules, keys, SystemClock()).grant(token)


def test_secrets_and_private_keys_verify_nothing(tmp_path: Path, threads: Threads) -> None:
    file = tmp_path / "keys.json"
    private = ECAlgorithm.to_jwk(KEYS["first"], as_dict=True)
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"}
    file.write_text(json.dumps({"keys": [private, secret]}))
    with pytest.raises(InvalidKeys, match="is not a JSON Web Key Set with public keys"):
        KeySet(str(file), threads).load()


@pytest.mark.parametrize("content", ["", "{}", '{"keys": []}', "[1]", '{"keys": [{"kty": "RSA"}]}'])
def test_a_file_without_keys_is_refused(tmp_path: Path, threads: Threads, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(InvalidKeys, match="is not a JSON Web Key Set"):
        KeySet(str(tmp_path / "keys.json"), threads).load()


def test_a_missing_file_is_refused(tmp_path: Path, threads: Threads) -> None:
    with pytest.raises(InvalidKeys, match="cannot be read"):
        KeySet(str(tmp_path / "missing.json"), threads).load()
