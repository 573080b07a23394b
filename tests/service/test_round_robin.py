"""Items are taken in an order that is fair between clients, whatever is removed."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from service.round_robin import RoundRobin


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans())))
def test_clients_take_turns_and_items_of_each_keep_their_order(
    items: list[tuple[str, bool]],
) -> None:
    waiting: RoundRobin[int] = RoundRobin()
    for number, (client, _) in enumerate(items):
        waiting.put(client, number)
    for number, (client, is_removed) in enumerate(items):
        if is_removed:
            assert waiting.remove(client, number)
            assert not waiting.remove(client, number)
    left = [(client, number) for number, (client, is_removed) in enumerate(items) if not is_removed]
    counts = Counter(client for client, _ in left)
    assert [waiting.count(client) for client in "abc"] == [counts[client] for client in "abc"]
    found = []
    while (taken := waiting.take()) is not None:
        found.append(taken)
        assert len(waiting) == len(left) - len(found)
    assert sorted(found) == sorted(left)
    for client in "abc":
        assert [n for owner, n in found if owner == client] == [
            n for owner, n in left if owner == client
        ]
    for index, (client, _) in enumerate(found):  # one of each other client comes in between
        before = next((i for i in reversed(range(index)) if found[i][0] == client), None)
        if before is not None:
            between = {owner for owner, _ in found[before + 1 : index]}
            others = {owner for owner, _ in found[index:]} - {client}
            assert others <= between


def test_items_of_clients_that_may_not_have_more_stay() -> None:
    waiting: RoundRobin[int] = RoundRobin()
    waiting.put("a", 1)
    waiting.put("b", 2)
    assert waiting.take(lambda client: client == "b") == ("b", 2)
    assert waiting.take(lambda client: client == "b") is None
    assert waiting.take() == ("a", 1)
