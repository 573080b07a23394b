"""Errors are reported in a few lines with advice and exit code 1, wrong usage with 2."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from calls import fresh_id
from clearprop.cli.command_group import Commands
from clearprop.cli.console import sentence
from console import Clearprop, run_afresh
from servers import ServerProcess

XOR = ("--on", "xor", "--learning-rate", "5", "--batch-size", "4")


def test_an_unknown_network_is_reported_with_advice(clearprop: Clearprop) -> None:
    output = clearprop("state", "nobody", code=1)
    assert output.stdout == ""
    assert output.stderr.splitlines() == [
        "Error: Network nobody does not exist: check the id, or create it.",
        "  clearprop networks  lists the networks",
    ]


def test_every_invalid_field_is_named(clearprop: Clearprop) -> None:
    name = fresh_id()
    output = clearprop(
        *("train", name, "--layers", "2-5-1", "--on", "xor"),
        *("--learning-rate", "-1", "--batch-size", "9", "--epochs", "0"),
        code=1,
    ).stderr
    lines = output.splitlines()
    assert lines[0] == "Error: The request is invalid:"
    assert {line.split(":")[0].strip() for line in lines[1:]} == {
        "--learning-rate",
        "--batch-size",
        "--epochs",
    }


def test_a_trial_of_a_sweep_is_named_with_what_is_wrong(clearprop: Clearprop) -> None:
    name = fresh_id()
    shape = ("--batch-size", "99", "--epochs", "1")
    refused = clearprop(
        "sweep", name, "--on", "xor", "--vary", "learning-rate=1", *shape, code=1
    ).stderr.splitlines()
    assert refused[0] == "Error: In trial 1 (learning_rate=1): the request is invalid:"
    assert refused[1].startswith("  --batch-size: Must be")


@pytest.mark.parametrize(
    ("message", "names", "shown"),
    [
        ("the disk is full", [], "The disk is full."),
        ("full.", [], "Full."),
        ("mixreg lacks the column a", ["mixreg"], "mixreg lacks the column a."),
        ("profiles.toml is not a TOML file", [], "profiles.toml is not a TOML file."),
        ("learning_rate must be given", [], "learning_rate must be given."),
    ],
)
def test_sentences_begin_with_a_capital_letter_but_names_stay(
    message: str, names: list[str], shown: str
) -> None:
    assert sentence(message, names) == shown


@pytest.mark.parametrize(
    ("command", "option", "problem"),
    [
        ("trace", "--from-position", "Must be within the batch, which has 4 examples."),
        ("walk", "--from-line", "Must be within the walk, which has 921 lines."),
    ],
)
def test_a_start_beyond_the_end_is_reported_as_commands_count(
    clearprop: Clearprop, command: str, option: str, problem: str
) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1")
    clearprop("step", name, *XOR, "--epochs", "10")
    error = clearprop(command, name, "--update", "1", option, "5000", code=1).stderr
    assert f"  {option}: {problem}\n" in error


def test_every_invalid_setting_is_named(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1")
    output = clearprop(
        *("train", name, *XOR, "--epochs", "1", "--optimizer", "adam", "--momentum", "1"),
        *("--beta1", "1", "--beta2", "-1", "--epsilon", "0", "--weight-decay", "-1"),
        *("--shuffle-seed", "-1", "--cost-below", "0", "--max-updates", "-1"),
        code=1,
    ).stderr
    assert {line.split(":")[0].strip() for line in output.splitlines()[1:]} == {
        "--momentum",
        "--beta1",
        "--beta2",
        "--epsilon",
        "--weight-decay",
        "--shuffle-seed",
        "--cost-below",
        "--max-updates",
    }


def test_incompatible_functions_are_named(clearprop: Clearprop) -> None:
    output = clearprop(
        *("create", "n", "--layers", "2-5-1", "--activations", "softmax", "--cost", "quadratic"),
        *("--initializer", "he", "--low", "0", "--high", "1"),
        code=1,
    ).stderr
    assert {line.split(":")[0].strip() for line in output.splitlines()[1:]} == {
        "--activations, item 1",
        "--cost",
        "--low",
        "--high",
    }


def test_an_active_run_is_named_with_advice(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1")
    clearprop("step", name, *XOR, "--epochs", "5")
    output = clearprop("train", name, *XOR, "--epochs", "5", code=1).stderr
    assert "is PAUSED" in output
    assert f"clearprop resume {name}  resumes it if it is paused" in output
    assert f"clearprop watch {name} --run 1" in output


def test_a_missing_server_is_reported_at_once(clearprop: Clearprop) -> None:
    for command in (["networks"], ["watch", "any"], ["train", "any", *XOR, "--epochs", "1"]):
        output = clearprop(*command, "--server", "127.0.0.1:1", code=1).stderr
        assert output.splitlines()[0] == (
            "Error: No server answers at 127.0.0.1:1. Start one, or choose another with --server."
        )
        assert "clearprop serve" in output


def test_training_refuses_an_existing_network_with_other_layers(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1")
    output = clearprop("train", name, "--layers", "2-6-1", *XOR, "--epochs", "5", code=1).stderr
    assert output == (
        f"Error: Network {name} already exists with the layers 2-5-1, not 2-6-1: use another id.\n"
    )


def test_pause_needs_an_active_run(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1")
    assert "has no active run" in clearprop("pause", name, code=1).stderr


def numeric_parameters() -> list[tuple[str, Any]]:
    """Return the numeric arguments and options of all commands, with the name of the command."""
    commands = Commands()
    return [
        (name, parameter)
        for name in commands
        for parameter in commands[name].params
        if parameter.type_descriptor.annotation in (int, float)
    ]


def test_numbers_are_strict_in_every_command() -> None:
    found = numeric_parameters()
    assert len(found) > 40
    for name, parameter in found:
        for text in ("1_0", "\uff11", "1,5", "x", " 1\n", "nan", "0x1"):
            with pytest.raises(typer.BadParameter) as caught:
                parameter.type_descriptor.parameter_info.parser(text)
            assert re.search("is not a|is not finite|is a missing", str(caught.value)), (name, text)


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (
            ["train", "n", "--on", "xor", "--epochs", "1e4"],
            "Invalid value for '--epochs': '1e4' is not a whole number. Write 10000.",
        ),
        (["step", "n", "--count", "9" * 20], "is too large. The maximum is 9,223,372,036,854,775"),
        (
            ["train", "n", *XOR, "--epochs", "1", "--learning-rate", "inf"],
            "'inf' is not finite",
        ),
        (
            ["create", "n", "--layers", "2-1", "--activations", "Sigmod"],
            "Unknown activation 'Sigmod'. Use one of sigmoid, tanh, relu,",
        ),
        (["export", "n", "--format", "JSON"], "Unknown format 'JSON'. Use one of json, npz,"),
        (["bogus"], "No such command"),
        (["train", "n", "--on", "xor"], "Missing option"),
        (
            ["create", "n", "--layers", "2-x"],
            "'2-x' is not a list of layer sizes. Write it as 2-5-1",
        ),
        (
            ["create", "n", "--layers", "2-1", "--label", "x"],
            "'x' is not a label. Write it as key=value.",
        ),
        (["predict", "n"], "Invalid value for 'INPUTS' / '--on' / '--from': Use one of them."),
        (
            ["watch", "n", "--start", "0", "--run", "1"],
            "'--start' / '--run': Use only one of them.",
        ),
        (["import", "missing.csv", "--targets", "y"], "missing.csv"),
        (["import", "pyproject.toml"], "'pyproject.toml' does not exist"),
        (
            ["create", "n", "--layers", "2-1", "--activations", "relu,swish"],
            "Unknown activation 'swish'. ",
        ),
        (["create", "n", "--layers", "2-1", "--cost", "rmse"], "Unknown cost function 'rmse'. "),
        (
            ["create", "n", "--layers", "2-1", "--initializer", "explicit"],
            "Unknown initializer 'explicit'. ",
        ),
        (["train", "n", *XOR, "--epochs", "1", "--optimizer", "sgd"], "Unknown optimizer 'sgd'. "),
        (["walk", "n", "--from-line", "0"], "'--from-line': 0 is too small. The minimum is 1."),
        (
            ["walk", "n", "--lines", "10001"],
            "'--lines': 10001 is too large. The maximum is 10,000.",
        ),
        (
            ["trace", "n", "--from-position", "0"],
            "'--from-position': 0 is too small. The minimum is 1.",
        ),
        (["step", "n", "--momentum", "much"], "Invalid value for '--momentum'"),
    ],
)
def test_wrong_usage_is_reported_with_exit_code_2(
    clearprop: Clearprop, arguments: list[str], output: str
) -> None:
    said = clearprop(*arguments, code=2, COLUMNS="200").stderr
    assert output in said


@pytest.mark.parametrize(
    ("options", "output"),
    [
        (["--database", "mysql://x"], "is not a database"),
        (["--database", "sqlite:////proc/no/such.db"], "Error: "),
        (
            ["--grpc", "203.0.113.1:1", "--insecure", "--database", "memory:"],
            "Error: Cannot listen on 203.0.113.1:1: ",
        ),
        (
            ["--grpc", "127.0.0.1:0", "--http", "203.0.113.1:1", "--insecure"],
            "address. Choose another address with --http, or disable HTTP with --http off.",
        ),
        (
            ["--grpc", "0.0.0.0:1", "--database", "memory:"],
            "Error: Other machines can reach 0.0.0.0:1, which needs TLS and authentication: use",
        ),
        (
            ["--tls-cert", "none.pem", "--tls-key", "none.key", "--database", "memory:"],
            "Error: Cannot read --tls-cert none.pem: No such file or directory.",
        ),
        (["--http", "8080"], "use HOST:PORT, such as 127.0.0.1:8080; off disables HTTP."),
        (["--grpc", "127.0.0.1:99999"], "the port must be 0 to 65535"),
        (
            ["--limit", "network=1"],
            "Error: --limit: unknown limit 'network': did you mean networks",
        ),
    ],
)
def test_a_server_that_cannot_start_reports_the_reason(
    clearprop: Clearprop, options: list[str], output: str
) -> None:
    (line,) = clearprop("serve", *options, code=1).stderr.splitlines()
    assert output in line


@pytest.mark.parametrize("address", ["52012", "127.0.0.1:99999", "localhost:0", "http://localhost"])
def test_an_address_that_no_server_can_have_is_refused(clearprop: Clearprop, address: str) -> None:
    (line,) = clearprop("networks", "--server", address, code=1).stderr.splitlines()
    assert f"{address!r} is not a valid address: " in line


def test_an_invalid_environment_variable_is_named(clearprop: Clearprop) -> None:
    output = clearprop("serve", code=1, CLEARPROP_THREADS="many").stderr
    assert "CLEARPROP_THREADS must be a number" in output


@pytest.mark.parametrize(
    ("arguments", "code", "output"),
    [
        (["networks", "--server", "127.0.0.1:1"], 1, "Error: No server answers at 127.0.0.1:1."),
        (["bogus"], 2, "Usage: clearprop "),
    ],
)
def test_a_process_ends_with_the_exit_code_and_writes_to_its_streams(
    arguments: list[str], code: int, output: str, tmp_path: Path
) -> None:
    done = run_afresh(arguments, dict(os.environ), tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(output)


def test_characters_that_a_terminal_cannot_show_are_replaced(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", PYTHONIOENCODING="ascii")
    clearprop("step", name, *XOR, "--epochs", "5", PYTHONIOENCODING="ascii")


def test_a_second_server_cannot_open_the_same_file(
    clearprop: Clearprop, server: ServerProcess
) -> None:
    output = clearprop("serve", "--grpc", "127.0.0.1:0", "--database", server.database, code=1)
    assert output.stderr.startswith("Error: ")
