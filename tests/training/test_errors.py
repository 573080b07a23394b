"""Errors are the same in the process that receives them."""

import pickle

import pytest

from training.error_kinds import ClearpropError
from training.errors import HistoryCompacted, InvalidFields, LimitExceeded, Violation


@pytest.mark.parametrize(
    "error",
    [
        InvalidFields([Violation("first_step", "must be at least 0"), Violation("", "is wrong")]),
        HistoryCompacted("net", 3, 5, 9),
        LimitExceeded("too much", limit="call_work", value=7),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_are_pickled_with_everything_they_say(error: ClearpropError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 (what this test wrote)
    assert type(copy) is type(error)
    assert (str(copy), vars(copy)) == (str(error), vars(error))
