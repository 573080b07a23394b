"""Finds small neighbouring segments to merge, such as those of single steps and large networks.

It reads through the port only, so that every store merges in the same way.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import reduce
from itertools import islice
from threading import Lock

import numpy as np

from training.errors import DamagedHistory, NetworkNotFound
from training.ports import Reader
from training.update import Segment, SegmentOutline, UpdateKind
from training.validation import Validations

#: A segment with this many updates is not merged; a merged segment has less than twice as many.
FULL = 4_096

#: The maximum number of segments that are merged at once, to keep transactions short.
PIECE = 500

#: The minimum number of segments at the end of a history that are merged: a merge rewrites those
#: that were merged before.
TAIL = 32

# The limits of one maintenance step.
_NETWORKS = 100
_OUTLINES = PIECE + 1

_BEYOND_ALL = 2**63 - 1

Group = Sequence[Segment]


class Merging:
    """The networks that may have segments to merge, and from which update on.

    `changed` may be called from any thread, the other methods from one thread at a time.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str, None] = {}  # uids, in order; guarded by the lock
        self._settled: dict[str, int] = {}  # by uid: there is nothing to merge before this update
        self._damaged: set[tuple[str, int]] = set()  # uids and first updates

    @property
    def is_waiting(self) -> bool:
        """Whether there are networks to check."""
        return bool(self._waiting)

    def changed(self, uids: Iterable[str]) -> None:
        """Check these networks again."""
        with self._lock:
            self._waiting.update(dict.fromkeys(uids))

    def next_group(self, read: Callable[[], AbstractContextManager[Reader]]) -> Group:
        """Return neighbouring segments to merge, none of them corrupt.

        Empty if none were found, which may be temporary: see `is_waiting`.
        """
        with self._lock:
            uids = list(islice(self._waiting, _NETWORKS))
        for uid in uids:
            with self._lock:
                self._waiting.pop(uid, None)  # before it is read: it may change right after that
            try:
                with read() as reader:
                    group = self._group(reader, uid)
            except (DamagedHistory, NetworkNotFound):
                self._settled.pop(uid, None)  # until it changes, or the next start
                continue
            if group:
                return group
        return ()

    def _group(self, reader: Reader, uid: str) -> Group:
        """Return the next group of a network, and queue the network again if there may be more."""
        earliest = reader.head(uid).earliest_update
        begin = max(self._settled.get(uid, 0), earliest)
        following = None

        def is_small(outline: SegmentOutline) -> bool:
            # The segment that starts with the earliest kept update may be part of a longer one.
            return self._is_small(outline) and outline.first_update > earliest

        try:
            outlines = reader.outlines(uid, begin, _BEYOND_ALL, _OUTLINES)
        except DamagedHistory as damage:
            first, last = _updates(damage)
            following = last + 1
            outlines = reader.outlines(uid, begin, first - 1, _OUTLINES) if first > begin else []
        is_cut = len(outlines) == _OUTLINES
        least = PIECE + 1 if is_cut else TAIL if following is None else 2
        group, settled = find_group(outlines, is_small, least)
        if not group and not is_cut and following is not None:
            settled = following
        self._settled[uid] = max(settled, begin)
        if group:
            self.changed([uid])
            return self._read(reader, group)
        if settled > begin and (is_cut or following is not None):
            self.changed([uid])
        return ()

    def _read(self, reader: Reader, group: Sequence[SegmentOutline]) -> Group:
        uid, first, last = group[0].network_uid, group[0].first_update, group[-1].last_update
        try:
            return reader.segments(uid, first, last, len(group))
        except DamagedHistory as damage:
            self._damaged.add((uid, _updates(damage)[0]))
            return ()

    def _is_small(self, outline: SegmentOutline) -> bool:
        return (
            outline.kind is UpdateKind.GRADIENT
            and outline.count < FULL
            and (outline.network_uid, outline.first_update) not in self._damaged
        )


def find_group(
    outlines: Sequence[SegmentOutline], is_small: Callable[[SegmentOutline], bool], least: int
) -> tuple[list[SegmentOutline], int]:
    """Return the first neighbours to merge, none or at least 2, and where to continue.

    At the end of the outlines, where more may follow later, there must be at least `least`.
    """
    group: list[SegmentOutline] = []
    updates = 0
    for outline in outlines:
        if group and not (is_small(outline) and _is_followed(group[-1], outline)):
            if len(group) > 1:
                return group, group[0].first_update
            group, updates = [], 0
        if is_small(outline):
            group.append(outline)
            updates += outline.count
        if updates >= FULL or len(group) == PIECE:
            return group, group[0].first_update
    settled = outlines[-1].last_update + 1 if outlines else 0
    if group:
        settled = group[0].first_update
    return (group if len(group) >= least else []), settled


def merged(group: Group) -> Segment:
    """Return one segment with the updates of neighbours, and the commit time of the last one."""
    return replace(
        group[0],
        count=sum(segment.count for segment in group),
        commit_time=group[-1].commit_time,
        costs=np.concatenate([segment.costs for segment in group]),
        validations=reduce(Validations.then, (segment.validations for segment in group)),
    )


def _is_followed(segment: SegmentOutline, later: SegmentOutline) -> bool:
    return (segment.run, segment.last_update + 1, segment.run_offset + segment.count) == (
        later.run,
        later.first_update,
        later.run_offset,
    )


def _updates(damage: DamagedHistory) -> tuple[int, int]:
    """Return which updates are damaged. Raises the error itself if it does not have them."""
    try:
        return int(damage.metadata["first_update"]), int(damage.metadata["last_update"])
    except KeyError:
        raise damage from None
