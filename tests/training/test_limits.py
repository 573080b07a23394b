"""Limits have a range and a description each."""

import re

import pytest

from training.limits import Limit, Limits, described


def test_each_limit_is_described_in_a_sentence_with_its_unit() -> None:
    for limit in described(Limits()):
        assert re.fullmatch(r"The [^.]+\.", limit.description), limit.name
        for unit in "bytes", "seconds":
            if unit in limit.name:
                assert unit in limit.description, limit.name


@pytest.mark.parametrize("limit", [*described(Limits())], ids=lambda limit: limit.name)
def test_a_limit_outside_its_range_is_refused(limit: Limit) -> None:
    Limits(**{limit.name: limit.least})
    Limits(**{limit.name: limit.most})
    for value in limit.least - 1, limit.most + 1:
        with pytest.raises(ValueError, match=f"^the limit {limit.name} must be .* not {value}$"):
            Limits(**{limit.name: value})
