"""Commands connect securely, and say what to do if they are refused."""

from pathlib import Path

import grpc
import pytest
from certificates import Authority
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_set_pb2 import TrainingSet
from console import invoke
from scripted import Refusal, ScriptedServer

TOKEN = "clearprop_secret"  # noqa: S105 (of no server)
INFO = pb.GetServerInfoResponse(version="1")
SHOWN = pb.GetTrainingSetResponse(training_set=TrainingSet(training_set="s", uid="u"))


def test_commands_send_the_token(scripted: ScriptedServer, tmp_path: Path) -> None:
    profile = tmp_path / "clearprop" / "profiles.toml"
    profile.parent.mkdir()
    profile.write_text(f'[here]\nserver = "{scripted.target}"\ntoken = "{TOKEN}"\n')
    profile.chmod(0o600)
    scripted.answers("GetServerInfo", INFO, INFO, INFO)
    scripted.answers("DeleteTrainingSet", pb.DeleteTrainingSetResponse())
    scripted.answers("GetTrainingSet", SHOWN)
    to = ("--server", scripted.target)

    assert invoke("info", *to, "--token", TOKEN).exit_code == 0
    assert invoke("info", *to, CLEARPROP_TOKEN=TOKEN).exit_code == 0
    home = str(tmp_path)
    assert invoke("info", "--profile", "here", XDG_CONFIG_HOME=home).exit_code == 0
    assert invoke("training-sets", "delete", "s", "--yes", *to, "--token", TOKEN).exit_code == 0

    before = ("training-sets", *to, "--token", TOKEN)
    scripted.answers("GetTrainingSet", SHOWN)
    scripted.answers("DeleteTrainingSet", pb.DeleteTrainingSetResponse())
    assert invoke(*before, "delete", "s", "--yes").exit_code == 0
    scripted.answers("ListTokens", pb.ListTokensResponse())
    assert invoke("tokens", *to, "--token", TOKEN).exit_code == 0

    assert set(scripted.authorizations) == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("code", "advice"),
    [("UNAUTHENTICATED", "Set CLEARPROP_TOKEN to a token"), ("PERMISSION_DENIED", "")],
)
def test_a_refused_command_says_what_to_do(
    scripted: ScriptedServer, code: str, advice: str
) -> None:
    scripted.answers("GetServerInfo", Refusal(grpc.StatusCode[code], "the token has expired", "X"))
    done = invoke("info", "--server", scripted.target, "--token", TOKEN)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: The token has expired.\n")
    assert advice in done.stderr
    assert TOKEN not in done.output


def test_options_that_cannot_be_used_end_the_command(tmp_path: Path) -> None:
    for options, message in (
        (["--token", TOKEN, "--server", "a.example:1"], "without TLS, where others could read it"),
        (["--token", "a b"], "Error: The token is not valid"),
        (["--ca", str(tmp_path)], f"Error: Cannot read ca {tmp_path}: Is a directory."),
        (["--profile", "none"], "Error: Cannot read the profile none in "),
        (["--server", "https://a.example"], "use grpcs:// and the port for gRPC"),
    ):
        done = invoke("info", *options, XDG_CONFIG_HOME=str(tmp_path))
        assert done.exit_code == 1
        assert message in done.stderr.replace("\n", " ")
        assert TOKEN not in done.output


def test_a_server_with_tls_is_reported_to_a_client_without(tmp_path: Path) -> None:
    authority = Authority()
    issued = authority.issue("server")
    server = ScriptedServer(grpc.ssl_server_credentials([(issued.key_pem, issued.cert_pem)]))
    done = invoke("info", "--server", server.target)
    assert f"The server at {server.target} has closed the connection. If it uses" in done.stderr

    (tmp_path / "ca.pem").write_bytes(Authority().pem)
    done = invoke("info", "--server", server.target, "--ca", str(tmp_path / "ca.pem"))
    assert "Error: The certificate of the server is of an unknown authority" in done.stderr
    server.stop()


def test_help_has_a_section_of_its_own_for_the_connection() -> None:
    for command in (["info"], ["training-sets"], ["training-sets", "show"], ["train"]):
        shown = invoke(*command, "--help").stdout
        options, _, connection = shown.partition("\nConnection:\n")
        assert "--token" not in options
        for option in ("--server", "--profile", "--token", "--ca", "--cert", "--key", "--insecure"):
            assert f"  {option} " in connection
