"""JWTs of the trusted issuer are accepted while their keys and their times are valid."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm

from service.access import key_set
from service.access.jwt_grants import JwtGrants, JwtRules
from service.access.key_set import InvalidKeys, KeySet
from service.clock import SystemClock
from service.threads import Threads
from training.access import Scope
from training.errors import Unauthenticated

ISSUER, AUDIENCE = "https://issuer.example", "clearprop"
KEYS = {name: generate_private_key(SECP256R1()) for name in ("first", "second")}
RULES = JwtRules(ISSUER, AUDIENCE, ["ES256"])


def write_keys(file: Path, *names: str) -> None:
    keys = [
        {**ECAlgorithm.to_jwk(KEYS[name].public_key(), as_dict=True), "kid": name} for name in names
    ]
    file.write_text(json.dumps({"keys": keys}))


def signed(key: str = "first", **claims: Any) -> str:
    now = datetime.now(UTC)
    content = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "alice",
        "exp": now + timedelta(minutes=5),
        "scope": "openid clearprop:train clearprop:read",
        **claims,
    }
    content = {name: value for name, value in content.items() if value is not None}
    return jwt.encode(content, KEYS[key], "ES256", {"kid": key})


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
    token = signed()
    grant = grants.grant(token)
    assert (grant.principal.name, grant.principal.scope) == ("jwt:alice", Scope.TRAIN)
    assert grants.grant(token) is grant


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
    old = grants.grant(signed())
    keys.start()
    write_keys(file, "first", "second")
    await asyncio.sleep(0.2)
    new = grants.grant(signed("second"))
    old.check()
    file.write_text("nonsense")
    await asyncio.sleep(0.2)
    new.check()
    write_keys(file, "second")
    await asyncio.sleep(0.2)
    await keys.stop()

    assert [old.has_ended, new.has_ended] == [True, False]
    with pytest.raises(Unauthenticated, match="known key"):
        grants.grant(signed())


@pytest.mark.parametrize("content", ["", "{}", '{"keys": []}', "[1]", '{"keys": [{"kty": "RSA"}]}'])
def test_a_file_without_keys_is_refused(tmp_path: Path, threads: Threads, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(InvalidKeys, match="is not a JSON Web Key Set"):
        KeySet(str(tmp_path / "keys.json"), threads).load()


def test_a_missing_file_is_refused(tmp_path: Path, threads: Threads) -> None:
    with pytest.raises(InvalidKeys, match="cannot be read"):
        KeySet(str(tmp_path / "missing.json"), threads).load()
