"""A queue that is fair between clients."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.admission.fair_queue import FairQueue
from training.errors import TooManyCalls


def taken(queue: FairQueue[int], *, is_done: bool = True) -> list[tuple[str, int]]:
    found = []
    while (item := queue.take()) is not None:
        found.append(item)
        if is_done:
            queue.done(item[0])
    return found


def test_each_client_has_its_turn_however_much_one_of_them_wants() -> None:
    queue: FairQueue[int] = FairQueue(100, 100, 1)
    for number in range(5):
        queue.put("greedy", number)
    queue.put("modest", 5)
    queue.put("other", 6)
    assert taken(queue) == [
        ("greedy", 0),
        ("modest", 5),
        ("other", 6),
        ("greedy", 1),
        ("greedy", 2),
        ("greedy", 3),
        ("greedy", 4),
    ]


def test_a_client_that_has_its_share_waits_while_others_are_served() -> None:
    queue: FairQueue[int] = FairQueue(100, 100, 2)
    for number in range(3):
        queue.put("greedy", number)
    queue.put("modest", 3)
    assert taken(queue, is_done=False) == [("greedy", 0), ("modest", 3), ("greedy", 1)]
    assert len(queue) == 1
    queue.done("modest")
    assert queue.take() is None
    queue.done("greedy")
    assert queue.take() == ("greedy", 2)


def test_too_much_of_one_client_is_refused_and_others_are_not() -> None:
    queue: FairQueue[int] = FairQueue(3, 2, 1)
    queue.put("greedy", 0)
    queue.put("greedy", 1)
    with pytest.raises(TooManyCalls) as refused:
        queue.put("greedy", 2)
    assert refused.value.metadata == {"limit": "waiting_calls_of_client", "value": "2"}
    queue.put("modest", 3)
    with pytest.raises(TooManyCalls) as refused:
        queue.put("other", 4)
    assert refused.value.metadata == {"limit": "waiting_calls", "value": "3"}
    assert refused.value.retry_after
    queue.put("greedy", 5, is_bounded=False)
    assert taken(queue) == [("greedy", 0), ("modest", 3), ("greedy", 1), ("greedy", 5)]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans())))
def test_what_is_removed_is_not_taken_and_all_else_is_in_the_order_of_its_client(
    items: list[tuple[str, bool]],
) -> None:
    queue: FairQueue[int] = FairQueue(1_000, 1_000, 1)
    for number, (client, _) in enumerate(items):
        queue.put(client, number)
    for number, (client, is_removed) in enumerate(items):
        assert not is_removed or queue.remove(client, number)
        assert not is_removed or not queue.remove(client, number)
    left = [(client, number) for number, (client, is_removed) in enumerate(items) if not is_removed]
    assert len(queue) == len(left)
    found = taken(queue)
    assert sorted(found) == sorted(left)
    for client in "abc":
        numbers = [number for owner, number in found if owner == client]
        assert numbers == sorted(numbers)
    assert not len(queue)
