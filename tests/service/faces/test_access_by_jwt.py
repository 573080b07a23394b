"""A server accepts only the JWTs of its issuer, with keys that can change while it runs."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import jwt
import pytest
import pytest_asyncio
from access_matrix import answered, check_methods, check_routes, http, metadata, untyped_stub
from clearprop.v1 import training_service_pb2 as pb
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwts import AUDIENCE, ISSUER, claims
from key_server import ERROR, KeyServer, answer_with, key_server
from patience import PATIENCE

from service.access import key_set
from service.app import Server
from service.settings import Settings
from training.access import Scope

SCOPES = "openid clearprop:read"
KEYS: dict[str, Any] = {
    "first": ec.generate_private_key(ec.SECP256R1()),
    "second": rsa.generate_private_key(65537, 2048),
    "unknown": ec.generate_private_key(ec.SECP256R1()),
}
ALGORITHMS = {"first": "ES256", "second": "RS256", "unknown": "ES256"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


def key_set_of(*names: str) -> bytes:
    kinds: dict[str, Any] = {"ES256": ECAlgorithm, "RS256": RSAAlgorithm}
    keys = [
        {**kinds[ALGORITHMS[name]].to_jwk(KEYS[name].public_key(), as_dict=True), "kid": name}
        for name in names
    ]
    return json.dumps({"keys": keys}).encode()


def signed(key: str = "first", scope: object = SCOPES, **changed: Any) -> str:
    return jwt.encode(claims(scope, **changed), KEYS[key], ALGORITHMS[key], {"kid": key})


def signed_with_the_public_key(form: Encoding) -> str:
    """Return a token whose HMAC has the public key as its secret, which everybody knows."""
    secret = KEYS["second"].public_key().public_bytes(form, PublicFormat.SubjectPublicKeyInfo)
    head = {"alg": "HS256", "typ": "JWT", "kid": "second"}
    body = {**claims(SCOPES), "exp": 2**33}
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()) for each in (head, body)]
    content = b".".join(part.rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(hmac.digest(secret, content, "sha256")).rstrip(b"=")
    return b".".join((content, signature)).decode()


def minutes(number: int) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=number)


#: Tokens that are not valid, each with a part of the reason.
REFUSED = {
    "of another issuer": (signed(iss="https://other.example"), "of another issuer"),
    "for another audience": (signed(aud="other"), "for another audience"),
    "expired": (signed(exp=minutes(-1)), "has expired"),
    "not valid yet": (signed(nbf=minutes(60)), "is not valid yet"),
    "without an end": (signed(exp=None), "claim `exp` is missing"),
    "without a scope": (signed(scope="openid"), "has none of clearprop:read"),
    "of a number": (signed(sub=7), "claim `sub` is not a name"),
    "unsigned": (
        jwt.encode(claims(SCOPES), "", "none", {"kid": "first"}),
        "algorithm is not allowed",
    ),
    "with a secret": (signed_with_the_public_key(Encoding.PEM), "algorithm is not allowed"),
    "with a secret in DER": (signed_with_the_public_key(Encoding.DER), "algorithm is not allowed"),
    "with another algorithm": (
        jwt.encode(claims(SCOPES), KEYS["second"], "PS256", {"kid": "second"}),
        "algorithm is not allowed",
    ),
    "with an unknown key": (signed("unknown"), "not signed with a known key"),
    "with a key that it contains": (
        jwt.encode(
            claims(SCOPES),
            KEYS["unknown"],
            "ES256",
            {"jwk": ECAlgorithm.to_jwk(KEYS["unknown"].public_key(), as_dict=True)},
        ),
        "not signed with a known key",
    ),
    "with the name of another key": (
        jwt.encode(claims(SCOPES), KEYS["unknown"], "ES256", {"kid": "first"}),
        "its signature is wrong",
    ),
    "nonsense": ("a.b.c", "is not a JSON Web Token"),
}


@dataclass
class Source:
    """Where the server finds its keys."""

    address: str
    file: Path | None = None
    server: KeyServer | None = field(default=None)

    def publish(self, content: bytes | None) -> None:
        """Replace the keys; None: they cannot be read."""
        if self.server is not None:
            self.server.answer = ERROR if content is None else answer_with(content)
        elif self.file is not None:
            next_ = self.file.with_suffix(".new")
            next_.write_bytes(b"{" if content is None else content)
            next_.replace(self.file)


@dataclass(frozen=True)
class Open:
    """A server in this process that accepts JWTs."""

    source: Source
    http: str | None
    stub: Any

    async def answers(self, token: str) -> list[tuple[Any, str]]:
        """Return the codes and the messages of a call and of a stream over both faces."""
        found: list[tuple[Any, str]] = []
        for target in ("GET /v1/networks/xor", "GET /v1/networks/xor:verify"):
            code, _, body = await http(self.http, target, f"Bearer {token}")
            found.append((code, body.decode()))
        for call in (self._get(token), self._verify(token)):
            try:
                await call
            except grpc.aio.AioRpcError as error:
                found.append((error.code(), str(error.details())))
            else:
                found.append((grpc.StatusCode.OK, ""))
        return found

    async def is_admitted(self, token: str) -> bool:
        return {code for code, _ in await self.answers(token)} == {200, grpc.StatusCode.OK}

    async def until_admitted(self, token: str, *, is_admitted: bool) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self.is_admitted(token) is not is_admitted:  # noqa: ASYNC110 (polled)
                await asyncio.sleep(0.02)

    async def _get(self, token: str) -> None:
        request = pb.GetNetworkRequest(network="xor")
        await self.stub.GetNetwork(request, metadata=metadata(f"Bearer {token}"))

    async def _verify(self, token: str) -> None:
        request = pb.VerifyHistoryRequest(network="xor")
        call = self.stub.VerifyHistory(request, metadata=metadata(f"Bearer {token}"))
        async for _ in call:
            pass


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["file", "url"])
async def trusting(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Open]:
    folder = tmp_path_factory.mktemp("keys")
    with pytest.MonkeyPatch.context() as patch, key_server(folder, patch) as server:
        patch.setattr(key_set, "_FILE_SECONDS", 0.02)
        patch.setattr(key_set, "_URL_SECONDS", 0.02)
        file = folder / "keys.json"
        source = (
            Source(server.url, server=server) if request.param == "url" else Source(str(file), file)
        )
        source.publish(key_set_of("first", "second"))
        settings = Settings(
            *("127.0.0.1:0", "127.0.0.1:0"),
            database="memory:",
            auth="required",
            jwt_algorithms=("ES256", "RS256"),
            jwt_audience=AUDIENCE,
            jwt_issuer=ISSUER,
            jwt_keys=source.address,
        )
        running = Server(settings, asyncio.get_running_loop())
        addresses = await running.start()
        async with grpc.aio.insecure_channel(addresses.grpc) as channel:
            opened = Open(source, addresses.http, untyped_stub(channel))
            create = pb.CreateNetworkRequest(network="xor", layer_sizes=[2, 1])
            token = signed(scope="clearprop:train")
            await opened.stub.CreateNetwork(create, metadata=metadata(f"Bearer {token}"))
            yield opened
        await running.stop()


@pytest.mark.parametrize("scope", Scope)
async def test_the_scope_of_a_token_decides(trusting: Open, scope: Scope) -> None:
    header = f"Bearer {signed(scope=f'clearprop:{scope.value}')}"
    await check_methods(trusting.stub, scope, header)
    await check_routes(trusting.http, scope, header)


@pytest.mark.parametrize("kind", REFUSED)
async def test_other_tokens_are_refused_with_the_reason(trusting: Open, kind: str) -> None:
    token, reason = REFUSED[kind]
    answers = await trusting.answers(token)
    unauthenticated = grpc.StatusCode.UNAUTHENTICATED
    assert [code for code, _ in answers] == [401, 401, unauthenticated, unauthenticated]
    assert all(reason in message for _, message in answers), answers


@pytest.mark.parametrize("exp", [2**31, 253_402_300_800, 10**30, "4102444800", 4102444800.5])
async def test_a_token_can_last_for_any_time(trusting: Open, exp: float | str) -> None:
    assert await trusting.is_admitted(signed(exp=exp))


async def test_keys_rotate_while_the_server_runs(trusting: Open) -> None:
    old, new = signed("first"), signed("unknown")
    watch = trusting.stub.WatchUpdates(
        pb.WatchUpdatesRequest(network="xor"), metadata=metadata(f"Bearer {old}")
    )
    await watch.read()
    path = "GET /v1/networks/xor/updates:watch"
    async with answered(trusting.http, path, f"Bearer {old}") as (_, events):
        trusting.source.publish(key_set_of("first", "unknown"))
        await trusting.until_admitted(new, is_admitted=True)
        trusting.source.publish(None)
        await asyncio.sleep(0.1)
        assert await trusting.is_admitted(old)
        assert await trusting.is_admitted(new)
        trusting.source.publish(key_set_of("unknown", "second"))

        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await asyncio.wait_for(watch.read(), PATIENCE)
        assert ended.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert b"UNAUTHENTICATED" in await asyncio.wait_for(events.read(), PATIENCE)
    assert not await trusting.is_admitted(old)
    assert await trusting.is_admitted(new)

    trusting.source.publish(key_set_of("first", "second"))
    await trusting.until_admitted(new, is_admitted=False)
