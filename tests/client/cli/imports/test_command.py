"""`clearprop import`: a training set from a complete file, or nothing."""

import gzip
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from calls import fresh_id
from console import Clearprop, on_terminal
from servers import ServerProcess


def examples(clearprop: Clearprop, name: str) -> list[dict[str, list[float] | float]]:
    shown = json.loads(clearprop("training-sets", "show", name, "--json").stdout)
    found: list[dict[str, list[float] | float]] = shown["examples"]
    return found


def test_a_table_becomes_a_set_that_can_be_listed_and_deleted(
    clearprop: Clearprop, tmp_path: Path
) -> None:
    name = fresh_id("set")
    (tmp_path / "numbers.csv").write_text("a;b;sum;difference\n0;0.5;0.5;-0.5\n1;0;1;1\n\n")
    made = clearprop("import", "numbers.csv", "--name", name, "--targets", "sum,difference").stdout
    said, inputs, targets, _, create, train = made.splitlines()
    assert said == f"Training set {name}: 2 examples, 2 inputs, 2 targets"
    assert (inputs, targets) == ("Inputs: a, b", "Targets: numbers sum, difference")
    for command in (create, train):
        clearprop(*command.split()[1:])
    assert examples(clearprop, name) == [
        {"inputs": [0.0, 0.5], "targets": [0.5, -0.5]},
        {"inputs": [1.0, 0.0], "targets": [1.0, 1.0]},
    ]
    assert "0.5" in clearprop("training-sets", "show", name).stdout
    asked = clearprop("training-sets", "delete", name, code=1)
    assert f"Delete training set {name} and its 2 examples permanently?" in asked.stderr
    listed = clearprop("training-sets").stdout
    assert name in listed.split()
    assert listed.count("built in") == 3
    clearprop("training-sets", "delete", name, "--yes")
    assert name not in clearprop("training-sets").stdout.split()


def test_inputs_that_are_an_image_are_described(clearprop: Clearprop, tmp_path: Path) -> None:
    name = fresh_id("set")
    header = ",".join(f"p{place}" for place in range(12))
    (tmp_path / "images.csv").write_text(f"{header},y\n{'0,' * 12}1\n{'255,' * 12}0\n")
    to_import = ("import", "images.csv", "--name", name, "--targets", "y", "--replace")
    for shape, division, size in (
        ("3x4", (), "3 × 4 pixels"),
        ("2x2x3", ("--divide-by", "255"), "2 × 2 pixels in colour"),
    ):
        said = clearprop(*to_import, "--shape", shape, *division).stdout.splitlines()
        assert f"The inputs are images of {size}" in said
        shown = clearprop("training-sets", "show", name).stdout.splitlines()
        assert f"The inputs are images of {size}" in shown
        assert f"  images of {size}" in clearprop("training-sets").stdout
    assert examples(clearprop, name)[1]["inputs"] == [1.0] * 12
    one = clearprop("training-sets", "show", name, "--examples", "2").stdout
    assert [line.split()[:2] for line in one.splitlines()[3:4]] == [["2", "1"]]
    for wrong, why in (("0", "too small"), ("1,", "not a whole number")):
        refused = clearprop("training-sets", "show", name, "--examples", wrong, code=2).stderr
        assert "'--examples'" in refused
        assert why in refused
    for wrong in ("12", "3x-4", "2x3x2", "3x2x2x1"):
        refused = clearprop(*to_import, "--shape", wrong, code=2).stderr
        assert f"'{wrong}' is not a shape such as 8x8 or 8x8x3." in refused
    larger = clearprop(*to_import, "--shape", "4x4", code=1).stderr
    assert "An image of 4 × 4 has 16 inputs, but there are 12 input columns." in larger


def test_a_table_comes_from_standard_input(clearprop: Clearprop) -> None:
    name = fresh_id("set")
    table = ("import", "-", "--targets", "y")
    clearprop(*table, "--name", name, stdin='[{"a": true, "y": 2}, {"a": false, "y": 3}]')
    assert [each["inputs"] for each in examples(clearprop, name)] == [[1.0], [0.0]]
    assert "True or False: a" in clearprop("training-sets", "show", name).stdout.splitlines()
    assert "'--name'" in clearprop(*table, stdin="a,y\n1,2\n", code=2).stderr
    bad = clearprop(*table, "--name", "bad", stdin="a,y\n1,x\n", code=1).stderr
    assert bad.startswith("Error: standard input: Line 2, column y: 'x' is not a number")


def test_a_column_of_weights_is_stored_and_shown(clearprop: Clearprop, tmp_path: Path) -> None:
    name = fresh_id("set")
    (tmp_path / "weighted.csv").write_text("a,w,y\n1,0.5,0\n2,3,1\n")
    clearprop("import", "weighted.csv", "--name", name, "--targets", "y", "--weights", "w")
    assert examples(clearprop, name) == [
        {"inputs": [1.0], "targets": [0.0], "weight": 0.5},
        {"inputs": [2.0], "targets": [1.0], "weight": 3.0},
    ]
    shown = clearprop("training-sets", "show", name).stdout.splitlines()
    assert shown[:2] == ["Inputs: a", "Targets: labels y"]
    assert shown[2].split() == ["example", "inputs", "targets", "weight"]
    assert shown[5].split()[-1] == "3"


def test_columns_of_many_categories_are_warned_about(clearprop: Clearprop, tmp_path: Path) -> None:
    name = fresh_id("set")
    lines = [f"2024-01-{row % 20:02},{row % 15},{row % 3}%,{row % 2}" for row in range(80)]
    (tmp_path / "days.csv").write_text("\n".join(["day,code,share,y", *lines]))
    said = clearprop(
        *("import", "days.csv", "--name", name, "--targets", "y", "--categories", "code")
    ).stdout
    advice = "If they are dates or numbers with units, convert them."
    assert [line for line in said.splitlines() if line.startswith("Warning")] == [
        f"Warning: Column day has 20 categories. {advice}",
        f"Warning: Column share has 3 categories. {advice}",
    ]


def test_labels_become_classes_that_are_named_in_their_order(
    clearprop: Clearprop, tmp_path: Path
) -> None:
    name = fresh_id("set")
    (tmp_path / "Iris Flowers.csv").write_text("length,kind\n5.1,setosa\n6,virginica\n7,oak\n")
    made = clearprop(
        *("import", "Iris Flowers.csv", "--name", name, "--targets", "kind", "--one-hot"),
        *("--divide-by", "2"),
    ).stdout.splitlines()
    assert made == [
        f"Training set {name}: 3 examples, 1 input, 3 targets",
        "Inputs: length",
        "Targets: the classes of kind in this order: oak, setosa, virginica",
        "The columns have no names: with --divide-by, they are not stored. --min-max keeps them.",
    ]
    assert examples(clearprop, name)[0] == {"inputs": [2.55], "targets": [0.0, 1.0, 0.0]}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("My Table 1.csv", "my-table-1"),
        ("2024.data.csv", "set-2024-data"),
        ("Packed.csv.gz", "packed"),
    ],
)
def test_a_set_is_named_after_its_file(
    clearprop: Clearprop, tmp_path: Path, file: str, name: str
) -> None:
    text = b"a,y\n1,2\n"
    (tmp_path / file).write_bytes(gzip.compress(text) if file.endswith(".gz") else text)
    made = json.loads(clearprop("import", file, "--targets", "y", "--json").stdout)
    assert made["trainingSet"] == name
    clearprop("training-sets", "delete", name, "--yes")


def test_arrays_become_a_set(clearprop: Clearprop, tmp_path: Path) -> None:
    name = fresh_id("set")
    inputs = np.arange(3000 * 64).reshape(3000, 64) / 7
    np.savez(tmp_path / "arrays.npz", inputs=inputs, targets=np.arange(3000))
    made = clearprop("import", "arrays.npz", "--name", name).stdout
    said, named, *warnings = made.splitlines()
    assert said == f"Training set {name}: 3,000 examples, 64 inputs, 1 target"
    assert named.startswith("Inputs: inputs.1, inputs.2, ")
    assert [line.split(":")[0] for line in warnings[:2]] == ["Targets", "Warning"]
    assert f"clearprop train {name} --on {name} --optimizer adam" in warnings[-1]
    assert examples(clearprop, name)[2999] == {"inputs": list(inputs[2999]), "targets": [2999.0]}


def test_a_progress_bar_is_shown_on_a_terminal(server: ServerProcess, tmp_path: Path) -> None:
    file = tmp_path / f"{fresh_id('set')}.csv"
    file.write_text("a,y\n" + "0.25,1\n" * 20_000)
    code, output = on_terminal(
        *("import", str(file), "--targets", "y"), columns=80, CLEARPROP_SERVER=server.target
    )
    assert code == 0
    assert f"reading {file.name}" in output
    assert "sending" in output
    assert "20,000 examples" in output


@pytest.mark.parametrize(
    ("content", "output"),
    [
        (
            "a,y\n1,2\n3,x\n",
            (
                "Line 3, column y: 'x' is not a number, but 1 of the 2 values in this column are:"
                " correct it, or use --one-hot if the column has classes."
            ),
        ),
        (
            "a,b\n1,2\n",
            (
                "Unknown column 'y' in --targets. Use one of a, b. The columns seem to be"
                " separated by commas; if they are not, use --delimiter."
            ),
        ),
    ],
)
def test_nothing_is_stored_of_an_invalid_file(
    clearprop: Clearprop, tmp_path: Path, content: str, output: str
) -> None:
    name = fresh_id("set")
    (tmp_path / "bad.csv").write_text(content)
    said = clearprop("import", "bad.csv", "--name", name, "--targets", "y", code=1).stderr
    assert said == f"Error: bad.csv: {output}\n"
    assert name not in clearprop("training-sets").stdout.split()


def test_errors_of_the_server_are_shown(clearprop: Clearprop, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,y\n1,2\n")
    table = ("import", "table.csv", "--targets", "y")
    output = clearprop(*table, "--name", "Not An Id", code=1).stderr
    assert "--name: Must be 1 to 63 characters of a-z" in output
    assert "already" in clearprop(*table, "--name", "xor", code=1).stderr


def test_wrong_usage_is_reported_with_exit_code_2(clearprop: Clearprop, tmp_path: Path) -> None:
    def wrong(*options: str) -> str:
        done: subprocess.CompletedProcess[str] = clearprop(
            "import", "table.csv", *options, code=2, COLUMNS="200"
        )
        return done.stderr

    (tmp_path / "table.csv").write_text("a,y\n1,2\n")
    assert "Name the target columns" in wrong()
    assert "Name only one target column" in wrong("--targets", "a,y", "--one-hot")
    assert "Use one character" in wrong("--targets", "y", "--delimiter", "::")
    assert "Use a number greater than 0" in wrong("--targets", "y", "--divide-by", "0")
    assert "'inf' is not finite" in wrong("--targets", "y", "--divide-by", "inf")
    (tmp_path / "arrays.npz").write_bytes(b"")
    assert (
        "These options are for CSV tables"
        in clearprop(*("import", "arrays.npz", "--delimiter", ","), code=2, COLUMNS="200").stderr
    )


def test_classes_that_could_be_misread_are_listed_in_quotes(
    clearprop: Clearprop, tmp_path: Path
) -> None:
    name = fresh_id("set")
    (tmp_path / "table.csv").write_text('a,y\n1,"yes, certainly"\n2,no\n3,"two\nlines"\n')
    made = clearprop(
        *("import", "table.csv", "--name", name, "--targets", "y", "--one-hot"),
    ).stdout.splitlines()
    assert made[2].endswith("in this order: no, 'two\\nlines', 'yes, certainly'")
