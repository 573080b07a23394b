"""Settings from the environment."""

import pytest

from service.settings import DEFAULT_DATABASE, DEFAULT_GRPC, DEFAULT_HTTP, Settings


def test_what_is_not_set_has_its_default() -> None:
    settings = Settings.from_environment({})
    assert (settings.grpc, settings.database) == (DEFAULT_GRPC, DEFAULT_DATABASE)
    assert (settings.http, settings.allowed_origins) == (DEFAULT_HTTP, ())


def test_what_is_set_is_used() -> None:
    settings = Settings.from_environment(
        {"CLEARPROP_GRPC": "[::1]:1", "CLEARPROP_DATABASE": "memory:", "CLEARPROP_THREADS": "3"}
    )
    assert (settings.grpc, settings.database, settings.threads) == ("[::1]:1", "memory:", 3)
    http = Settings.from_environment(
        {"CLEARPROP_HTTP": "[::1]:2", "CLEARPROP_ALLOW_ORIGIN": "https://a.example http://b:1"}
    )
    assert (http.http, http.allowed_origins) == ("[::1]:2", ("https://a.example", "http://b:1"))
    assert Settings.from_environment({"CLEARPROP_HTTP": "off"}).http == "off"


@pytest.mark.parametrize("threads", ["", "-1", "two"])
def test_what_cannot_be_used_is_named(threads: str) -> None:
    with pytest.raises(ValueError, match="CLEARPROP_THREADS"):
        Settings.from_environment({"CLEARPROP_THREADS": threads})


@pytest.mark.parametrize("http", ["", "on", "8080", ":8080", "localhost:", "localhost:70000"])
def test_an_address_must_name_a_host_and_a_port(http: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT or off"):
        Settings.from_environment({"CLEARPROP_HTTP": http})
