"""The plots of growth are those of their numbers, can be read, and can be measured again."""

import re
from itertools import pairwise
from math import isclose
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from promises import IS_LONG

from bench import racing
from bench.growth import document, limits, watchers
from bench.growth.curves import Curve, Measured, Plot, load
from bench.growth.drawing import picture, time_text
from bench.growth.figures import PLOTS, measured, numbers

UNITS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
#: Others start the same server or the same race.
MEASURED = PLOTS if IS_LONG else [plot for plot in PLOTS if plot.name in {"batch", "watchers"}]
NAMES = [plot.name for plot in PLOTS]
TIMES = st.floats(1e-9, 1e3)


@pytest.mark.parametrize("plot", PLOTS, ids=NAMES)
def test_pictures_and_tables_are_those_of_the_numbers(plot: Plot) -> None:
    found = load(numbers(plot))
    hint = "run make bench ARGS='growth draw'"
    assert document.image(plot).read_text() == picture(plot, found.curves), hint
    page = document.PAGE.read_text()
    assert document.with_table(page, plot, found) == page, hint
    assert f"(images/growth-{plot.name}.svg)" in page


@given(times=st.lists(st.tuples(TIMES, TIMES), min_size=1, max_size=6))
def test_points_are_in_the_frame_and_names_apart_in_the_order_of_ends(
    times: list[tuple[float, float]],
) -> None:
    curves = [
        Curve(f"curve {index}", "ours", [(1, first), (500, last)])
        for index, (first, last) in enumerate(times)
    ]
    drawn = picture(PLOTS[0], curves)
    assert drawn == picture(PLOTS[0], curves)
    for place in re.findall(r'cy="([\d.]+)" r', drawn):
        assert 50 <= float(place) <= 410
    places = re.findall(r'class="name c\d" x="642" y="([-\d.]+)">curve (\d)', drawn)
    by_height = sorted(places, key=lambda place: float(place[0]))
    assert all(float(b) - float(a) >= 15.9 for (a, _), (b, _) in pairwise(by_height))
    ends = [times[int(index)][1] for _, index in by_height]
    assert ends == sorted(ends, reverse=True)


@given(seconds=st.floats(1e-9, 999.0))
def test_a_time_has_three_digits_and_its_unit(seconds: float) -> None:
    number, unit = time_text(seconds).split()
    assert isclose(float(number.replace(",", "")) * UNITS[unit], seconds, rel_tol=5.1e-3)
    assert len(number.replace(".", "").replace(",", "")) in {3, 4}


@pytest.mark.parametrize("plot", MEASURED, ids=lambda plot: plot.name)
def test_every_plot_can_be_measured(plot: Plot, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, few in (
        (racing, "_SECONDS", 0.001),
        (racing, "_REPETITIONS", 1),
        (racing, "_PEERS_PYTHON", racing._ROOT / "none"),
        (limits, "_CALLS", 3),
        (limits, "_SENT_BYTES", 2**20),
        (watchers, "_MOST_UPDATES", 2_000),
        (watchers, "_FEWEST_UPDATES", 1_000),
        (watchers, "_REPETITIONS", 1),
        (watchers, "_STEPS", 2),
    ):
        monkeypatch.setattr(module, name, few)
    sizes = 2 if IS_LONG else 1
    found = measured(plot, sizes)
    assert {"ours", "limit"} >= {curve.kind for curve in found.curves} - {"peer"}
    for curve in found.curves:
        assert len(curve.points) == sizes
        assert all(seconds > 0.0 for _, seconds in curve.points)


def test_numbers_are_kept_exactly(tmp_path: Path) -> None:
    kept = Measured([Curve("µ", "limit", [(1, 1e-9 / 3), (10, 0.1)])], "Measured today.")
    kept.save(tmp_path / "kept.json")
    assert load(tmp_path / "kept.json") == kept
