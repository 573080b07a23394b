"""`clearprop history`: the way of a network's cost, drawn."""

import json
from itertools import pairwise

import pytest
from calls import fresh_id
from clearprop.cli.charts import plot, scale_of, told_apart
from console import Clearprop, on_terminal
from hypothesis import given
from hypothesis import strategies as st
from servers import ServerProcess

STEP = ("--learning-rate", "5", "--batch-size", "4", "--epochs", "9999", "--count", "5000")


def test_a_cost_is_drawn_with_its_ends_and_its_extremes(
    clearprop: Clearprop, server: ServerProcess
) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--seed", "7")
    nothing = f"no run has made an update of {name} here: there is no cost yet\n"
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
    assert shown[0] == f"cost of {name}, updates 0 to 5,001, on a logarithmic scale"
    assert shown[1] == f"{len(costs) + 2} of 5,002 updates, the extremes among them"
    table = {line.split()[0]: line.split()[1:] for line in shown[-6:-2]}
    assert shown[-1] == "no run made 5,001 (RESET)"
    assert list(table) == ["first", "last", "lowest", "highest"]
    assert table["first"][:3] == ["1", "1", "1"]
    assert table["last"][1] == "1"
    for update, _, _, cost in table.values():
        assert float(cost) == pytest.approx(costs[update.replace(",", "")], rel=1e-5)
    assert float(table["lowest"][3]) == pytest.approx(min(costs.values()), rel=1e-5)
    assert float(table["highest"][3]) == pytest.approx(max(costs.values()), rel=1e-5)

    refused = clearprop("history", name, "--from", "20", "--to", "10", code=1)
    assert "end_update" in refused.stderr


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


@pytest.mark.parametrize(
    ("values", "is_logarithmic"),
    [([1.0, 10.0], True), ([1.0, 9.9], False), ([0.0, 1e9], False), ([-1.0, 5.0], False)],
)
def test_a_scale_is_logarithmic_where_it_spans_decades(
    values: list[float], is_logarithmic: bool
) -> None:
    assert scale_of(values).is_logarithmic is is_logarithmic


@given(
    values=st.lists(st.floats(-1e200, 1e200), min_size=1, max_size=9),
    width=st.integers(60, 120),
    rows=st.integers(3, 20),
)
def test_any_values_are_drawn_within_the_chart(values: list[float], width: int, rows: int) -> None:
    scale = scale_of(values)
    ticks = scale.ticks()
    assert all(scale.low <= tick <= scale.high for tick in ticks)
    assert all(before < after for before, after in pairwise(ticks))
    lines = plot([(float(x), value) for x, value in enumerate(values)], width=width, rows=rows)
    assert len(lines) == rows + 2
    assert max(map(len, lines)) <= width


def test_numbers_get_as_many_digits_as_tell_them_apart() -> None:
    assert told_apart([0.1, 1 / 3]) == ["0.1", "0.333333"]
    assert told_apart([0.123456701, 0.1234567]) == ["0.123456701", "0.1234567"]
    assert told_apart([1.0, 1.0]) == ["1", "1"]
    assert told_apart([0.3, 0.1 + 0.2]) == ["0.3", "0.30000000000000004"]
