"""What an executor writes to the history of a run, as works of the store."""

from dataclasses import dataclass

from service.execution.live_run import LiveRun
from training.ports import Clock, Writer
from training.run import Failure, RunState
from training.run_changes import change_state
from training.trainer import Trainer
from training.update import Addition


@dataclass(frozen=True, slots=True)
class Written:
    """What a work has written: an addition, and the requested state of its run after it."""

    addition: Addition | None = None
    wanted: RunState | None = None


def append(clock: Clock, addition: Addition, writer: Writer) -> Written:
    """Append a segment of a run."""
    wanted = writer.append(addition)
    run = addition.run
    assert run is not None
    if run.state is RunState.PAUSED and wanted is RunState.CANCELLED:
        # Its step ended when a stop was requested: the request must not be lost.
        ending = change_state(addition.after, run, RunState.CANCELLED, clock.now())
        writer.append(ending)
    return Written(addition, wanted)


def halt(live: LiveRun, trainer: Trainer, writer: Writer) -> Written:
    """Change the run to the state that is requested now, even if the request has changed."""
    wanted = writer.wanted_state(live.uid, live.number)
    if wanted is None:
        return Written()
    halting = trainer.halt(wanted)
    writer.append(halting)
    return Written(halting)


def fail(clock: Clock, live: LiveRun, reason: str, message: str, writer: Writer) -> Written:
    """End a run that cannot continue: its data is corrupt, or there was an internal error.

    Only its owner does, if there is one: others can be able to continue it.
    """
    run, head = writer.run(live.uid, live.number), writer.head(live.uid)
    is_lost = live.claim and writer.owner(live.uid, live.number) != live.worker
    if not run.is_active or is_lost:
        return Written()
    failure = Failure(reason, message, head.latest_update + 1)
    failing = change_state(head, run, RunState.FAILED, clock.now(), failure=failure)
    writer.append(failing)
    return Written(failing)
