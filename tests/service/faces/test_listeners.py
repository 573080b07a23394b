"""A server listens on its address, or reports why it cannot."""

import socket
from contextlib import suppress

import pytest

from service.faces.listeners import CannotListen, bound_socket, numeric_host


def has_ipv6() -> bool:
    with suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@pytest.mark.parametrize(
    ("host", "numeric"),
    [("localhost", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("[::1]", "[::1]")],
)
def test_a_host_is_bound_on_a_free_port(host: str, numeric: str) -> None:
    if host == "[::1]" and not has_ipv6():
        pytest.skip("this machine has no IPv6")

    with bound_socket(f"{host}:0", "--grpc") as bound:
        assert numeric_host(bound) == numeric
        assert bound.getsockname()[1] > 0


def test_a_port_in_use_is_reported_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"

        with pytest.raises(CannotListen) as refused:
            bound_socket(address, "--grpc")

    assert str(refused.value) == (
        f"cannot listen on {address}: another program, perhaps another Clearprop server, uses this"
        " port. Choose another address with --grpc"
    )


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("192.0.2.1:0", "this machine does not have this address"),
        ("nowhere.invalid:0", "the host name cannot be resolved"),
    ],
)
def test_a_host_that_cannot_be_bound_is_refused_with_the_reason(address: str, reason: str) -> None:
    with pytest.raises(CannotListen, match=f"cannot listen on {address}: {reason}"):
        bound_socket(address, "--http")
