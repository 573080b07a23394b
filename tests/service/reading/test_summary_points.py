"""Which updates of a history are summarized."""

import itertools
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.reading.summary_points import chosen_updates


@dataclass
class Keyframes:
    """A reader that knows where the keyframes are; there is one at update 0."""

    updates: list[int]

    def keyframe_update(self, _: str, update: int) -> int:
        return self.updates[bisect_right(self.updates, update) - 1]


def chosen(keyframes: set[int], first: int, last: int, most: int) -> list[int]:
    reader: Any = Keyframes(sorted({0} | keyframes))
    return chosen_updates(reader, "uid", first, last, most)


@given(
    st.sets(st.integers(0, 3000), max_size=60),
    st.integers(0, 200),
    st.integers(0, 3000),
    st.integers(2, 200),
)
def test_updates_are_few_in_order_and_spread(
    keyframes: set[int], first: int, count: int, most: int
) -> None:
    last = first + count
    found = chosen(keyframes, first, last, most)
    assert found == sorted(set(found))
    assert len(found) <= most
    assert (found[0], found[-1]) == (first, last)
    if count < most:
        assert found == list(range(first, last + 1))
    elif most > 2:
        # At most twice as far from each other as one more of the power of two allows.
        farthest = max(after - before for before, after in itertools.pairwise(found))
        assert farthest <= 4 * (count // (most - 2) + 1) * 2


def test_the_update_after_the_latest_keyframe_of_an_interval_is_chosen() -> None:
    assert chosen(set(), 0, 100, 6) == [0, 1, 64, 96, 100]
    assert chosen({10, 20, 63, 64}, 0, 100, 6) == [0, 21, 64, 65, 100]


def test_updates_stay_the_same_while_the_history_grows() -> None:
    keyframes = {10, 20, 63, 64, 150}
    before, after = (chosen(keyframes, 0, last, 6) for last in (100, 127))
    assert before[:-1] == after[:-1]
