"""Addresses are HOST:PORT, and anything else is refused with what to write instead."""

import pytest
from clearprop import aio, connect
from clearprop.addresses import Address, check_target, parse_address

VALID = {
    "127.0.0.1:50051": Address("127.0.0.1", 50051),
    "localhost:0": Address("localhost", 0),
    "my_host.example.com:65535": Address("my_host.example.com", 65535),
    "[::1]:50051": Address("::1", 50051),
    "[::]:0": Address("::", 0),
    "0.0.0.0:1": Address("0.0.0.0", 1),  # noqa: S104 (parsed, and nothing listens there)
}

INVALID = {
    "": "use HOST:PORT, such as 127.0.0.1:50051",
    "localhost": "use HOST:PORT",
    "52012": "use HOST:PORT, such as 127.0.0.1:52012",
    ":50051": "use HOST:PORT",
    "localhost:": "use HOST:PORT",
    "localhost:http": "use HOST:PORT",
    "localhost:+1": "use HOST:PORT",
    "localhost:5_0": "use HOST:PORT",
    "localhost:\uff15\uff10": "use HOST:PORT",
    "local host:1": "use HOST:PORT",
    "localhost:1\n": "use HOST:PORT",
    "127.0.0.1:99999": "the port must be 0 to 65535",
    "127.0.0.1:65536": "the port must be 0 to 65535",
    "127.0.0.1:" + "9" * 5_000: "the port must be 0 to 65535",
    "::1:50051": "put an IPv6 address in brackets, such as [::1]:50051",
    "[localhost]:1": "use HOST:PORT",
    "[::1::g]:1": "use HOST:PORT",
    "[:]:1": "use HOST:PORT",
    "[::1]": "use HOST:PORT",
    "http://localhost:8080": "use HOST:PORT without http://",
    "unix:/run/clearprop.sock": "use HOST:PORT",
    "user@localhost:1": "use HOST:PORT",
}


@pytest.mark.parametrize("text", VALID)
def test_a_host_and_a_port_are_an_address(text: str) -> None:
    assert parse_address(text) == VALID[text]


@pytest.mark.parametrize("text", INVALID, ids=lambda text: text[:30])
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="is not a valid address") as refused:
        parse_address(text)

    assert INVALID[text] in str(refused.value)


@pytest.mark.parametrize("target", ["localhost:1", "[::1]:50051", "unix:/a/b", "dns:///a:1"])
def test_a_client_connects_to_addresses_and_to_targets_of_grpc(target: str) -> None:
    assert check_target(target) == target


@pytest.mark.parametrize("target", ["", "50051", "localhost", "localhost:0", "127.0.0.1:99999"])
async def test_a_client_refuses_other_targets_before_it_connects(target: str) -> None:
    with pytest.raises(ValueError, match="is not a valid address"):
        connect(target)
    with pytest.raises(ValueError, match="is not a valid address"):
        aio.connect(target)
