"""Commands that measure: evaluate, check-gradients."""

import json

import pytest
from calls import fresh_id
from console import Clearprop

XOR = ("--on", "xor", "--learning-rate", "5", "--batch-size", "4")


def test_a_network_is_evaluated_at_any_update(clearprop: Clearprop) -> None:
    name = fresh_id()
    told = clearprop("train", name, "--layers", "2-5-1", "--seed", "7", *XOR, "--epochs", "5000")
    assert "SUCCEEDED" in told.stdout
    line = clearprop("evaluate", name, "--on", "xor").stdout
    assert line.startswith("at update 5,000: cost 0.")
    assert line.endswith(", 4 of 4 right (100.0%)\n")
    before = json.loads(
        clearprop("evaluate", name, "--on", "xor", "--update", "0", "--json").stdout
    )
    assert before["update"] == "0"
    assert before["cost"] == pytest.approx(0.69, abs=0.01)
    assert before["correctCount"] == "2"
    assert before["accuracy"] == 0.5


def test_a_set_that_does_not_fit_is_refused(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "3-1")
    told = clearprop("evaluate", name, "--on", "xor", code=1).stderr
    assert "training_set: the examples of xor have 2 inputs, the network takes 3" in told


def test_the_gradients_of_a_smooth_network_are_right(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--bias", "--activations", "tanh,sigmoid")
    lines = clearprop("check-gradients", name, "--on", "xor").stdout.splitlines()
    assert lines[0] == "at update 0: 21 gradients over 4 examples passed"
    assert lines[2].split() == ["parameter", "gradient", "measured", "difference", "allowed"]
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
    told = clearprop("check-gradients", name, "--on", "xor").stdout
    assert "9 gradients over 4 examples passed" in told
    assert "6 at a kink" in told
    assert told.count("kink\n") == 6
