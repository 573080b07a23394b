"""The life of a run in an executor, as a table: where it is, what can happen, and what follows."""

from enum import StrEnum


class LiveState(StrEnum):
    """Where a run is that an executor carries out.

    A run is OUTDATED when what is in memory may not be what the store says: a commit or a time
    slice failed, the run was stopped by other means than its training, or somebody asked for it
    again. It is read again as soon as none of its commits is under way.
    """

    QUEUED = "queued"
    """Its next time slice is queued."""
    WORKING = "working"
    """A thread carries out its time slice."""
    WAITING = "waiting"
    """Commits are under way; its next time slice is queued when one of them has ended."""
    DRAINING = "draining"
    """Commits are under way; its next time slice is queued when all of them have ended."""
    OUTDATED_QUEUED = "outdated, queued"
    """Its next time slice is queued, and is to read the run again."""
    OUTDATED_WORKING = "outdated, working"
    """A thread carries out a time slice, and another one is to read the run again."""
    OUTDATED_DRAINING = "outdated, draining"
    """As DRAINING; its next time slice is to read the run again."""
    SUSPENDED = "suspended"
    """The store could not be written; its next time slice is queued a while later."""
    FORGOTTEN = "forgotten"
    """It is not carried out any more: all that there is to know of it is in the store."""


class LiveEvent(StrEnum):
    """What happens to such a run."""

    OUTDATED = "outdated"
    """What is in memory may not be what the store says."""
    SLICE_BEGUN = "slice begun"
    """A thread begins its time slice."""
    RELOADED = "reloaded"
    """The thread has dropped what was in memory, and will read the run again."""
    READY = "ready"
    """The time slice is over, and the next one may follow."""
    FULL = "full"
    """The time slice is over; so many commits are under way that one has to end first."""
    UNDRAINED = "undrained"
    """The time slice is over; commits are under way that all have to end first."""
    UNWRITABLE = "unwritable"
    """The time slice is over: the store cannot be written now, and no commit is under way."""
    STOPPED = "stopped"
    """The time slice is over: the run has stopped, and no commit is under way."""
    COMMIT_ENDED = "commit ended"
    """A commit has ended, and others are under way."""
    LAST_COMMIT_ENDED = "last commit ended"
    """A commit has ended, and no other is under way."""
    RETRY_DUE = "retry due"
    """The store may be writable again."""


QUEUED_STATES = frozenset({LiveState.QUEUED, LiveState.OUTDATED_QUEUED})
WORKING_STATES = frozenset({LiveState.WORKING, LiveState.OUTDATED_WORKING})

#: What follows; what is not here cannot happen.
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
        LiveEvent.OUTDATED: LiveState.SUSPENDED,  # it will be read again in any case
        LiveEvent.RETRY_DUE: LiveState.OUTDATED_QUEUED,
    },
    LiveState.FORGOTTEN: {},
}


class ImpossibleEvent(Exception):
    """Something happened to a run that cannot happen where it is: a defect of the executor."""


def next_state(state: LiveState, event: LiveEvent) -> LiveState:
    """Return the state that follows. Raises ImpossibleEvent."""
    following = _FOLLOWING[state].get(event)
    if following is None:
        raise ImpossibleEvent(f"{event} cannot happen to a run that is {state}")
    return following
