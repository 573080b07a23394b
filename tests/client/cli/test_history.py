"""`clearprop history`: the cost curve of a network."""

import json
import math
from itertools import pairwise
from pathlib import Path

import pytest
from calls import fresh_id
from clearprop.cli.charts import plot, scale_of
from console import Clearprop, on_terminal
from hypothesis import example, given
from hypothesis import strategies as st
from servers import ServerProcess

STEP = ("--learning-rate", "5", "--batch-size", "4", "--epochs", "9999", "--count", "5000")


def test_a_cost_curve_is_drawn_with_its_ends_and_extremes(
    clearprop: Clearprop, server: ServerProcess
) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--seed", "7")
    nothing = f"No run updated {name} in this range: there is no cost to draw.\n"
    assert clearprop("history", name).stdout == nothing
    clearprop("step", name, "--on", "xor", *STEP)
    clearprop("reset", name)

    message = json.loads(clearprop("history", name, "--json").stdout)
    initial, *others, reset = message["updates"]
    assert initial["kind"] == "UPDATE_KIND_INITIAL"
    assert reset["kind"] == "UPDATE_KIND_RESET"
    costs = {update["update"]: update["cost"] for update in others}
    assert message["thinned"]
    assert 500 < len(costs) <= 1000
    code, written = on_terminal("history", name, "--server", server.target, columns=80)
    shown = written.splitlines()
    assert code == 0
    assert max(map(len, shown)) == 80
    assert shown[:3] == [
        f"Cost of {name}, updates 0 to 5,001",
        f"{len(costs) + 2} of 5,002 updates are shown, including the extremes.",
        "The scale is logarithmic.",
    ]
    table = {line.split()[0]: line.split()[1:] for line in shown[-6:-2]}
    assert shown[-1] == "Not made by a run: 5,001 (RESET)."
    assert list(table) == ["first", "last", "lowest", "highest"]
    assert table["first"][:3] == ["1", "1", "1"]
    assert table["last"][1] == "1"
    for update, _, _, cost in table.values():
        assert float(cost) == pytest.approx(costs[update.replace(",", "")], rel=1e-5)
    assert float(table["lowest"][3]) == pytest.approx(min(costs.values()), rel=1e-5)
    assert float(table["highest"][3]) == pytest.approx(max(costs.values()), rel=1e-5)

    refused = clearprop("history", name, "--from", "20", "--to", "10", code=1)
    assert "--to: " in refused.stderr


@pytest.mark.parametrize(
    ("targets", "rate", "first", "last", "not_drawn"),
    [
        (
            [0, 1.7e308, 1.7e308, 0],
            "0.1",
            "∞",
            "∞",
            "4 of 4 costs cannot be drawn: 4 × ∞, first at",
        ),
        ([1, 1e200, 1e200, 0], "1", "0.5", "∞", "12 of 16 costs cannot be drawn"),
    ],
)
def test_infinite_costs_are_shown_and_counted(
    clearprop: Clearprop,
    tmp_path: Path,
    targets: list[float],
    *,
    rate: str,
    first: str,
    last: str,
    not_drawn: str,
) -> None:
    name, table = fresh_id(), fresh_id("set")
    rows = zip(["0,0", "0,1", "1,0", "1,1"], targets, strict=True)
    (tmp_path / "huge.csv").write_text("a,b,y\n" + "".join(f"{x},{y}\n" for x, y in rows))
    clearprop("import", "huge.csv", "--targets", "y", "--name", table)
    clearprop(
        *("create", name, "--layers", "2-1", "--activations", "identity"),
        *("--initializer", "zeros"),
    )
    batch = "4" if first == "∞" else "1"
    clearprop(
        *("train", name, "--on", table, "--learning-rate", rate),
        *("--batch-size", batch, "--epochs", "4"),
    )
    shown = clearprop("history", name).stdout
    rows_shown = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line}
    assert f"updates 0 to {rows_shown['last'][0]}" in shown
    assert rows_shown["first"] == ["1", "1", "1", first]
    assert rows_shown["last"][1:] == ["1", "4", last]
    assert rows_shown["highest"][-1] == "∞"
    assert not_drawn in shown


def test_a_chart_shows_each_value_at_its_height() -> None:
    assert plot([(0.0, 0.0), (50.0, 10.0), (100.0, 5.0)], width=40, rows=6) == [
        "10 ┤               ⢀⡠⠒⠉⠒⠢⠤⣀⡀",
        " 8 ┤            ⢀⠤⠊⠁       ⠈⠉⠒⠢⢄⣀",
        " 6 ┤         ⢀⠤⠊⠁                ⠉⠑⠒⠤⢄⣀",
        " 4 ┤      ⣀⠔⠊⠁                         ⠉",
        " 2 ┤   ⣀⠔⠊",
        " 0 ┤⡠⠔⠉",
        "   └┬──────┬──────┬──────┬──────┬──────┬",
        "    0     20     40     60     80    100",
    ]


def test_a_chart_has_gaps_where_values_are_not_finite() -> None:
    points = [(0.0, math.inf), (40.0, 1.0), (60.0, 1.0), (80.0, math.nan), (100.0, math.inf)]
    assert plot(points, width=40, rows=3) == [
        "  │",
        "1 ┤              ⠠⠤⠤⠤⠤⠤⠤⠤⠄",
        "  │",
        "  └┬──────┬──────┬───────┬──────┬──────┬",
        "   0     20     40      60     80    100",
    ]


@pytest.mark.parametrize(
    ("values", "is_logarithmic"),
    [([1.0, 10.0], True), ([1.0, 9.9], False), ([0.0, 1e9], False), ([-1.0, 5.0], False)],
)
def test_a_scale_is_logarithmic_where_it_spans_decades(
    values: list[float], is_logarithmic: bool
) -> None:
    assert scale_of(values).is_logarithmic is is_logarithmic


@given(
    values=st.lists(st.floats(), min_size=1, max_size=9).filter(
        lambda v: any(map(math.isfinite, v))
    ),
    width=st.integers(60, 120),
    rows=st.integers(3, 20),
)
@example(values=[1.7e308, -1e308], width=60, rows=3)
@example(values=[0.0, 5e-324], width=60, rows=3)
def test_any_values_are_drawn_within_the_chart(values: list[float], width: int, rows: int) -> None:
    scale = scale_of([value for value in values if math.isfinite(value)])
    ticks = scale.ticks()
    assert all(scale.low <= tick <= scale.high for tick in ticks)
    assert all(before < after for before, after in pairwise(ticks))
    lines = plot([(float(x), value) for x, value in enumerate(values)], width=width, rows=rows)
    assert len(lines) == rows + 2
    assert max(map(len, lines)) <= width


def test_layers_are_summarized_in_a_table_for_each(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--activations", "relu,sigmoid", "--seed", "7")
    clearprop("step", name, "--on", "xor", *STEP)
    lines = clearprop("summarize", name, "--points", "6", "--bins", "8").stdout.splitlines()
    assert lines[0] == f"Layers of {name}, updates 0 to 5,000"
    assert lines[2] == "Activations are those for 4 examples."
    assert "Layer 1 (5 units, relu)" in lines
    assert "Layer 2 (1 unit, sigmoid)" in lines
    heads = [line for line in lines if line.startswith("update")]
    assert ["dead units" in head for head in heads] == [True, False]
    assert ["saturated units" in head for head in heads] == [False, True]
    assert sum(line.startswith("5,000 ") for line in lines) == 2
    message = json.loads(clearprop("summarize", name, "--on", "and", "--json").stdout)
    assert (message["exampleCount"], message["thinned"]) == (4, True)
    nothing = f"{name} has no update in this range.\n"
    assert clearprop("summarize", name, "--from", "5001").stdout == nothing
