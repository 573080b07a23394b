"""Lists of updates are the JSON of their messages."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import alone, chosen_of, pages, points_of, selections
from promises import tries
from worlds import World, make_world, worlds

import service.faces.rest.update_json as update_json_module
from service.faces.messages.update_lists import UpdatesResponse
from service.faces.messages.updates import updates
from service.faces.rest.to_json import to_json
from service.faces.rest.update_json import list_to_json, updates_to_json
from service.reading.points import Part
from service.reading.selection import ALL, Detail, Selection
from service.use_cases.history import Span
from training.snapshots import Snapshots
from training.update import UpdateKind


def a_response(world: World, parts: list[Part], selection: Selection = ALL) -> UpdatesResponse:
    return UpdatesResponse(Span(world.network, tuple(parts), 9, selection=selection), "token")


@given(worlds(), pages, selections, st.sampled_from([1, 7, 10_000]))
@settings(max_examples=tries(30))
def test_a_list_is_the_json_of_its_message(
    world: World, page: tuple[int, int, int], selection: Selection, part_values: int
) -> None:
    parts: list[Part] = [] if selection.parameters else [alone(world)]
    parts += chosen_of(world, page, selection)
    if selection.detail is Detail.COST:
        parts += [points_of(part) for part in chosen_of(world, page, selection)]
    response = a_response(world, parts, selection)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(update_json_module, "PART_VALUES", part_values)
        assert b"".join(list_to_json(response)) == to_json(response.message())


def test_a_list_can_be_empty() -> None:
    response = a_response(make_world(), [])
    assert b"".join(list_to_json(response)) == to_json(response.message())


def test_numbers_need_not_be_finite() -> None:
    world = make_world(layer_sizes=(1, 3))
    run = world.open().run
    odd = np.array([[np.nan, 1.0, -0.0], [np.inf, -np.inf, 1e300], [1e308, 1e308, 5e-324]])
    part = Snapshots(UpdateKind.GRADIENT, 5, run, 0, odd[:, 0], odd, gradients=-odd)
    expected = b",".join(map(to_json, updates(world.network, [part])))
    assert updates_to_json(world.network, [part], ALL) == expected
