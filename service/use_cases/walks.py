"""Use case: walk through an update, line by line, in pages."""

from dataclasses import dataclass
from threading import Lock
from typing import Final

from service.use_cases.inspection import Inspection, Which
from training.batch_update import BatchUpdate
from training.errors import InvalidFields, Violation, Violations
from training.limits import Limits
from training.network import Network
from training.walking.phases import phases_of
from training.walking.walk import Walk, check_lines, line_count, walk

#: The number of steps in a response, by default and at most.
_USUAL_STEPS: Final = 2_000
_MOST_STEPS: Final = 10_000

#: Walks of up to so many lines take less time than a call of another process: about 20 ms.
_FEW_LINES: Final = 500

#: The number of cached walks until they are read to their end, of up to 30 MB each.
_KEPT: Final = 2


@dataclass(frozen=True, slots=True)
class WalkPage:
    """A requested page of a walk: up to `step_count` steps of an update from `first_step` on.

    `is_past`: the update has been applied, so it does not change.
    """

    update: BatchUpdate
    first_step: int
    step_count: int
    is_past: bool

    @property
    def is_short(self) -> bool:
        """Whether the whole walk takes a few milliseconds."""
        return line_count(self.update) <= _FEW_LINES


@dataclass(frozen=True, slots=True)
class Walked:
    """An update, line by line, and the range of the included steps."""

    walk: Walk
    shown: range


class Walks:
    """Finds the updates to walk through."""

    def __init__(self, inspection: Inspection, limits: Limits) -> None:
        self._inspection = inspection
        self._limits = limits

    def page(self, which: Which, first_step: int, step_count: int) -> WalkPage:
        """Return the requested page of an update, whose walk is not computed yet.

        It has `step_count` steps from `first_step` on; 0 means 2,000. Raises what Inspection.batch
        raises, InvalidFields, and LimitExceeded if the walk has too many lines.
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
        check_lines(update, self._limits.walk_lines)
        return WalkPage(update, first_step, step_count or _USUAL_STEPS, is_past=not which.next)

    def phases(self, which: Which) -> Walked:
        """Return the phases of an update without steps: of the batch, and of its first example.

        All of its examples have the same phases. Nothing is executed, so there is no limit. Raises
        what Inspection.batch raises.
        """
        update = self._inspection.batch(which, lambda *_: None)
        layers, dropout = len(update.network.shapes), update.run.settings.dropout
        phases = phases_of(layers, example_count=1, dropout=dropout is not None)
        return Walked(Walk(update, list(phases), []), range(0))


class BegunWalks:
    """Executes walks, and caches those that are not read to their end. Thread-safe."""

    def __init__(self) -> None:
        self._begun: dict[tuple[str, int], Walk] = {}
        self._lock = Lock()

    def read(self, page: WalkPage) -> Walked:
        """Return an update as the readable loops execute it, with the steps of a page.

        Raises InvalidFields if the walk has fewer steps.
        """
        found = self._begun_before(page) or walk(page.update)
        count = len(found.steps)
        if page.first_step >= count:
            must_be = f"must be within the walk, which has {count:,} lines"
            raise InvalidFields([Violation("first_step", must_be)])
        end = min(count, page.first_step + page.step_count)
        if page.is_past and end < count:
            self._keep(page, found)
        return Walked(found, range(page.first_step, end))

    def _begun_before(self, page: WalkPage) -> Walk | None:
        """Return a cached walk of which a page was read before: past updates do not change."""
        with self._lock:
            return self._begun.pop(_key(page), None) if page.is_past else None

    def _keep(self, page: WalkPage, found: Walk) -> None:
        """Cache a walk for its next page, in place of the least recently used one."""
        with self._lock:
            self._begun[_key(page)] = found
            if len(self._begun) > _KEPT:
                del self._begun[next(iter(self._begun))]


def _key(page: WalkPage) -> tuple[str, int]:
    return page.update.network.uid, page.update.update
