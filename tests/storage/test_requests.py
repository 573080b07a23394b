"""Stored answers to requests, in every store."""

from datetime import timedelta

import pytest
from histories import NOW, SetClock

from training.ports import Answer, Store

WEEK = timedelta(days=7)


def answer(request_id: str = "request", content: bytes = b"\x00\xff answer") -> Answer:
    return Answer(request_id, b"\x01" * 16, content, NOW)


def test_an_answer_reads_back_as_it_was_written(store: Store) -> None:
    store.write(lambda writer: writer.remember(answer())).result()
    with store.read() as reader:
        assert reader.answer("request") == answer()
        assert reader.answer("Request") is None


def test_an_answer_is_kept_for_seven_days(store: Store, clock: SetClock) -> None:
    store.write(lambda writer: writer.remember(answer())).result()
    clock.pass_(WEEK - timedelta(microseconds=1))
    with store.read() as reader:
        assert reader.answer("request") == answer()
    clock.pass_(timedelta(microseconds=1))
    with store.read() as reader:
        assert reader.answer("request") is None


def test_an_expired_request_id_can_be_used_again(store: Store, clock: SetClock) -> None:
    store.write(lambda writer: writer.remember(answer())).result()
    clock.pass_(WEEK)
    later = Answer("request", b"\x02" * 16, b"another", clock.now())
    store.write(lambda writer: writer.remember(later)).result()
    with store.read() as reader:
        assert reader.answer("request") == later


def test_a_work_sees_the_answer_of_the_work_before_it(store: Store) -> None:
    first = store.write(lambda writer: writer.remember(answer()))
    second = store.write(lambda writer: writer.answer("request"))
    assert first.result() is None
    assert second.result() == answer()


@pytest.mark.parametrize("size", [0, 1, 5000, 300_000])
def test_an_answer_may_be_of_any_size(store: Store, size: int) -> None:
    store.write(lambda writer: writer.remember(answer(content=bytes(size)))).result()
    with store.read() as reader:
        found = reader.answer("request")
    assert found is not None
    assert found.content == bytes(size)
