"""`clearprop generate`: training sets whose examples the service makes."""

import json
import shlex

from calls import fresh_id
from console import Clearprop


def test_a_generated_set_says_how_it_was_made(clearprop: Clearprop) -> None:
    name = fresh_id()
    options = ("--name", name, "--examples", "40", "--noise", "0.1", "--seed", "3")
    output = clearprop("generate", "spiral", *options).stdout
    made = "made by spiral with noise 0.1 and seed 3"
    assert output.splitlines()[0] == f"Training set {name}: 40 examples, {made}"
    shown = clearprop("training-sets", "show", name).stdout
    assert shown.splitlines()[0] == f"The examples are {made}"
    assert any(
        line.split()[0] == name and line.endswith(made)
        for line in clearprop("training-sets").stdout.splitlines()
    )
    again = json.loads(clearprop("generate", "spiral", *options, "--replace", "--json").stdout)
    assert again["generator"]["seed"] == "3"


def test_the_suggested_commands_train_on_it(clearprop: Clearprop) -> None:
    name = fresh_id()
    output = clearprop("generate", "moons", "--name", name).stdout
    commands = [line for line in output.splitlines() if line.startswith("  clearprop ")]
    for command in commands:
        clearprop(*shlex.split(command)[1:])
    assert len(commands) == 2


def test_an_unknown_generator_is_refused(clearprop: Clearprop) -> None:
    refusal = clearprop("generate", "spirals", code=2).stderr
    assert "Unknown generator 'spirals'. Use one of spiral, circle, moons" in refusal
