"""Settings from options of the command line and from the environment."""

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


def test_hosts_can_be_allowed_by_an_option_or_by_the_environment() -> None:
    assert Settings.from_environment({}).allowed_hosts == ()
    environment = {"CLEARPROP_ALLOW_HOST": "a.example [2001:db8::1]"}
    hosts = Settings.from_environment(environment).allowed_hosts
    assert hosts == ("a.example", "[2001:db8::1]")
    assert Settings.from_environment(environment, allowed_hosts=["*"]).allowed_hosts == ("*",)


@pytest.mark.parametrize("host", ["", "http://a", "a:80", "a/b", "a b", "2001:db8::1"])
def test_what_is_not_a_host_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r"CLEARPROP_ALLOW_HOST: .* is not a host"):
        Settings(allowed_hosts=("a.example", host))


def test_an_option_overrides_the_environment_even_if_that_is_invalid() -> None:
    settings = Settings.from_environment(
        {"CLEARPROP_GRPC": "nowhere", "CLEARPROP_ALLOW_ORIGIN": "x", "CLEARPROP_DATABASE": "a"},
        grpc="localhost:0",
        allowed_origins=["*"],
        database="memory:",
    )

    assert (settings.grpc, settings.database) == ("localhost:0", "memory:")
    assert settings.allowed_origins == ("*",)


@pytest.mark.parametrize("threads", ["", "-1", "two", "\uff12", "1_0", "1" * 5_000])
def test_what_cannot_be_used_is_named(threads: str) -> None:
    with pytest.raises(ValueError, match="CLEARPROP_THREADS"):
        Settings.from_environment({"CLEARPROP_THREADS": threads})


@pytest.mark.parametrize("face", ["grpc", "http"])
@pytest.mark.parametrize(
    "address", ["", "on", "8080", ":8080", "localhost:", "127.0.0.1:99999", "::1:1", "unix:/a"]
)
def test_addresses_are_refused_with_the_names_of_their_settings(face: str, address: str) -> None:
    names = f"^--{face} or CLEARPROP_{face.upper()}: .* is not a valid address: "

    with pytest.raises(ValueError, match=names):
        Settings.from_environment({f"CLEARPROP_{face.upper()}": address})
    with pytest.raises(ValueError, match=names):
        Settings.from_environment({}, **{face: address})


def test_http_can_be_off_and_says_so() -> None:
    with pytest.raises(ValueError, match=r"such as 127\.0\.0\.1:8080; off disables HTTP$"):
        Settings(http="on")


def test_both_faces_cannot_have_the_same_address() -> None:
    with pytest.raises(ValueError, match="different addresses"):
        Settings(grpc="localhost:8080", http="localhost:8080")

    assert Settings(grpc="localhost:0", http="localhost:0").http == "localhost:0"


@pytest.mark.parametrize("origin", ["example.com", "https://a/", "https://a/b", "null", "https://"])
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        Settings(allowed_origins=("https://a", origin))
