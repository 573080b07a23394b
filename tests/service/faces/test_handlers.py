"""Every RPC of the contract has a handler, and every handler an RPC."""

from collections import Counter
from typing import get_type_hints

import pytest

from service.faces.handlers.handlers import Handlers, handled, rpc_name
from service.faces.rpcs import SERVICE

HANDLED = Counter(
    rpc_name(name) for group in get_type_hints(Handlers).values() for name in handled(group)
)


@pytest.mark.parametrize("rpc", [method.name for method in SERVICE.methods])
def test_each_rpc_has_one_handler(rpc: str) -> None:
    assert HANDLED[rpc] == 1


@pytest.mark.parametrize("handler", HANDLED)
def test_each_handler_implements_an_rpc(handler: str) -> None:
    assert handler in SERVICE.methods_by_name
