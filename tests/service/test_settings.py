"""Settings from options of the command line, from the environment and from a file."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.setting import declared, setting
from service.setting_checks import DEFAULT_GRPC, DEFAULT_HTTP
from service.settings import (
    CONFIG,
    DEFAULT_DATABASE,
    SETTINGS,
    Settings,
    read_settings,
    unknown_variables,
)


def test_what_is_not_set_has_its_default() -> None:
    settings = read_settings({}).settings
    assert (settings.grpc, settings.database) == (DEFAULT_GRPC, DEFAULT_DATABASE)
    assert (settings.http, settings.allow_origin) == (DEFAULT_HTTP, ())


def test_what_is_set_is_used() -> None:
    settings = read_settings(
        {"CLEARPROP_GRPC": "[::1]:1", "CLEARPROP_DATABASE": "memory:", "CLEARPROP_THREADS": "3"}
    ).settings
    assert (settings.grpc, settings.database, settings.threads) == ("[::1]:1", "memory:", 3)
    http = read_settings(
        {"CLEARPROP_HTTP": "[::1]:2", "CLEARPROP_ALLOW_ORIGIN": "https://a.example http://b:1"}
    ).settings
    assert (http.http, http.allow_origin) == ("[::1]:2", ("https://a.example", "http://b:1"))
    assert read_settings({"CLEARPROP_HTTP": "off"}).settings.http == "off"


def test_hosts_can_be_allowed_by_an_option_or_by_the_environment() -> None:
    assert read_settings({}).settings.allow_host == ()
    environment = {"CLEARPROP_ALLOW_HOST": "a.example [2001:db8::1]"}
    hosts = read_settings(environment).settings.allow_host
    assert hosts == ("a.example", "[2001:db8::1]")
    assert read_settings(environment, allow_host=["*"]).settings.allow_host == ("*",)


@pytest.mark.parametrize("host", ["", "http://a", "a:80", "a/b", "a b", "2001:db8::1"])
def test_what_is_not_a_host_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r"^--allow-host: .* is not a host"):
        Settings(allow_host=("a.example", host))


def test_an_option_overrides_the_environment_even_if_that_is_invalid() -> None:
    settings = read_settings(
        {"CLEARPROP_GRPC": "nowhere", "CLEARPROP_ALLOW_ORIGIN": "x", "CLEARPROP_DATABASE": "a"},
        grpc="localhost:0",
        allow_origin=["*"],
        database="memory:",
    ).settings

    assert (settings.grpc, settings.database) == ("localhost:0", "memory:")
    assert settings.allow_origin == ("*",)


@pytest.mark.parametrize("threads", ["", "-1", "two", "\uff12", "1_0", "1" * 5_000])
def test_what_cannot_be_used_is_named(threads: str) -> None:
    with pytest.raises(ValueError, match="CLEARPROP_THREADS"):
        read_settings({"CLEARPROP_THREADS": threads})


@pytest.mark.parametrize("face", ["grpc", "http"])
@pytest.mark.parametrize(
    "address", ["", "on", "8080", ":8080", "localhost:", "127.0.0.1:99999", "::1:1", "unix:/a"]
)
def test_addresses_are_refused_with_the_name_of_their_source(face: str, address: str) -> None:
    fault = ".* is not a valid address: "

    with pytest.raises(ValueError, match=f"^CLEARPROP_{face.upper()}: {fault}"):
        read_settings({f"CLEARPROP_{face.upper()}": address})
    with pytest.raises(ValueError, match=f"^--{face}: {fault}"):
        read_settings({}, **{face: address})


def test_http_can_be_off_and_says_so() -> None:
    with pytest.raises(ValueError, match=r"such as 127\.0\.0\.1:8080; off disables HTTP$"):
        Settings(http="on")


def test_both_faces_cannot_have_the_same_address() -> None:
    with pytest.raises(ValueError, match="different addresses"):
        Settings(grpc="localhost:8080", http="localhost:8080")

    assert Settings(grpc="localhost:0", http="localhost:0").http == "localhost:0"


@pytest.mark.parametrize(
    "origin", ["example.com", "https://a/", "https://a/b", "null", "https://", "https://a;b"]
)
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        Settings(allow_origin=("https://a", origin))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "clearprop.toml"


def test_a_file_is_the_source_after_options_and_variables(file: Path) -> None:
    file.write_text(
        'grpc = "localhost:1"\nhttp = "localhost:2"\ndatabase = "memory:"\nthreads = 3\n'
        'allow-host = ["a.example", "b.example"]\n'
    )
    read = read_settings({"CLEARPROP_HTTP": "off"}, config=str(file), grpc="localhost:5")
    assert read.settings == Settings(
        "localhost:5", "off", ("a.example", "b.example"), database="memory:", threads=3
    )
    assert read.sources == dict.fromkeys(read.sources, "default") | {
        "grpc": "--grpc",
        "http": "CLEARPROP_HTTP",
        "allow-host": str(file),
        "database": str(file),
        "threads": str(file),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("grcp = 1", "the file FILE has an unknown setting 'grcp': did you mean grpc?"),
        (
            "allow_host = []",
            "the file FILE has an unknown setting 'allow_host': did you",
        ),
        (
            "config = 'a'",
            "the file FILE has an unknown setting 'config': use allow-embed, ",
        ),
        ("grpc = 1", "the setting grpc in FILE must be a string in quotes, not 1"),
        ("grpc = 'x'", "the setting grpc in FILE: 'x' is not a valid address"),
        (
            "threads = 10_000",
            "the setting threads in FILE must be a number from 0 to 9999",
        ),
        ("threads = -1", "the setting threads in FILE must be a number from 0 to 9999, not '-1'"),
        ("threads = true", "the setting threads in FILE must be a number from 0 to 9999, not True"),
        ("threads = '1'", "the setting threads in FILE must be a number from 0 to 9999, not '1'"),
        ("allow-host = 'a'", "the setting allow-host in FILE must be a list of strings, such as"),
        ("allow-host = [1]", "the setting allow-host in FILE must be a list of strings, such as"),
        ("allow-host = ['a:1']", "the setting allow-host in FILE: 'a:1' is not a host"),
        ("grpc", "the file FILE is not a TOML file: "),
        ("\ud800", "the file FILE is not a TOML file: "),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(file: Path, text: str, message: str) -> None:
    file.write_text(text, errors="surrogatepass")
    with pytest.raises(ValueError, match=f"^{re.escape(message.replace('FILE', str(file)))}"):
        read_settings({CONFIG.variable: str(file)})


def test_a_file_that_cannot_be_read_is_refused(file: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot read the settings in .*: No such file"):
        read_settings({}, config=str(file))
    with pytest.raises(ValueError, match=r"cannot read the settings in .*: Is a directory"):
        read_settings({}, config=str(file.parent))


@pytest.mark.parametrize(
    ("default", "text", "value"),
    [
        (False, "on", True),
        (True, "FALSE", False),
        (7, "0", 0),
        (None, "a b", "a b"),
        ("", "", ""),
        ((), " a  b ", ("a", "b")),
    ],
)
def test_a_text_is_read_by_the_kind_of_the_default(default: Any, text: str, value: Any) -> None:
    assert of(default).of_text(text, "X") == value


@pytest.mark.parametrize(
    ("default", "found", "message"),
    [
        (False, 1, "must be true or false, not 1"),
        (False, "true", "must be true or false, not 'true'"),
        (None, 1, "must be a string in quotes, not 1"),
        (None, "", "is empty: remove it, or set FILE"),
    ],
)
def test_a_value_of_another_kind_is_refused(default: Any, found: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^a in b {message}"):
        of(default).of_file(found, "a in b")


def of(default: Any) -> Any:
    declaration = setting(default, "", metavar="FILE")
    made = type("Made", (), {"__annotations__": {"a_b": object}, "a_b": declaration})
    (found,) = declared(dataclass(made))
    assert (found.option, found.variable, found.key) == ("--a-b", "CLEARPROP_A_B", "a-b")
    return found


def test_an_unknown_variable_is_found() -> None:
    known = dict.fromkeys([each.variable for each in (*SETTINGS, CONFIG)], "")
    assert list(unknown_variables({**known, "CLEARPROP_DATABSE": "", "HOME": ""})) == [
        "CLEARPROP_DATABSE"
    ]


TLS = {"tls_cert": "cert.pem", "tls_key": "key.pem"}


@pytest.mark.parametrize("address", ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "clearprop.example:1"])
@pytest.mark.parametrize("face", ["grpc", "http"])
def test_addresses_that_others_can_reach_need_tls(face: str, address: str) -> None:
    with pytest.raises(ValueError, match=f"can reach {re.escape(address)}, .*--insecure"):
        read_settings({}, **{face: address})

    for more in (TLS, {"insecure": True}):
        read_settings({}, **{face: address}, **more)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"])
def test_loopback_needs_no_tls(host: str) -> None:
    read_settings({}, grpc=f"{host}:1", http=f"{host}:2")


def test_addresses_that_others_can_reach_need_authentication() -> None:
    reachable = {"grpc": "0.0.0.0:1", "http": "off", **TLS}
    with pytest.raises(ValueError, match="which needs TLS and authentication: omit --auth off"):
        read_settings({}, auth="off", **reachable)

    for required, options in (
        (False, {}),
        (True, {"auth": "required"}),
        (True, reachable),
        (True, {**TLS, "client_ca": "ca.pem"}),
        (False, {**TLS, "client_ca": "ca.pem", "auth": "off"}),
        (False, {"grpc": "0.0.0.0:1", "insecure": True}),
        (True, {"grpc": "0.0.0.0:1", "insecure": True, "auth": "required"}),
    ):
        assert read_settings({}, **options).settings.requires_authentication is required


def test_a_certificate_needs_a_key() -> None:
    for name in TLS:
        with pytest.raises(ValueError, match=r"^TLS needs both --tls-cert and --tls-key"):
            read_settings({}, **{name: "file.pem"})
    with pytest.raises(ValueError, match=r"^--client-ca needs"):
        read_settings({"CLEARPROP_CLIENT_CA": "ca.pem"})
    with pytest.raises(ValueError, match=r"^--client-scope needs --client-ca"):
        read_settings({}, client_scope=["trainer=train"])
    with pytest.raises(ValueError, match=r"^--client-scope: 'trainer=all' is not NAME=SCOPE"):
        read_settings({}, client_scope=["trainer=all"])
