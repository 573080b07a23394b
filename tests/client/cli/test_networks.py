"""Commands about networks: create, fork, networks, state, predict, delete."""

import json

from calls import fresh_id
from console import Clearprop


def test_a_network_is_created_shown_listed_and_deleted(clearprop: Clearprop) -> None:
    name = fresh_id()
    made = clearprop("create", name, "--layers", "2-5-1", "--seed", "7", "--label", "who=me")
    assert (
        f"Network {name} (2-5-1, sigmoid, cross-entropy, 15 parameters),"
        " created uniform with seed 7\n"
    ) in made.stdout
    listed = clearprop("networks").stdout
    assert [line.split()[:5] for line in listed.splitlines() if name in line] == [
        [name, "2-5-1", "sigmoid", "15", "0"]
    ]
    shown = clearprop("state", name).stdout
    assert "Update 0, INITIAL" in shown
    assert "Layer 1 (5 × 2, sigmoid)" in shown
    assert "Layer 2 (1 × 5, sigmoid)" in shown
    assert "is deleted" in clearprop("delete", name, "--yes").stdout
    assert name not in clearprop("networks").stdout.split()


def test_a_network_of_any_kind_is_created_and_shown(clearprop: Clearprop) -> None:
    name = fresh_id()
    made = clearprop(
        *("create", name, "--layers", "3-4-2", "--activations", "leaky-relu,softmax", "--bias"),
        *("--cost", "categorical-cross-entropy", "--initializer", "he", "--seed", "1"),
    ).stdout
    assert made == (
        f"Network {name} (3-4-2, leaky-relu,softmax, categorical-cross-entropy, 26 parameters,"
        " with biases), created he with seed 1\n"
    )
    shown = clearprop("state", name).stdout
    assert "Layer 1 (4 × 3, biases, leaky-relu)" in shown
    assert "Layer 2 (2 × 4, biases, softmax)" in shown
    assert [line.split() for line in shown.splitlines() if line.startswith("unit")] == [
        ["unit", "input", "1", "input", "2", "input", "3", "bias"],
        ["unit", "input", "1", "input", "2", "input", "3", "input", "4", "bias"],
    ]
    message = json.loads(clearprop("state", name, "--json").stdout)
    assert message["layers"][0]["biases"] == [0.0] * 4


def test_a_network_is_forked_at_any_update(clearprop: Clearprop) -> None:
    name, fork = fresh_id(), fresh_id()
    clearprop("create", name, "--layers", "2-1", "--seed", "7")
    options = ("--learning-rate", "1", "--batch-size", "4", "--epochs", "9", "--count", "3")
    clearprop("step", name, "--on", "or", *options)
    made = clearprop("fork", name, fork, "--update", "2", "--label", "what=fork").stdout
    assert made == (
        f"Network {fork} (2-1, sigmoid, cross-entropy, 2 parameters),"
        f" forked from {name} at update 2\n"
    )
    shown = clearprop("state", fork).stdout
    assert f"forked from {name} at update 2" in shown
    assert "Update 0, INITIAL" in shown
    ours = json.loads(clearprop("state", fork, "--json").stdout)
    theirs = json.loads(clearprop("state", name, "--update", "2", "--json").stdout)
    assert ours["layers"] == theirs["layers"]
    message = json.loads(clearprop("fork", name, "--json").stdout)
    assert message["forkedFrom"]["update"] == "3"
    refused = clearprop("fork", name, "--update", "4", code=1)
    assert "use 0 to 3" in refused.stderr


def test_initial_weights_are_within_their_limits(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "9-9", "--low", "-2.5", "--high", "-2")
    (layer,) = json.loads(clearprop("state", name, "--json").stdout)["layers"]
    assert all(-2.5 <= weight < -2 for weight in layer["weights"])
    zeros = clearprop("create", "--layers", "9-9", "--initializer", "zeros").stdout
    assert zeros.endswith("created zeros\n")


def test_the_server_picks_a_missing_id(clearprop: Clearprop) -> None:
    made = json.loads(clearprop("create", "--layers", "3,2", "--json").stdout)
    assert made["network"]
    assert made["layerSizes"] == [3, 2]


def test_json_has_every_digit(clearprop: Clearprop) -> None:
    name = fresh_id()
    made = json.loads(clearprop("create", name, "--layers", "2-1", "--json").stdout)
    assert made["network"] == name
    assert int(made["initializer"]["seed"]) >= 0
    state = json.loads(clearprop("state", name, "--json").stdout)
    (layer,) = state["layers"]
    assert len(layer["weights"]) == 2
    assert all(-0.12 <= weight < 0.12 for weight in layer["weights"])
    assert name in [
        json.loads(line)["network"] for line in clearprop("networks", "--json").stdout.splitlines()
    ]


def test_predictions_are_shown_with_targets(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1")
    lines = clearprop("predict", name, "--on", "xor").stdout.splitlines()
    assert lines[1].split() == ["inputs", "targets", "outputs"]
    assert [line.split()[:3] for line in lines[3:]] == [
        ["0", "0", "0"],
        ["1", "0", "1"],
        ["0", "1", "1"],
        ["1", "1", "0"],
    ]


def test_predictions_take_negative_numbers(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1")
    answer = json.loads(clearprop("predict", name, "--json", "--", "-1,0.5", "1e3,2").stdout)
    assert len(answer["predictions"]) == 2
    assert answer["update"] == "0"


def test_an_input_vector_of_another_length_is_shown_as_written(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1")
    refused = clearprop("predict", name, "0,1", "1,1,1", code=2).stderr
    assert (
        f"Invalid value for 'INPUTS': '1,1,1' has 3 numbers, but network {name} has 2 inputs."
    ) in refused


def test_large_layers_are_shown_in_part(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "100-50-1")
    shown = clearprop("state", name).stdout
    assert "34 more units are not shown. --json prints all." in shown
    assert len(shown.splitlines()) < 40
    assert max(map(len, shown.splitlines())) <= 120


def test_deletion_asks_for_confirmation(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-1")
    asked = clearprop("delete", name, code=1)
    assert f"Delete {name} and its 1 updates permanently?" in asked.stderr
    assert name in clearprop("networks").stdout.split()


def test_deletion_of_updates_asks_for_confirmation(
    clearprop: Clearprop,
) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-1")
    options = ("--learning-rate", "1", "--batch-size", "4", "--epochs", "99", "--count", "9")
    clearprop("step", name, "--on", "xor", *options)
    asked = clearprop("delete-updates", name, "--before", "6", code=1)
    assert f"Delete updates 0 to 5 of {name}" in asked.stderr
    said = clearprop("delete-updates", name, "--before", "6", "--yes").stdout
    assert said == f"The history of {name} starts at update 6 and ends at 9.\n"
    again = json.loads(clearprop("delete-updates", name, "--before", "2", "--json").stdout)
    assert again["earliestUpdate"] == "6"
    assert "9 (kept from 6)" in clearprop("networks").stdout
    refused = clearprop("state", name, "--update", "5", code=1).stderr
    assert f"Update 5 of network {name} was deleted: its history begins at update 6" in refused
