"""Commands that measure: evaluate, check-gradients."""

import json

import pytest
from calls import fresh_id
from clearprop.v1.network_pb2 import Network
from clearprop.v1.training_service_pb2 import (
    CheckGradientsResponse,
    GetNetworkResponse,
    GradientDifference,
)
from console import Clearprop
from scripted import ScriptedServer

XOR = ("--on", "xor", "--learning-rate", "5", "--batch-size", "4")


def test_a_network_is_evaluated_at_any_update(clearprop: Clearprop) -> None:
    name = fresh_id()
    output = clearprop("train", name, "--layers", "2-5-1", "--seed", "7", *XOR, "--epochs", "5000")
    assert "SUCCEEDED" in output.stdout
    line = clearprop("evaluate", name, "--on", "xor").stdout
    assert line.startswith("At update 5,000: cost 0.")
    assert line.endswith(", 4 of 4 correct (100.0%)\n")
    before = json.loads(
        clearprop("evaluate", name, "--on", "xor", "--update", "0", "--json").stdout
    )
    assert before["update"] == "0"
    assert before["cost"] == pytest.approx(0.69, abs=0.01)
    assert before["correctCount"] == "2"
    assert before["accuracy"] == 0.5


def test_the_details_of_an_evaluation(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("train", name, "--layers", "2-5-1", "--seed", "7", *XOR, "--epochs", "5000")
    lines = [
        " ".join(line.split())
        for line in clearprop("evaluate", name, "--on", "xor", "--details").stdout.splitlines()
    ]
    assert lines[1] == "class examples precision recall F1 ROC AUC"
    assert lines[3:7] == [
        "0 2 1 1 1 1",
        "1 2 1 1 1 1",
        "macro average 1 1 1 1",
        "weighted average 1 1 1 1",
    ]
    assert lines[7].startswith("Log loss 0.0")
    assert lines[11:13] == ["0 2 0", "1 0 2"]
    assert lines[13] == "The examples with the largest costs:"
    assert len(lines[16:]) == 4


def test_the_examples_of_a_cell_of_the_confusion_matrix(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--seed", "7")
    cell = ("--class", "1", "--predicted", "0", "--wrong", "--most", "1")
    lines = clearprop("evaluate", name, "--on", "xor", *cell).stdout.splitlines()
    assert lines[1] == "The 1 of 2 examples with the largest costs:"
    assert lines[4].split()[1:3] == ["1", "0"]
    none = ("--class", "0", "--predicted", "0", "--wrong")
    last = clearprop("evaluate", name, "--on", "xor", *none).stdout.splitlines()[-1]
    assert last == "There is no such example."
    active = clearprop("evaluate", name, "--on", "xor", "--layer", "1", "--unit", "5").stdout
    assert active.splitlines()[1] == "The examples with the largest activations:"
    for unit, said in (
        (("--layer", "1", "--unit", "9"), "'--unit': Layer 1 has units 1 to 5, not 9."),
        (("--layer", "3"), f"'--layer': Network {name} has layers 1 to 2, not 3."),
        (("--unit", "2"), "'--unit': Choose its layer, too, with --layer."),
    ):
        wrong = clearprop("evaluate", name, "--on", "xor", *unit, code=2, COLUMNS="200").stderr
        assert said in wrong
    part = clearprop("evaluate", name, "--on", "xor", "--part", "held-out", code=1).stderr
    assert "has no run" in part
    refused = clearprop("evaluate", name, "--on", "xor", "--class", "cat", code=2).stderr
    assert "Unknown class 'cat'. Use one of 0, 1." in " ".join(refused.split())


def test_examples_are_drawn_on_a_plane(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--seed", "7")
    drawn = clearprop("project", name, "--on", "xor", "--layer", "1").stdout
    assert drawn.startswith(f"Layer 1 of {name} for 4 examples at update 0\n")
    picture = "".join(drawn.splitlines()[1:25])
    assert sorted(picture.replace(" ", "")) == ["0", "0", "1", "1"]
    message = json.loads(
        clearprop("project", name, "--on", "xor", "--examples", "2", "--json").stdout
    )
    assert [each["example"] for each in message["examples"]] == ["0", "2"]


def test_a_training_set_that_does_not_fit_is_refused(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "3-1")
    output = clearprop("evaluate", name, "--on", "xor", code=1).stderr
    assert "--on: The examples of xor have 2 inputs, but the network has 3" in output


def test_the_gradients_of_a_smooth_network_are_right(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--bias", "--activations", "tanh,sigmoid")
    lines = clearprop("check-gradients", name, "--on", "xor").stdout.splitlines()
    assert lines[0] == "At update 0: 21 gradients over 4 examples: passed"
    assert lines[2].split() == ["parameter", "gradient", "measured", "difference", "tolerance"]
    assert len(lines[4:]) == 10
    assert all(line.endswith("passed") for line in lines[4:])
    check = json.loads(
        clearprop(
            *("check-gradients", name, "--on", "xor", "--examples", "3", "--parameters", "5"),
            "--json",
        ).stdout
    )
    assert (check["exampleCount"], check["parameterCount"]) == ("3", "5")
    assert len(check["differences"]) == 5


def test_kinks_are_shown_as_such(clearprop: Clearprop) -> None:
    name = fresh_id()
    # All weights are 0: every relu unit stands right at its kink.
    zeros = ("--initializer", "zeros", "--activations", "relu,sigmoid")
    clearprop("create", name, "--layers", "2-3-1", *zeros)
    output = clearprop("check-gradients", name, "--on", "xor").stdout
    assert "9 gradients over 4 examples: passed" in output
    assert "6 at a kink" in output
    assert output.count("kink\n") == 6


def test_slopes_that_overflow_are_shown_as_such(clearprop: Clearprop) -> None:
    name = fresh_id()
    zeros = ("--initializer", "zeros", "--activations", "relu,sigmoid")
    clearprop("create", name, "--layers", "2-1-1", *zeros)
    for input_ in ("1", "2"):
        clearprop("set-weight", name, "1", "1", input_, "1.7e308")
    output = clearprop("check-gradients", name, "--on", "xor").stdout
    assert "3 gradients over 4 examples: none could be compared\n" in output
    assert " cannot be measured: " in output
    assert "unmeasurable\n" in output


def test_a_gradient_that_is_wrong_is_shown_and_fails_the_command(clearprop: Clearprop) -> None:
    # No real server can be made to compute a wrong one.
    wrong = GradientDifference(
        layer=1, unit=1, input=0, analytic=1, numeric=2, difference=1, tolerance=2e-6, step=6e-6
    )
    right = GradientDifference(layer=2, unit=0, analytic=1, numeric=1, tolerance=1e-6)
    check = CheckGradientsResponse(
        example_count=4, parameter_count=2, failed_count=1, differences=[wrong, right]
    )
    server = ScriptedServer()
    server.answers("GetNetwork", GetNetworkResponse(network=Network(layer_sizes=[2, 3, 1])))
    server.answers("CheckGradients", check)
    output = clearprop("check-gradients", "n", "--on", "xor", "--server", server.target, code=1)
    server.stop()
    lines = output.stdout.splitlines()
    assert lines[0] == "At update 0: 2 gradients over 4 examples: 1 FAILED"
    assert lines[4].split() == ["hidden", "2", "←", "input", "1", "1", "2", "1", "2e-06", "FAILED"]
    assert lines[5].split()[:3] == ["output", "1", "bias"]
