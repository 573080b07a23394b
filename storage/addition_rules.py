"""The rules that every addition to a history must follow, in all stores."""

from training.update import Addition, Head, Keyframe, UpdateKind


def check_addition(addition: Addition) -> None:
    """Raise ValueError for an addition that would leave a gap, or a dangling reference.

    Such an addition is an internal error, and must not become part of the history.
    """
    before, after, segment = addition.before, addition.after, addition.segment
    latest = before.latest_update
    if segment is not None:
        costs = segment.count if segment.kind is UpdateKind.GRADIENT else 0
        is_of_run = segment.kind in (UpdateKind.GRADIENT, UpdateKind.RESTORE)
        _require(bool(segment.run) == is_of_run, "updates of a run, and no others, have its number")
        _require(segment.first_update == latest + 1, "the segment follows the head")
        _require(segment.count >= 1, "the segment has an update")
        _require(segment.costs.shape == (costs,), "each GRADIENT update has a cost")
        validated = segment.validations.updates
        if validated.size:
            _require(
                bool(((validated > latest) & (validated <= segment.last_update)).all()),
                "validations are after updates of the segment",
            )
        latest = segment.last_update
    _require(after.latest_update == latest, "the new head is at the last update")

    stored = before.keyframe
    if addition.keyframe is not None:
        stored = addition.keyframe.state.update
        _require(before.keyframe < stored <= latest, "the keyframe is one of the new updates")
    _require(after.keyframe == stored, "the new head points at the last keyframe")

    numbers = [event.number for event in addition.events]
    expected = range(before.last_event + 1, after.last_event + 1)
    _require(numbers == list(expected), "events are numbered without a gap")
    _require(len(_uids(addition)) == 1, "everything is of one network")


def check_compaction(head: Head, keyframe: Keyframe) -> None:
    """Raise ValueError for a keyframe that the history of this head cannot start at."""
    _require(keyframe.network_uid == head.network_uid, "the keyframe is of the same network")
    _require(0 <= keyframe.state.update <= head.latest_update, "there is the keyframe's update")


def _uids(addition: Addition) -> set[str]:
    parts = [addition.before, addition.after, addition.segment, addition.keyframe, addition.run]
    parts += [event.run for event in addition.events]
    return {part.network_uid for part in parts if part is not None}


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise ValueError(f"an addition breaks a rule of the history: {rule}")
