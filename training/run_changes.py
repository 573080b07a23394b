"""Additions to the history that open a run or change its state."""

from dataclasses import replace
from datetime import datetime

from training.run import Failure, Run, RunState
from training.settings import TrainingSettings
from training.training_set import TrainingSet
from training.update import Addition, Head, Keyframe, RunEvent


def open_run(
    head: Head,
    settings: TrainingSettings,
    training_set: TrainingSet,
    now: datetime,
) -> Addition:
    """Return the addition that opens the next run of a network, PENDING, after its latest update.

    The optimizer settings of the run are completed with defaults.
    """
    run = Run(
        network_uid=head.network_uid,
        number=head.last_run + 1,
        settings=replace(settings, optimizer=settings.optimizer.completed()),
        training_set_uid=training_set.uid,
        examples=training_set.example_count,
        state=RunState.PENDING,
        first_update=head.latest_update + 1,
        latest_update=head.latest_update,
        create_time=now,
    )
    opened = replace(head, last_run=run.number)
    return with_events(Addition(head, opened, run=run), [(run, head.latest_update)])


def change_state(
    head: Head,
    run: Run,
    state: RunState,
    now: datetime,
    *,
    keyframe: Keyframe | None = None,
    failure: Failure | None = None,
) -> Addition:
    """Return the addition that changes the state of a run between two updates."""
    changed = run.become(state, now, failure)
    addition = Addition(head, head, keyframe=keyframe, run=changed)
    return with_events(addition, [(changed, head.latest_update)])


def with_events(addition: Addition, changes: list[tuple[Run, int]]) -> Addition:
    """Add events for state changes of the run, and update the head accordingly."""
    head, run = addition.after, addition.run
    assert run is not None
    events = tuple(
        RunEvent(head.last_event + index, update, changed)
        for index, (changed, update) in enumerate(changes, start=1)
    )
    after = replace(
        head.renewed(),
        last_event=head.last_event + len(events),
        active_run=0 if run.is_over else run.number,
        keyframe=addition.keyframe.state.update if addition.keyframe else head.keyframe,
    )
    return replace(addition, after=after, events=events)
