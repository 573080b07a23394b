"""Updates are serialized to the same bytes as by the generated classes."""

import pytest
from clearprop.v1 import training_service_pb2 as pb
from hypothesis import given, settings
from pages import a_page, alone, chosen_of, pages, points_of, selections
from promises import tries
from worlds import World, make_world, worlds

from service.faces.messages import update_bytes
from service.faces.messages.update_bytes import update_elements
from service.faces.messages.update_lists import UpdatesResponse
from service.faces.messages.updates import updates
from service.reading.points import Part
from service.reading.selection import ALL, COSTS, Selection
from service.use_cases.history import Span


@pytest.mark.parametrize("few", [0, 5])
@given(worlds(), pages, selections)
@settings(max_examples=tries(30))
def test_a_list_has_the_bytes_of_the_generated_classes(
    few: int, world: World, page: tuple[int, int, int], selection: Selection
) -> None:
    parts: list[Part] = [] if selection.parameters else [alone(world)]
    parts += chosen_of(world, page, selection)
    span = Span(world.network, tuple(parts), 9, selection=selection)
    response = UpdatesResponse(span, "token")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(update_bytes, "_FEW_UPDATES", few)
        assert response.serialized() == response.message().SerializeToString()


@given(worlds(), pages)
@settings(max_examples=tries(30))
def test_points_are_the_updates_that_they_are_of(world: World, page: tuple[int, int, int]) -> None:
    parts = chosen_of(world, page, COSTS)
    points = [points_of(part) for part in parts]
    expected = updates(world.network, parts, COSTS)
    assert updates(world.network, points, COSTS) == expected
    written = b"".join(update_elements(world.network, points, COSTS))
    assert written == pb.UpdateBatch(updates=expected).SerializeToString()


def test_parts_follow_one_another() -> None:
    world = make_world(epochs=60)
    parts = [a_page(world, 0, 5, 1), a_page(world, 5, 3, 300)]
    read = pb.UpdateBatch.FromString(b"".join(update_elements(world.network, parts, ALL)))
    assert [update.update for update in read.updates] == [1, 2, 3, 4, 5, 300, 301, 302]
