"""Calls of every method and every route, to show which of them a caller may make."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from openapi_documents import served_routes

from service.faces.messages.scopes import required_scope
from service.faces.rpcs import SERVICE
from training.access import Scope

CHALLENGE = 'www-authenticate: Bearer realm="clearprop"'

_REFUSALS = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}


def metadata(header: str | None) -> list[tuple[str, str]]:
    """Return the metadata of a call with this value of the header authorization."""
    return [("authorization", header)] if header else []


def untyped_stub(channel: grpc.aio.Channel) -> Any:
    """Return a stub without types: those of the generated one are for calls that block."""
    return TrainingServiceStub(channel)


async def http(
    address: str | None,
    target: str,
    header: str | None = None,
    *,
    tls: ssl.SSLContext | None = None,
) -> tuple[int, str, bytes]:
    """Return the status, the head and the body of an answer; the request has an empty body.

    `target` is a method and a path.
    """
    async with answered(address, target, header, tls=tls) as (head, reader):
        return int(head.split()[1]), head, await reader.read()


@asynccontextmanager
async def answered(
    address: str | None,
    target: str,
    header: str | None = None,
    *,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[tuple[str, asyncio.StreamReader]]:
    """Yield the head of an answer as soon as it is there, and its body to be read."""
    host, port = str(address).split(":")
    reader, writer = await asyncio.open_connection(host, int(port), ssl=tls)
    has_body = not target.startswith(("GET ", "DELETE "))
    lines = [f"{target} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"Authorization: {header}"] if header else []
    lines += ["Content-Type: application/json", "Content-Length: 2"] if has_body else []
    writer.write("\r\n".join([*lines, "", "{}" if has_body else ""]).encode())
    try:
        yield (await reader.readuntil(b"\r\n\r\n")).decode(), reader
    finally:
        writer.close()


async def code_of(stub: Any, method: Any, header: str | None = None) -> grpc.StatusCode:
    """Return the code of a call with an empty request, of which an allowed one may be refused."""
    request = GetMessageClass(method.input_type)()
    sent = iter([request]) if method.client_streaming else request
    answer = getattr(stub, method.name)(sent, metadata=metadata(header), timeout=60)
    try:
        if method.server_streaming:
            async for _ in answer:
                break
        else:
            await answer
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


async def refusal_of(stub: Any, method: Any, header: str | None) -> grpc.StatusCode:
    """Return the code of a call that is refused before its request is received.

    A stream of requests is not begun: gRPC reports INTERNAL if the call ends while it is sent.
    """
    if not method.client_streaming:
        return await code_of(stub, method, header)
    call = getattr(stub, method.name)(metadata=metadata(header), timeout=60)
    code: grpc.StatusCode = await call.code()
    return code


async def check_methods(stub: Any, scope: Scope | None, header: str | None = None) -> None:
    """Check that a caller may call what its scope allows; None if it has not proven who it is."""
    for method in SERVICE.methods:
        if scope is None:
            code = await refusal_of(stub, method, header)
            assert code is grpc.StatusCode.UNAUTHENTICATED, method.name
        elif not scope.includes(required_scope(method)):
            code = await refusal_of(stub, method, header)
            assert code is grpc.StatusCode.PERMISSION_DENIED, method.name
        else:
            assert await code_of(stub, method, header) not in _REFUSALS, method.name


async def check_reflection(channel: Any, scope: Scope | None, header: str | None = None) -> None:
    """Check that reflection requires the scope read, which each scope includes."""
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    sent = metadata(header)
    if scope is None:
        call = stub.ServerReflectionInfo(metadata=sent)
        assert await call.code() is grpc.StatusCode.UNAUTHENTICATED
    else:
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        answer = await stub.ServerReflectionInfo(iter([request]), metadata=sent).read()
        assert SERVICE.full_name in {each.name for each in answer.list_services_response.service}


async def check_routes(
    address: str | None,
    scope: Scope | None,
    header: str | None = None,
    *,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Check the same for every route."""
    for route in served_routes():
        target = f"{route.method} {route.path.format(**dict.fromkeys(route.bound, '1'))}"
        code, head, body = await http(address, target, header, tls=tls)
        if scope is None:
            assert code == 401, route
            assert CHALLENGE in head
            assert json.loads(body)["error"]["status"] == "UNAUTHENTICATED"
        elif not scope.includes(route.rpc.scope):
            needed = route.rpc.scope.value
            assert code == 403, route
            assert f'{CHALLENGE}, error="insufficient_scope", scope="{needed}"' in head
            assert json.loads(body)["error"]["details"][0]["reason"] == "SCOPE_REQUIRED"
        else:
            assert code not in {401, 403}, route
