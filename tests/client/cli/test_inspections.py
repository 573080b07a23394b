"""Commands that look inside updates: state --full, trace, walk, explain."""

import json

import pytest
from calls import fresh_id
from console import Clearprop

XOR = ("--on", "xor", "--learning-rate", "5", "--batch-size", "3", "--epochs", "4")


@pytest.fixture
def name(clearprop: Clearprop) -> str:
    """A network that has made one update, of the examples 1 to 3."""
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--seed", "7")
    clearprop("step", name, *XOR)
    return name


def test_a_trace_shows_the_batch_and_its_step(clearprop: Clearprop, name: str) -> None:
    output = clearprop("trace", name).stdout
    assert f"Update 1 of {name}: run 1, epoch 1, 3 examples, cost 0.708683" in output
    assert "Example 2 (position 2 in the batch): inputs 1  0, targets 1, cost 0.736969" in output
    assert "output 1 ← hidden 1   -0.298696" in output
    second = clearprop("trace", name, "--next", "--from-position", "3", "--json").stdout
    found = json.loads(second)["trace"]
    assert [each["example"] for each in found["examples"]] == ["1"]
    full = clearprop("state", name, "--full").stdout
    assert "Gradient of layer 2" in full
    assert "layer 2  0.478137" in full


def test_the_next_update_can_have_any_settings_of_a_new_run(
    clearprop: Clearprop, name: str
) -> None:
    clearprop("cancel", name)
    settings = ("--l2", "0.5", "--clip-norm", "0.01", "--validation-share", "0.5")
    new = ("--next", "--on", "xor", "--learning-rate", "1", "--batch-size", "2", "--epochs", "2")
    output = clearprop("trace", name, *new, *settings).stdout
    heads = next(line for line in output.splitlines() if line.startswith("largest steps"))
    assert heads.split()[3:] == ["sum", "G", "G/n", "used", "g", "step", "before", "after"]
    output = clearprop("explain", name, "1", "1", "1", *new, *settings).stdout
    assert "The norm of the gradient of all parameters is limited to 0.01." in output
    assert "The resulting gradient times the learning rate, 1, is the step." in output
    phases = clearprop("walk", name, "--phases", *new, "--dropout", "0.5").stdout
    assert "Dropout of deltas, layer 1, example 1 of the batch" in phases
    assert "settings: Must be absent" in clearprop("trace", name, *settings, code=1).stderr


def test_a_walk_shows_what_each_line_sets(clearprop: Clearprop, name: str) -> None:
    output = clearprop("walk", name, "--from-line", "8", "--lines", "12").stdout
    lines = [line.strip() for line in output.splitlines()]
    assert lines[0] == f"Update 1 of {name}: run 1, 728 lines in 26 phases"
    assert "Forward, layer 1, example 1 of the batch" in lines
    assert any("z_i = z_i + a_j * w_i[j]" in line and line.endswith("z_i = 0.0") for line in lines)
    assert lines[-1] == "More lines: --from-line 20"
    phases = clearprop("walk", name, "--phases").stdout.splitlines()
    assert phases[2] == "Forward, layer 1, example 1 of the batch"
    walk = json.loads(clearprop("walk", name, "--next", "--lines", "1000", "--json").stdout)["walk"]
    assert (walk["update"], len(walk["steps"])) == ("2", walk["stepCount"])


def test_an_explanation_shows_the_arithmetic(clearprop: Clearprop, name: str) -> None:
    output = clearprop("explain", name, "2", "1", "3").stdout
    assert "Output 1 ← hidden 3 increases by 0.4797, from -0.05883 to 0.4208." in output
    assert "  w2[1,3]′ = w2[1,3] − Δ = -0.0588312" in output
    latex = clearprop("explain", name, "1", "3", "2", "--notation", "latex").stdout
    assert r"\frac{\partial C_{1}}{\partial w_{3,2}^{(1)}}" in latex


def test_an_unknown_weight_is_wrong_usage(clearprop: Clearprop, name: str) -> None:
    assert "Layer 1 has units 1 to 5, not 6" in clearprop(
        "explain", name, "1", "6", "1", code=2
    ).stderr.replace("\n", " ")
    assert "has no biases" in clearprop("explain", name, "1", "5", "bias", code=2).stderr
    assert (
        "neither a whole number nor the word bias"
        in clearprop("explain", name, "1", "5", "x", code=2).stderr
    )
