"""Ids, labels and request ids: valid and invalid ones, at the bounds."""

import pytest
from refusing import refused

from training.identifiers import check_id, check_labels, check_request_id, new_id

LONGEST = 63


@pytest.mark.parametrize("value", ["a", "a-0", "z" * LONGEST])
def test_an_id_begins_with_a_letter_and_has_letters_digits_and_dashes(value: str) -> None:
    assert refused(lambda violations: check_id(violations, "it", value)) == {}


def test_an_id_that_the_service_makes_is_one() -> None:
    assert refused(lambda violations: check_id(violations, "it", new_id("network"))) == {}


@pytest.mark.parametrize("value", ["", "Bad", "a_b", "a b", "1a", "-a", "é", "a\n", "a" * 64])
def test_any_other_id_is_refused(value: str) -> None:
    assert list(refused(lambda violations: check_id(violations, "it", value))) == ["it"]


@pytest.mark.parametrize(
    ("labels", "bad"),
    [
        ({}, []),
        ({"a_b-0": "", "k" * LONGEST: "É" * 255}, []),
        ({f"key-{number}": "" for number in range(64)}, []),
        ({f"key-{number}": "" for number in range(65)}, ["it"]),
        ({"Bad Key": "x"}, ["it.Bad Key"]),
        ({"É": "", "": "", "k" * 64: ""}, ["it.É", "it.", f"it.{'k' * 64}"]),
        ({"key": "x" * 256}, ["it.key"]),
    ],
)
def test_every_bad_label_is_named(labels: dict[str, str], bad: list[str]) -> None:
    assert list(refused(lambda violations: check_labels(violations, "it", labels))) == bad


@pytest.mark.parametrize(
    ("value", "is_refused"),
    [(" ", False), ("~" * 128, False), ("", True), ("ü", True), ("a\n", True), ("a" * 129, True)],
)
def test_a_request_id_is_printable_ascii(value: str, is_refused: bool) -> None:
    found = refused(lambda violations: check_request_id(violations, "it", value))
    assert bool(found) is is_refused
