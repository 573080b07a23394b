"""The table of commands agrees with the commands; each is loaded when it is used."""

import clearprop.cli as command_line
import pytest
from clearprop.cli import command_group
from clearprop.cli.command_group import Commands
from clearprop.cli.commands import PANELS
from clearprop.cli.program import app
from typer.testing import CliRunner, Result

ENTRIES = {name: each for panel in PANELS.values() for name, each in panel.items()}


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, prog_name="clearprop", env={"COLUMNS": "80"})


@pytest.mark.parametrize("name", ENTRIES)
def test_the_table_has_the_first_line_of_the_help_of_each_command(name: str) -> None:
    assert Commands()[name].help.splitlines()[0] == ENTRIES[name].help


def test_help_has_a_line_for_each_command() -> None:
    told = invoke("--help").stdout
    for name, entry in ENTRIES.items():
        assert f"  {name} " in told
        assert entry.help in " ".join(told.split())
    assert max(map(len, told.splitlines())) <= 80
    assert "Usage: clearprop train" in invoke("train", "--help").stdout


def test_an_unknown_command_is_refused_with_the_nearest_one() -> None:
    done = invoke("trian", "n")
    assert done.exit_code == 2
    assert "No such command 'trian'. Did you mean 'train'" in done.stderr


@pytest.mark.parametrize("arguments", [["serve", "--grpc", "127.0.0.1:0"], ["demo", "--help"]])
def test_without_the_server_its_commands_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(command_group, "entry_points", lambda group: [])
    done = invoke(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "pip install clearprop-server" in done.stderr


def test_commands_of_other_distributions_are_listed_and_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Hello:
        name = "hello"

        def load(self) -> object:
            def hello() -> None:
                """Greet the world."""
                print("hello, world")  # noqa: T201 - what the command is for

            return hello

    monkeypatch.setattr(command_group, "entry_points", lambda group: [Hello()])
    assert "Greet the world." in invoke("--help").stdout
    assert invoke("hello").stdout == "hello, world\n"


def test_without_the_extra_the_program_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("clearprop.cli.find_spec", lambda name: None)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 2
    assert "pip install 'clearprop[cli]'" in capsys.readouterr().err
