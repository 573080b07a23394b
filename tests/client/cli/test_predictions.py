"""`clearprop predict --from`: from a file as it came to classes, labels or values."""

import csv
import json
import re
from io import StringIO
from pathlib import Path

import pytest
from calls import fresh_id
from console import Clearprop

TRAINING = ["--learning-rate", "0.3", "--batch-size", "8", "--epochs", "50"]


@pytest.fixture
def pets(clearprop: Clearprop, tmp_path: Path) -> str:
    """A network that tells cats from dogs by weight and colour; some weights are missing."""
    lines = ["weight,colour,kind"]
    for row in range(40):
        weight = "NA" if row % 10 == 3 else str(4 + row % 3 if row % 2 else 20 + row % 7)
        lines.append(f"{weight},{'grey' if row % 3 else 'red'},{'cat' if row % 2 else 'dog'}")
    (tmp_path / "pets.csv").write_text("\n".join(lines))
    name = fresh_id("pets")
    clearprop(
        *("import", "pets.csv", "--name", name, "--targets", "kind", "--one-hot"),
        *("--standardize", "--missing", "median"),
    )
    clearprop("create", name, "--layers", "4-2", "--activations", "softmax", "--bias")
    clearprop("train", name, "--on", name, *TRAINING)
    return name


def answers(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_a_file_becomes_classes_and_probabilities(
    clearprop: Clearprop, tmp_path: Path, pets: str
) -> None:
    (tmp_path / "new.csv").write_text("id,colour,weight\n1,red,5\n2,grey,24\n3,grey,\n")
    said = clearprop("predict", pets, "--from", "new.csv", "--output", "answers.csv").stdout
    assert said.splitlines() == ["3 rows predicted at update 250.", "Not used: id"]
    found = answers((tmp_path / "answers.csv").read_text())
    assert [row["class"] for row in found[:2]] == ["cat", "dog"]
    assert clearprop("state", pets).stdout.splitlines()[2:7] == [
        "Inputs: weight, colour",
        "Categories of colour: grey, red",
        "Missing values in: weight",
        "Targets: the classes of kind in this order: cat, dog",
        "Numbers: missing ones replaced by the median, standardized, as learned from 40 rows",
    ]
    for row in found:
        assert float(row["probability cat"]) + float(row["probability dog"]) == pytest.approx(1)

    printed = clearprop("predict", pets, "--from", "new.csv", "--output", "-")
    assert answers(printed.stdout) == found
    assert "Not used: id" in printed.stderr
    rows = [{"weight": 5, "colour": "red"}, {"colour": "grey", "weight": 24}]
    (tmp_path / "new.jsonl").write_text("\n".join(map(json.dumps, rows)))
    shown = json.loads(clearprop("predict", pets, "--from", "new.jsonl", "--json").stdout)
    assert [each["classes"] for each in shown["predictions"]] == [["cat"], ["dog"]]

    (tmp_path / "new.jsonl").rename(tmp_path / "-")  # the name means standard input all the same
    given = '{"weight": 24, "colour": "grey"}'
    piped = clearprop("predict", pets, "--from", "-", "--output", "-", stdin=given)
    assert [row["class"] for row in answers(piped.stdout)] == ["dog"]

    one = clearprop("predict", pets, "5,red").stdout.splitlines()[-1].split()
    assert (one[:2], one[-1]) == (["5", "red"], "cat")
    refused = clearprop("predict", pets, "5", code=2).stderr
    assert f"'5' has 1 value, but network {pets} has the columns weight, colour." in refused
    measured = clearprop("evaluate", pets, "--on", pets, "--details").stdout
    assert [line.split()[0] for line in measured.splitlines()[3:5]] == ["cat", "dog"]

    again = clearprop("predict", pets, "--from", "new.csv", "--output", "answers.csv", code=1)
    assert "answers.csv already exists" in again.stderr
    clearprop("predict", pets, "--from", "new.csv", "--output", "answers.csv", "--force")


def test_a_bad_file_is_refused_and_nothing_is_written(
    clearprop: Clearprop, tmp_path: Path, pets: str
) -> None:
    for text, problem in (
        ("colour\nred\n", "1 column is missing: weight. There are colour."),
        ("weight,colour\n5,blue\n", "Line 2, column colour: 'blue' is not a known category"),
        ("weight,colour\n5,red\n5,\n", "Line 3, column colour: The value is missing, but no"),
        ("weight,colour\n5,red\nheavy,red\n", "Line 3, column weight: 'heavy' is not a number"),
    ):
        (tmp_path / "bad.csv").write_text(text)
        done = clearprop("predict", pets, "--from", "bad.csv", "--output", "answers.csv", code=1)
        assert done.stderr.startswith(f"Error: bad.csv: {problem}")
    assert not (tmp_path / "answers.csv").exists()


def test_values_that_do_not_fit_are_named_with_their_column(
    clearprop: Clearprop, pets: str
) -> None:
    refused = clearprop("predict", pets, "5,red", "heavy,red", code=1).stderr
    assert refused.startswith("Error: Row 2, column weight: 'heavy' is not a number")
    assert clearprop("predict", pets, ",red").stdout.splitlines()[-1].split()[0] == "red"


def test_the_inputs_of_a_set_are_prepared(clearprop: Clearprop, tmp_path: Path, pets: str) -> None:
    by_set = json.loads(clearprop("predict", pets, "--on", pets, "--json").stdout)
    (tmp_path / "same.csv").write_text((tmp_path / "pets.csv").read_text())
    by_file = json.loads(clearprop("predict", pets, "--from", "same.csv", "--json").stdout)
    assert by_set == by_file
    shown = clearprop("predict", pets, "--on", pets).stdout.splitlines()
    assert shown[0] == "Outputs (cat, dog) at update 250:"
    assert shown[1].split() == ["inputs", "targets", "outputs", "answer"]
    assert {line.split()[-1] for line in shown[3:]} == {"cat", "dog"}
    (tmp_path / "gap.csv").write_text("weight,colour,kind\n5,red,cat\n6,,dog\n")
    gap = fresh_id("gap")
    other = ("--targets", "kind", "--one-hot", "--missing", "median")
    clearprop("import", "gap.csv", "--name", gap, *other)
    missing = clearprop("predict", pets, "--on", gap, code=1).stderr
    assert missing.startswith("Error: Example 2, column colour: The value is missing, but no")
    refused = clearprop("predict", pets, "--on", "xor", code=1).stderr
    assert "knows its inputs by the names of columns, which training set xor does not" in refused


def test_numbers_are_answered_in_the_units_of_the_targets(
    clearprop: Clearprop, tmp_path: Path
) -> None:
    name = fresh_id("line")
    lines = "\n".join(f"{x},{100 + 10 * x},{x}" for x in range(20))
    (tmp_path / "line.csv").write_text(f"x,y,z\n{lines}\n")
    clearprop("import", "line.csv", "--name", name, "--targets", "y,z", "--standardize")
    clearprop("create", name, "--layers", "1-2", "--activations", "identity", "--bias")
    unknown = clearprop("predict", name, "--from", "line.csv", "--output", "-", code=1).stderr
    assert f"Network {name} knows no columns: train it first" in unknown
    unprepared = clearprop("predict", name, "--on", name, code=1).stderr
    assert unprepared.startswith(f"Error: The columns of training set {name} must be prepared")
    clearprop("train", name, "--on", name, *TRAINING)
    (tmp_path / "new.csv").write_text("x\n5\n7\n")
    (first, second) = answers(
        clearprop("predict", name, "--from", "new.csv", "--output", "-").stdout
    )
    assert float(first["y"]) == pytest.approx(150, abs=0.5)
    assert float(second["z"]) == pytest.approx(7, abs=0.05)


def test_other_options_are_usage_errors(clearprop: Clearprop, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("x\n5\n")
    table = ("predict", "net", "--from", "new.csv")
    assert "Name a file, or - for" in clearprop(*table, code=2).stderr
    assert "Use one of them" in clearprop(*table, "--on", "xor", code=2).stderr
    assert "for --from" in clearprop("predict", "net", "0,1", "--output", "a", code=2).stderr


def test_the_units_that_make_an_output_larger_are_named(clearprop: Clearprop, pets: str) -> None:
    lines = clearprop("predict", pets, "5,red", "--why").stdout.splitlines()
    start = lines.index("Row 1: what raises output 1 (cat) above output 2 (dog) most:")
    assert lines[start + 1].split("  ")[0] == "unit"
    cells = [re.split(r" {2,}", line.strip()) for line in lines[start + 3 :]]
    assert {unit for unit, *_ in cells} <= {
        *("input 1 (weight)", "input 2 (weight is missing)", "bias"),
        *("input 3 (colour = grey)", "input 4 (colour = red)"),
    }
    raised = [float(to_cat) - float(to_dog) for _, to_cat, to_dog in cells]
    assert raised == sorted(raised, reverse=True)
    assert raised[-1] > 0
    refused = clearprop("predict", pets, "--on", pets, "--why", code=2)
    assert "This option is for INPUTS." in refused.stderr
    single = fresh_id("single")
    clearprop("create", single, "--layers", "2-3-1", "--seed", "7")
    shown_single = clearprop("predict", single, "1,1", "--why").stdout
    assert "Row 1: the largest contributions to the logit of output 1:" in shown_single
    assert "hidden 2" in shown_single
