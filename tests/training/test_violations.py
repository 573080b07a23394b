"""Invalid fields are collected, in the order of the checks, and up to a number."""

import pytest

from training.errors import InvalidFields, Violation, Violations


def test_a_request_with_very_many_invalid_fields_takes_little_memory() -> None:
    unknown = Violations()
    for index in range(100_000):
        unknown.add(f"activations[{index}]", "is unknown")
    assert len(unknown.found) == 1_000
    violations = Violations(unknown.found)
    for index in range(100_000):
        violations.known(f"activations[{index}]")
    with pytest.raises(InvalidFields) as raised:
        violations.refuse()
    assert raised.value.violations == unknown.found


def test_an_unknown_value_is_reported_once_and_where_the_rules_check_it() -> None:
    violations = Violations([Violation("b", "is unknown"), Violation("c", "is unknown")])
    violations.add("a", "is bad")
    assert not violations.known("b")
    assert not violations.known("b")
    assert violations.known("d")
    with pytest.raises(InvalidFields) as raised:
        violations.refuse()
    assert [each.field for each in raised.value.violations] == ["a", "b", "c"]
