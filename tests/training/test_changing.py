"""Changed copies are those of `dataclasses.replace`."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.changing import changed
from training.update import Head

NUMBERS = st.integers(0, 2**63 - 1)


@given(NUMBERS, NUMBERS)
def test_a_copy_has_the_other_values_and_its_source_keeps_its_own(latest: int, token: int) -> None:
    head = Head("uid", latest, active_run=1)
    assert changed(head, token=token) == replace(head, token=token)
    assert head == Head("uid", latest, active_run=1)


def test_a_value_needs_a_field() -> None:
    with pytest.raises(AssertionError, match="tokn"):
        changed(Head("uid"), tokn=1)
