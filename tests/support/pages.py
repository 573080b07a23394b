"""Pages of updates for the tests of their forms."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from worlds import World

from service.reading.points import Points
from service.reading.selection import Detail, Selection
from training.snapshots import Snapshots
from training.update import State, UpdateKind
from training.validation import Validations

#: Selections with each detail, some of them of single parameters.
selections = st.builds(
    Selection,
    st.sampled_from([Detail.PARAMETERS, Detail.GRADIENTS]),
    st.integers(1, 7),
    st.sampled_from([(), (0,), (3, 1, 3)]),
) | st.builds(Selection, st.just(Detail.COST), st.integers(1, 7))

#: The arguments of `a_page` after its world.
pages = st.tuples(
    st.integers(0, 30),
    st.integers(0, 40),
    st.sampled_from([1, 120, 16_380, 2**31, 2**53]),
)


def a_page(world: World, first: int, count: int, begin: int) -> Snapshots:
    """Updates of a run from its update `first` on, the network's from number `begin`."""
    run = world.open().run
    assert run is not None
    engine = world.engine(run)
    before = engine.advance(State(0, world.parameters), 0, first).state
    made = engine.advance(before, before.update, count, record=True)
    gradients = np.linspace(-1.0, 1.0, made.recorded.size).reshape(made.recorded.shape)
    return Snapshots(
        UpdateKind.GRADIENT,
        begin,
        run,
        before.update,
        made.costs,
        made.recorded,
        gradients=gradients,
        validations=_some_validations(begin, made.made),
    )


def _some_validations(first: int, count: int) -> Validations:
    """Return validations after about a third of the updates, some of them without an accuracy."""
    updates = np.array([each for each in range(first, first + count) if each % 3 == 1], np.int64)
    costs = np.linspace(0.0, 2.0, len(updates))
    return Validations(updates, costs, np.where(updates % 2, 0.0, np.nan))


def chosen_of(world: World, page: tuple[int, int, int], selection: Selection) -> list[Snapshots]:
    """Return the selected updates of a page."""
    part = a_page(world, *page)
    if selection.detail is not Detail.GRADIENTS:
        part = replace(part, gradients=None)
    if selection.parameters:
        places = [place % part.parameters.shape[1] for place in selection.parameters]
        part = replace(
            part,
            parameters=part.parameters[:, places],
            gradients=None if part.gradients is None else part.gradients[:, places],
        )
    chosen = part.every(selection.stride)
    return [chosen] if chosen.count else []


def alone(world: World) -> Snapshots:
    """Return an update that no run made."""
    return Snapshots(UpdateKind.EDIT, 0, None, 0, np.empty(0), world.parameters[None])


def points_of(part: Snapshots) -> Points:
    """Return the same updates as points."""
    return Points(
        part.kind,
        part.run,
        np.array(part.numbers, dtype=np.int64),
        part.indices,
        part.costs,
        part.validations,
    )
