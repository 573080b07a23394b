"""Use case: walk through an update, line by line, in pages."""

from dataclasses import dataclass
from threading import Lock
from typing import Final

from service.use_cases.inspection import Inspection, Which
from training.batch_update import BatchUpdate
from training.errors import Violations, validating
from training.limits import Limits
from training.network import Network
from training.walking.phases import phases_of
from training.walking.walk import Walk, walk

#: The number of steps in a response, by default and at most.
_USUAL_STEPS: Final = 2_000
_MOST_STEPS: Final = 10_000

#: The number of cached walks until they are read to their end, of up to 30 MB each.
_KEPT: Final = 2


@dataclass(frozen=True, slots=True)
class Walked:
    """An update, line by line, and the range of the included steps."""

    walk: Walk
    shown: range


class Walks:
    """Walks through updates as the readable loops execute them."""

    def __init__(self, inspection: Inspection, limits: Limits) -> None:
        self._inspection = inspection
        self._limits = limits
        self._begun: dict[tuple[str, int], Walk] = {}
        self._lock = Lock()

    def walk(self, which: Which, first_step: int, step_count: int) -> Walked:
        """Return an update as the readable loops execute it, with some of its steps.

        They are `step_count` steps from `first_step` on; 0 means 2,000. Raises what
        Inspection.batch raises, InvalidFields, and LimitExceeded if there are too many.
        """

        def check(violations: Violations, _: Network) -> None:
            violations.require(
                first_step >= 0, "first_step", f"must be at least 0, not {first_step}"
            )
            violations.require(
                0 <= step_count <= _MOST_STEPS,
                "step_count",
                f"must be 0 to {_MOST_STEPS:,}, not {step_count}",
            )

        update = self._inspection.batch(which, check)
        found = self._begun_before(update, which) or walk(update, self._limits.walk_lines)
        with validating() as violations:
            violations.require(
                first_step < len(found.steps),
                "first_step",
                f"must be within the walk, which has {len(found.steps):,} lines",
            )
        end = min(len(found.steps), first_step + (step_count or _USUAL_STEPS))
        if not which.next and end < len(found.steps):
            self._keep(update, found)
        return Walked(found, range(first_step, end))

    def phases(self, which: Which) -> Walked:
        """Return the phases of an update without steps: of the batch, and of its first example.

        All of its examples have the same phases. Nothing is executed, so there is no limit. Raises
        what Inspection.batch raises.
        """
        update = self._inspection.batch(which, lambda *_: None)
        phases = phases_of(len(update.network.shapes), example_count=1)
        return Walked(Walk(update, list(phases), []), range(0))

    def _begun_before(self, update: BatchUpdate, which: Which) -> Walk | None:
        """Return a cached walk of which a page was read before: past updates do not change."""
        with self._lock:
            return None if which.next else self._begun.pop(_key(update), None)

    def _keep(self, update: BatchUpdate, found: Walk) -> None:
        """Cache a walk for its next page, in place of the least recently used one."""
        with self._lock:
            self._begun[_key(update)] = found
            if len(self._begun) > _KEPT:
                del self._begun[next(iter(self._begun))]


def _key(update: BatchUpdate) -> tuple[str, int]:
    return update.network.uid, update.update
