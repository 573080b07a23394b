"""States and positions of a run."""

import pytest
from worlds import NOW, make_world

from training.run import ACTIVE, FINAL, TRANSITIONS, Run, RunState


def a_run(state: RunState) -> Run:
    run = make_world().open().run
    assert run is not None
    return run if state is RunState.PENDING else run.become(state, NOW)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_final_states_never_change(state: RunState) -> None:
    assert TRANSITIONS[state] == frozenset()
    for other in RunState:
        with pytest.raises(ValueError, match="cannot become"):
            a_run(state).become(other, NOW)


def test_every_state_is_in_the_table_and_only_legal_changes_are_made() -> None:
    assert set(TRANSITIONS) == set(RunState)
    for state in RunState:
        for other in RunState:
            if other in TRANSITIONS[state]:
                assert a_run(state).become(other, NOW).state is other
            else:
                with pytest.raises(ValueError, match="cannot become"):
                    a_run(state).become(other, NOW)


def test_a_run_that_stops_has_no_step_under_way() -> None:
    for state in set(RunState) - ACTIVE:
        assert a_run(state).stop_at is None


def test_the_place_in_the_training_set_follows_from_the_updates_done() -> None:
    run = a_run(RunState.RUNNING)  # 4 examples, batch size 3, 4 epochs
    places = [(run.at(done).epoch, run.at(done).next_example) for done in range(7)]
    assert places == [(1, 0), (1, 3), (2, 2), (3, 1), (4, 0), (4, 3), (4, 0)]
