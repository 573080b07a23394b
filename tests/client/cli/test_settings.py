"""Settings of commands: options, profiles, and the environment."""

from pathlib import Path
from typing import Any

import pytest
from clearprop.cli.settings import configure_grpc, profile_file, server_settings

from service.setting_checks import DEFAULT_GRPC
from service.settings import unknown_variables

PROFILES = """
[work]
server = "grpcs://work.example:1"
token = "of-work"
ca = "ca.pem"

[lab]
server = "lab.example:1"
cert = "/lab/cert.pem"
key = "~/key.pem"
insecure = true

[local]
"""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with a profile file."""
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    path = profile_file(environment)
    assert path == tmp_path / "clearprop" / "profiles.toml"
    path.parent.mkdir()
    path.write_text(PROFILES)
    path.chmod(0o600)
    return environment


def test_commands_connect_to_the_address_where_a_server_listens_by_default() -> None:
    assert server_settings({}, {}) == (DEFAULT_GRPC, {})


def test_the_environment_names_another_server_and_a_token() -> None:
    environment = {"CLEARPROP_SERVER": "there:1", "CLEARPROP_TOKEN": " t \n", "CLEARPROP_CA": ""}
    assert server_settings({}, environment) == ("there:1", {"token": "t"})
    assert not list(unknown_variables(environment | {"CLEARPROP_PROFILE": "a"}))


def test_options_precede_a_profile_which_precedes_the_environment(home: dict[str, str]) -> None:
    folder = profile_file(home).parent
    environment = home | {"CLEARPROP_TOKEN": "t", "CLEARPROP_SERVER": "there:1"}
    work = {"token": "of-work", "ca": str(folder / "ca.pem")}
    server = "grpcs://work.example:1"
    assert server_settings({"profile": "work"}, environment) == (server, work)
    assert server_settings({}, environment | {"CLEARPROP_PROFILE": "work"}) == (server, work)
    given = {"profile": "work", "token": "mine", "key": None}
    assert server_settings(given, environment) == (server, work | {"token": "mine"})
    assert server_settings({"profile": "local"}, environment) == ("there:1", {"token": "t"})


def test_files_of_a_profile_can_be_anywhere(home: dict[str, str]) -> None:
    _, options = server_settings({"profile": "lab"}, home)
    assert options == {
        "cert": "/lab/cert.pem",
        "key": str(Path.home() / "key.pem"),
        "insecure": True,
    }


@pytest.mark.parametrize(("profile", "proof"), [("work", "token"), ("lab", "cert")])
def test_the_proofs_of_a_profile_are_not_sent_to_another_server(
    home: dict[str, str], profile: str, proof: str
) -> None:
    given = {"profile": profile, "server": "other:1"}
    with pytest.raises(ValueError, match=rf"its {proof} is not sent to other:1; omit --profile"):
        server_settings(given, home)

    assert server_settings(given | {proof: "mine"}, home)[1][proof] == "mine"


def test_a_token_that_others_can_read_is_refused(home: dict[str, str]) -> None:
    path = profile_file(home)
    for mode in (0o640, 0o604):
        path.chmod(mode)
        with pytest.raises(ValueError, match=f"which has a token: run chmod 600 {path}$"):
            server_settings({"profile": "work"}, home)
    assert server_settings({"profile": "lab"}, home)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[work", "is not a TOML file: "),
        ("", "has no profile 'work': it has none"),
        ("work = 1\n[b]", "has no profile 'work': it has b, work"),
        ("[work]\ntokn = 'a'", "unknown key 'tokn' in the profile work in .*: did you mean token?"),
        (
            "[work]\nzzz = 'a'",
            "unknown key 'zzz' in .*: use server, token, ca, cert, key, ",
        ),
        ("[work]\ntoken = 1", "token in the profile work in .* must be a string in quotes"),
        ("[work]\ntoken = ''", "token in the profile work in .* must be a string in quotes"),
        ("[work]\ninsecure = 1", "insecure in the profile work in .* must be true or false"),
    ],
)
def test_a_profile_that_cannot_be_used_is_refused(
    home: dict[str, str], text: str, message: str
) -> None:
    profile_file(home).write_text(text)
    with pytest.raises(ValueError, match=message):
        server_settings({"profile": "work"}, home)


def test_a_profile_without_a_file_is_refused(tmp_path: Path) -> None:
    environment: Any = {"XDG_CONFIG_HOME": str(tmp_path), "CLEARPROP_PROFILE": "work"}
    with pytest.raises(ValueError, match=r"cannot read the profile work in .*: No such file"):
        server_settings({}, environment)
    assert profile_file({}) == Path.home() / ".config" / "clearprop" / "profiles.toml"


def test_the_environment_decides_what_grpc_writes_and_does_when_a_process_forks() -> None:
    environment = {"GRPC_VERBOSITY": "DEBUG"}
    configure_grpc(environment)
    assert environment == {"GRPC_VERBOSITY": "DEBUG", "GRPC_ENABLE_FORK_SUPPORT": "0"}
