"""What a check refuses, for tests that every bad field is named."""

from collections.abc import Callable, Sequence

from training.errors import InvalidFields, Violation, Violations, validating


def unknown(*fields: str) -> tuple[Violation, ...]:
    """Return what conversion says of fields whose values mean nothing."""
    return tuple(Violation(field, "must be one of others") for field in fields)


def refused(
    check: Callable[[Violations], object], unknown: Sequence[Violation] = ()
) -> dict[str, str]:
    """Return what is said of each bad field that a check finds, in its order."""
    found: list[Violation] = []
    try:
        with validating(unknown) as violations:
            check(violations)
    except InvalidFields as error:
        found = error.violations
    assert len({bad.field for bad in found}) == len(found), "a field is named twice"
    return {bad.field: bad.description for bad in found}
