"""The OpenAPI document of the HTTP face, generated from the contract and its comments."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from google.protobuf.descriptor import Descriptor

from service.faces.rest.documentation.comments import comments
from service.faces.rest.documentation.errors_schema import ERROR
from service.faces.rest.documentation.guide import INTRODUCTION, TAGS
from service.faces.rest.documentation.operations import ERROR_SCHEMA, Operation
from service.faces.rest.documentation.prose import markdown
from service.faces.rest.documentation.schemas import Schemas
from service.faces.rest.documentation.security import SCHEMES
from service.faces.rest.errors import HTTP_CODES
from service.faces.rest.routes import Route
from service.faces.rpcs import SERVICE

_ERROR_RESPONSE: Final = {
    "description": "The call failed.",
    "headers": {
        "Retry-After": {
            "description": "The number of seconds after which to retry.",
            "schema": {"type": "string"},
        }
    },
    "content": {"application/json": {"schema": ERROR_SCHEMA}},
}


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the calls at these routes."""
    schemas = Schemas(_bodies(routes))
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    named: set[str] = set()
    for route in routes:
        name = route.rpc.method.name
        operation_id = f"{name}_{route.method.lower()}" if name in named else name
        named.add(name)
        operation = Operation(route, schemas)
        paths[operation.path][route.method.lower()] = operation.described(operation_id)
    return {
        "openapi": "3.1.0",
        "info": _info(version),
        "servers": [{"url": "/"}],
        "security": [],
        "tags": [{"name": tag, "description": text} for tag, (text, _) in TAGS.items()],
        "paths": dict(paths),
        "components": {
            "schemas": dict(sorted({**schemas.generated, "Error": ERROR}.items())),
            "responses": {"Error": _ERROR_RESPONSE},
            "securitySchemes": SCHEMES,
        },
    }


def _info(version: str) -> dict[str, Any]:
    return {
        "title": "Clearprop",
        "version": version,
        "description": "\n".join(
            [markdown(comments()[SERVICE.full_name]), INTRODUCTION, *_status_codes()]
        ),
        "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
    }


def _status_codes() -> Iterator[str]:
    """Yield the lines of a list of HTTP status codes and their gRPC status codes."""
    for http_code in sorted({*HTTP_CODES.values()}):
        names = [code.name for code, its_code in HTTP_CODES.items() if its_code is http_code]
        yield f"- {http_code.value}: {', '.join(names)}"


def _bodies(routes: Sequence[Route]) -> dict[Descriptor, list[str]]:
    """Return the request messages that are bodies, with their fields that are in the path."""
    return {route.rpc.method.input_type: route.bound for route in routes if route.takes_body}
