"""The table of commands agrees with the commands; each is loaded when it is used."""

from importlib.metadata import entry_points
from pathlib import Path

import clearprop.cli as command_line
import pytest
from clearprop.cli.command_group import ENTRY_POINTS, Commands
from clearprop.cli.commands import PANELS
from console import Clearprop, invoke

ENTRIES = {name: each for panel in PANELS.values() for name, each in panel.items()}


@pytest.mark.parametrize("name", ENTRIES)
def test_the_table_has_the_first_line_of_the_help_of_each_command(name: str) -> None:
    assert Commands()[name].help.splitlines()[0] == ENTRIES[name].help


def test_help_has_a_line_for_each_command() -> None:
    output = invoke("--help", COLUMNS="80").stdout
    for name, entry in ENTRIES.items():
        assert f"  {name} " in output
        assert entry.help in " ".join(output.split())
    assert max(map(len, output.splitlines())) <= 80
    assert (
        "Usage: clearprop train [OPTIONS] NETWORK\n"
        in invoke("train", "--help", COLUMNS="80").stdout
    )
    predict = invoke("predict", "--help", COLUMNS="80").stdout
    assert "\n  INPUTS   " in predict
    assert "[default: CLEARPROP_SERVER, or 127.0.0.1:50051]" in " ".join(predict.split())
    shown = invoke("training-sets", "show", "--help", COLUMNS="80").stdout
    assert "Usage: clearprop training-sets show [OPTIONS] SET\n" in shown


def test_an_unknown_command_is_refused_with_the_nearest_one() -> None:
    done = invoke("trian", "n")
    assert done.exit_code == 2
    assert "No such command 'trian'. Did you mean 'train'" in done.stderr


@pytest.mark.parametrize("arguments", [["serve", "--grpc", "127.0.0.1:0"], ["demo", "--help"]])
def test_without_the_server_its_commands_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **selected: [])
    done = invoke(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "pip install clearprop-server" in done.stderr


def test_the_server_adds_the_commands_that_are_not_in_this_package() -> None:
    added = {each.name for each in entry_points(group=ENTRY_POINTS)}
    assert {name for name, each in ENTRIES.items() if each.target is None} == added


def test_without_the_extra_the_program_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("clearprop.cli.find_spec", lambda name: None)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 2
    assert "pip install 'clearprop[cli]'" in capsys.readouterr().err


COMPLETING = {"_CLEARPROP_COMPLETE": "complete_bash", "COMP_CWORD": "1"}


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["im"], ["import-network", "import-weights", "import"]),
        (["--ver"], ["--version"]),
        (["training-sets", "s"], ["show"]),
        (["train", "--learn"], ["--learning-rate"]),
        (["serve", "--gr"], ["--grpc"]),
    ],
    ids=str,
)
def test_shells_complete_commands_and_options(words: list[str], completed: list[str]) -> None:
    variables = COMPLETING | {
        "COMP_WORDS": " ".join(["clearprop", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = invoke(**variables)
    assert done.stdout.split() == completed


@pytest.mark.parametrize(
    ("shell", "file"),
    [
        ("bash", ".bash_completions/clearprop.sh"),
        ("zsh", ".zfunc/_clearprop"),
        ("fish", ".config/fish/completions/clearprop.fish"),
    ],
)
def test_completion_is_installed_for_a_shell(
    clearprop: Clearprop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shell: str, file: str
) -> None:
    # Typer then takes the name of the shell rather than look for it among the parent processes.
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    output = clearprop("--install-completion", shell, HOME=str(tmp_path)).stdout
    assert f"{shell} completion installed in {tmp_path / file}" in output
    shown = clearprop("--show-completion", shell, HOME=str(tmp_path)).stdout
    assert shown.strip() == (tmp_path / file).read_text().strip()
    assert "_CLEARPROP_COMPLETE" in shown
