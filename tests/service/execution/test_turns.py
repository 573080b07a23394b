"""The turns of runs are fair between clients, whatever the number of their runs."""

from collections import Counter
from queue import SimpleQueue
from threading import Thread

from patience import PATIENCE

from service.execution.turns import Turns


def test_each_client_has_its_turn_and_each_of_its_runs() -> None:
    turns: Turns[str] = Turns()
    for number in range(100):
        turns.put("many", f"many {number}")
    turns.put("one", "one")
    counts: Counter[str] = Counter()
    for _ in range(400):
        item = turns.take()
        assert item is not None
        client, _, _ = item.partition(" ")
        turns.put(client, item)
        counts[item] += 1
    assert counts.pop("one") == 200
    assert set(counts.values()) == {2}


def test_items_that_fit_are_taken_together_and_not_if_they_are_too_few() -> None:
    turns: Turns[int] = Turns()
    for item in range(10):
        turns.put(f"client {item % 2}", item)
    assert [turns.count_fitting(lambda item: item > 7, most) for most in (1, 5)] == [1, 2]
    assert turns.take_all(lambda item: item > 7, 3, 5) == []
    assert turns.take_all(lambda item: item % 4 != 1, 3, 5) == [0, 2, 4, 6, 8]
    assert turns.are_others("client 0")
    assert not turns.are_others("client 1")
    assert [turns.take() for _ in range(5)] == [1, 3, 5, 7, 9]


def test_threads_that_wait_get_the_next_item_and_nothing_when_the_turns_are_closed() -> None:
    turns: Turns[int] = Turns()
    taken: SimpleQueue[int | None] = SimpleQueue()
    threads = [Thread(target=lambda: taken.put(turns.take())) for _ in range(3)]
    for thread in threads:
        thread.start()
    turns.put("", 1)
    assert taken.get(timeout=PATIENCE) == 1
    turns.close()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    assert (taken.get(), taken.get()) == (None, None)
    turns.put("", 2)
    assert turns.take() is None
