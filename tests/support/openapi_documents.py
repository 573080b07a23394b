"""The OpenAPI document of the contract, without a server."""

from functools import cache
from typing import Any
from unittest.mock import MagicMock

from service.faces.rest.documentation.openapi import document
from service.faces.rest.routes import Route, routes
from service.faces.rpcs import rpcs


@cache
def served_routes() -> list[Route]:
    return routes(rpcs(*(MagicMock() for _ in range(6))))


@cache
def openapi_document() -> dict[str, Any]:
    return document(served_routes(), "0.1.0")
