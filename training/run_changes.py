"""Additions to the history that open a run or change its state."""

from dataclasses import replace
from datetime import datetime

from training.changing import changed
from training.run import Failure, Run, RunState
from training.settings import TrainingSettings
from training.training_set import TrainingSet
from training.update import Addition, Head, Keyframe, RunEvent, Segment, new_token


def open_run(
    head: Head,
    settings: TrainingSettings,
    training_set: TrainingSet,
    validation_set: TrainingSet | None = None,
    *,
    now: datetime,
    is_prepared: bool = False,
) -> Addition:
    """Return the addition that opens the next run of a network, PENDING, after its latest update.

    The settings of the run are completed with defaults. `validation_set` is the set that
    the settings name for the validation.
    """
    held_out = settings.held_out(training_set.example_count)
    run = Run(
        network_uid=head.network_uid,
        number=head.last_run + 1,
        settings=replace(settings, optimizer=settings.optimizer.completed()),
        training_set_uid=training_set.uid,
        examples=training_set.example_count - held_out,
        state=RunState.PENDING,
        first_update=head.latest_update + 1,
        latest_update=head.latest_update,
        create_time=now,
        validation_set_uid=validation_set.uid if validation_set else "",
        validation_examples=validation_set.example_count if validation_set else held_out,
        is_prepared=is_prepared,
    )
    run = replace(run, settings=replace(run.settings, schedule=run.schedule))
    return addition_of_run(head, run, [(run, head.latest_update)])


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
    return addition_of_run(head, changed, [(changed, head.latest_update)], keyframe=keyframe)


def addition_of_run(
    head: Head,
    run: Run,
    changes: list[tuple[Run, int]],
    *,
    segment: Segment | None = None,
    keyframe: Keyframe | None = None,
) -> Addition:
    """Return the addition of a run, with an event for each change of its state, and its update."""
    events = tuple(
        RunEvent(head.last_event + index, update, as_changed)
        for index, (as_changed, update) in enumerate(changes, start=1)
    )
    after = changed(
        head,
        latest_update=segment.last_update if segment else head.latest_update,
        active_run=0 if run.is_over else run.number,
        last_run=max(head.last_run, run.number),
        last_event=head.last_event + len(events),
        keyframe=keyframe.state.update if keyframe else head.keyframe,
        token=new_token(),
    )
    return Addition(head, after, segment, keyframe, run, events)
