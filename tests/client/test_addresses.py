"""Addresses are HOST:PORT, and anything else is refused with what to write instead."""

import pytest
from clearprop import aio, connect
from clearprop.addresses import Address, parse_address, parse_target

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
    assert parse_target(target) == (target, None)


def test_a_scheme_says_whether_there_is_tls() -> None:
    assert parse_target("grpcs://a.example:1") == ("a.example:1", True)
    assert parse_target("grpc://[::1]:1") == ("[::1]:1", False)
    with pytest.raises(ValueError, match="use grpcs:// and the port for gRPC"):
        parse_target("https://a.example:443")


@pytest.mark.parametrize(
    ("target", "is_local"),
    {
        "localhost:1": True,
        "127.9.9.9:1": True,
        "[::1]:1": True,
        "unix:/a/b": True,
        "unix:///a/b": True,
        "dns:///localhost:1": True,
        "ipv4:127.0.0.1:1": True,
        "ipv6:%5B::1%5D:1": True,
        "ipv4:127.0.0.1:1,192.0.2.1:1": False,
        "dns://localhost/a.example:1": False,
        "a.example:1": False,
        "localhost.example:1": False,
        "10.0.0.1:1": False,
        "xds:///localhost": False,
    }.items(),
)
def test_only_loopback_and_sockets_of_unix_are_local(target: str, is_local: bool) -> None:
    assert parse_target(target).is_local is is_local


@pytest.mark.parametrize("target", ["", "50051", "localhost", "localhost:0", "127.0.0.1:99999"])
async def test_a_client_refuses_other_targets_before_it_connects(target: str) -> None:
    with pytest.raises(ValueError, match="is not a valid address"):
        connect(target)
    with pytest.raises(ValueError, match="is not a valid address"):
        aio.connect(target)
