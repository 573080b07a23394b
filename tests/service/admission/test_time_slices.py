"""Computations of different clients take turns."""

import time
from collections.abc import Callable
from threading import Event, Thread

import pytest
from patience import PATIENCE

from service.admission import time_slices
from service.admission.time_slices import SLICE_SECONDS, WORK_SECONDS, TimeSlices


class Computing:
    """A computation in a thread, which pauses where it may."""

    def __init__(self, slices: TimeSlices, client: str) -> None:
        self.begun = Event()
        self.rounds = 0
        self._ended = Event()
        self._slices = slices
        self._client = client
        self._thread = Thread(target=self._compute, daemon=True)
        self._thread.start()

    def _compute(self) -> None:
        with self._slices.sliced(self._client) as pause:
            while not self._ended.is_set():
                self.begun.set()
                self.rounds += 1
                time.sleep(0.001)
                pause()

    def end(self) -> None:
        self._ended.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_client_has_its_turn_while_others_compute_for_long() -> None:
    slices = TimeSlices(2)
    greedy = [Computing(slices, "one"), Computing(slices, "two")]
    for each in greedy:
        assert each.begun.wait(PATIENCE)
    modest = Computing(slices, "three")
    assert modest.begun.wait(PATIENCE)  # no greedy one ends before it is told to
    for each in [*greedy, modest]:  # all go on
        rounds = each.rounds
        until(lambda each=each, rounds=rounds: each.rounds > rounds)
    for each in [modest, *greedy]:
        each.end()
    with slices.sliced("four"), slices.sliced("five"):
        pass  # all turns have been returned


def test_a_client_alone_is_not_interrupted_for_its_own_computations() -> None:
    slices = TimeSlices(1)
    first = Computing(slices, "one")
    assert first.begun.wait(PATIENCE)
    second = Computing(slices, "one")
    time.sleep(2 * SLICE_SECONDS)
    assert not second.begun.is_set()
    first.end()
    assert second.begun.wait(PATIENCE)
    second.end()


@pytest.mark.parametrize("rest", [True, False])
def test_a_computation_that_rests_sleeps_as_long_as_it_computes(
    rest: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, slept = 0.0, []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        slept.append(seconds)

    monkeypatch.setattr(time_slices, "monotonic", lambda: now)
    monkeypatch.setattr(time_slices, "sleep", sleep)
    with TimeSlices(1, rest=rest).sliced("one") as pause:
        for worked in (WORK_SECONDS / 2, WORK_SECONDS / 4, WORK_SECONDS / 4, 3 * WORK_SECONDS):
            now += worked
            pause()
    assert slept == ([WORK_SECONDS, 3 * WORK_SECONDS] if rest else [])
