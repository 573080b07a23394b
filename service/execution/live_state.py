"""The state machine of a run in an executor, as a table of states and events."""

from enum import StrEnum


class LiveState(StrEnum):
    """The state of a run in an executor.

    A run is OUTDATED if its data in memory may differ from the store: a commit or a time slice
    failed, the run was stopped by something other than its training, or it was started again. It is
    read again, or forgotten if it was claimed, as soon as it has no pending commits.
    """

    QUEUED = "queued"
    """Its next time slice is queued."""
    WORKING = "working"
    """A thread executes its time slice."""
    WAITING = "waiting"
    """Commits are pending; its next time slice is queued when one of them completes."""
    DRAINING = "draining"
    """Commits are pending; its next time slice is queued when all of them are completed."""
    OUTDATED_QUEUED = "outdated, queued"
    """Its next time slice is queued, and will read the run again."""
    OUTDATED_WORKING = "outdated, working"
    """A thread executes a time slice, and another one will read the run again."""
    OUTDATED_DRAINING = "outdated, draining"
    """Like DRAINING; its next time slice will read the run again."""
    SUSPENDED = "suspended"
    """The store could not be written; its next time slice is queued after a delay."""
    FORGOTTEN = "forgotten"
    """It is not executed any more, and all of its data is in the store."""


class LiveEvent(StrEnum):
    """An event of such a run."""

    OUTDATED = "outdated"
    """The data in memory may differ from the store."""
    SLICE_BEGUN = "slice begun"
    """A thread starts its time slice."""
    RELOADED = "reloaded"
    """The thread has dropped the data in memory, and will read the run again."""
    READY = "ready"
    """The time slice is over, and the next one may follow."""
    FULL = "full"
    """The time slice is over; the maximum number of commits is pending."""
    UNDRAINED = "undrained"
    """The time slice is over; all pending commits must complete first."""
    UNWRITABLE = "unwritable"
    """The time slice is over; the store cannot be written now, and no commit is pending."""
    STOPPED = "stopped"
    """The time slice is over; the run has stopped, and no commit is pending."""
    COMMIT_ENDED = "commit ended"
    """A commit has completed, and others are pending."""
    LAST_COMMIT_ENDED = "last commit ended"
    """A commit has completed, and no other is pending."""
    RETRY_DUE = "retry due"
    """The store may be writable again."""


QUEUED_STATES = frozenset({LiveState.QUEUED, LiveState.OUTDATED_QUEUED})
WORKING_STATES = frozenset({LiveState.WORKING, LiveState.OUTDATED_WORKING})

#: The next state for each event; other events are impossible.
_FOLLOWING = {
    LiveState.QUEUED: {
        LiveEvent.OUTDATED: LiveState.OUTDATED_QUEUED,
        LiveEvent.SLICE_BEGUN: LiveState.WORKING,
        LiveEvent.COMMIT_ENDED: LiveState.QUEUED,
        LiveEvent.LAST_COMMIT_ENDED: LiveState.QUEUED,
    },
    LiveState.WORKING: {
        LiveEvent.OUTDATED: LiveState.OUTDATED_WORKING,
        LiveEvent.READY: LiveState.QUEUED,
        LiveEvent.FULL: LiveState.WAITING,
        LiveEvent.UNDRAINED: LiveState.DRAINING,
        LiveEvent.UNWRITABLE: LiveState.SUSPENDED,
        LiveEvent.STOPPED: LiveState.FORGOTTEN,
        LiveEvent.COMMIT_ENDED: LiveState.WORKING,
        LiveEvent.LAST_COMMIT_ENDED: LiveState.WORKING,
    },
    LiveState.WAITING: {
        LiveEvent.OUTDATED: LiveState.OUTDATED_DRAINING,
        LiveEvent.COMMIT_ENDED: LiveState.QUEUED,
        LiveEvent.LAST_COMMIT_ENDED: LiveState.QUEUED,
    },
    LiveState.DRAINING: {
        LiveEvent.OUTDATED: LiveState.OUTDATED_DRAINING,
        LiveEvent.COMMIT_ENDED: LiveState.DRAINING,
        LiveEvent.LAST_COMMIT_ENDED: LiveState.QUEUED,
    },
    LiveState.OUTDATED_QUEUED: {
        LiveEvent.OUTDATED: LiveState.OUTDATED_QUEUED,
        LiveEvent.SLICE_BEGUN: LiveState.OUTDATED_WORKING,
        LiveEvent.COMMIT_ENDED: LiveState.OUTDATED_QUEUED,
        LiveEvent.LAST_COMMIT_ENDED: LiveState.OUTDATED_QUEUED,
    },
    LiveState.OUTDATED_WORKING: {
        LiveEvent.OUTDATED: LiveState.OUTDATED_WORKING,
        LiveEvent.RELOADED: LiveState.WORKING,
        LiveEvent.READY: LiveState.OUTDATED_QUEUED,
        LiveEvent.FULL: LiveState.OUTDATED_DRAINING,
        LiveEvent.UNDRAINED: LiveState.OUTDATED_DRAINING,
        LiveEvent.UNWRITABLE: LiveState.SUSPENDED,
        LiveEvent.STOPPED: LiveState.OUTDATED_QUEUED,
        LiveEvent.COMMIT_ENDED: LiveState.OUTDATED_WORKING,
        LiveEvent.LAST_COMMIT_ENDED: LiveState.OUTDATED_WORKING,
    },
    LiveState.OUTDATED_DRAINING: {
        LiveEvent.OUTDATED: LiveState.OUTDATED_DRAINING,
        LiveEvent.COMMIT_ENDED: LiveState.OUTDATED_DRAINING,
        LiveEvent.LAST_COMMIT_ENDED: LiveState.OUTDATED_QUEUED,
    },
    LiveState.SUSPENDED: {
        LiveEvent.OUTDATED: LiveState.SUSPENDED,  # it will be read again anyway
        LiveEvent.RETRY_DUE: LiveState.OUTDATED_QUEUED,
    },
    LiveState.FORGOTTEN: {},
}


class ImpossibleEvent(Exception):
    """An event that is impossible in the state of the run: a bug in the executor."""


def next_state(state: LiveState, event: LiveEvent) -> LiveState:
    """Return the next state. Raises ImpossibleEvent."""
    following = _FOLLOWING[state].get(event)
    if following is None:
        raise ImpossibleEvent(f"event {event} is impossible in state {state}")
    return following
