"""Which updates of a long history are summarized: a few that are fast to recompute."""

from training.ports import Reader


def chosen_updates(reader: Reader, uid: str, first: int, last: int, most: int) -> list[int]:
    """Return the updates from `first` to `last` in order; if they are more, `most` of them (≥ 2).

    They are the first, the last, and one between each two multiples of a power of two: the update
    after the latest keyframe there, because it takes one update to recompute it from the keyframe,
    or the multiple itself if there is no keyframe. So they stay the same while the history grows,
    until the power of two doubles.

    Raises DamagedHistory.
    """
    if last - first < most:
        return list(range(first, last + 1))
    stride = 1
    while len(_multiples(first, last, stride)) > most - 2:
        stride *= 2
    chosen = {first, last}
    for end in _multiples(first, last, stride):
        after = reader.keyframe_update(uid, end - 1) + 1
        chosen.add(after if after > max(first, end - stride) else end)
    return sorted(chosen)


def _multiples(first: int, last: int, stride: int) -> range:
    """Return the multiples of `stride` between two updates."""
    return range((first // stride + 1) * stride, last, stride)
