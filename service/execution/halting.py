"""Stopping a run that no worker owns, by whoever needs it stopped."""

from training.ports import Clock, Writer
from training.run_changes import change_state
from training.update import Addition


def halt_if_unowned(writer: Writer, clock: Clock, uid: str, number: int) -> Addition | None:
    """Stop a run of a shared store as requested, unless a living worker owns it and will do so.

    Return the addition; None if there is nothing to stop, or if it is left to the owner. Raises
    RunNotFound, NetworkNotFound.
    """
    run, wanted = writer.run(uid, number), writer.wanted_state(uid, number)
    if not run.is_active or wanted is None or writer.owner(uid, number) is not None:
        return None
    halting = change_state(writer.head(uid), run, wanted, clock.now())
    writer.append(halting)
    return halting
