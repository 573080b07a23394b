"""What a check refuses, for tests that every bad field is named."""

from collections.abc import Callable

from training.errors import InvalidFields, Violation, Violations, validating


def refused(check: Callable[[Violations], object]) -> dict[str, str]:
    """Return what is said of each bad field that a check finds, in its order."""
    found: list[Violation] = []
    try:
        with validating() as violations:
            check(violations)
    except InvalidFields as error:
        found = error.violations
    assert len({bad.field for bad in found}) == len(found), "a field is named twice"
    return {bad.field: bad.description for bad in found}
