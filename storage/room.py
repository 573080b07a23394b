"""The room that a store has left: up to its quota, and on its disk."""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from storage import store_errors
from training.errors import StoreFull
from training.limits import Limits

#: The part of the quota, in percent, up to which networks, training sets and runs are created; the
#: rest is for the histories of those that exist.
_FOR_NEW = 90

#: The store keeps at most this part of its disk free, in percent.
_MOST_KEPT_FREE = 10

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Bound:
    """The bytes that are left up to a limit: for histories, and for something new."""

    limit: str
    value: int
    left: int
    left_for_new: int
    facts: str


class Room:
    """Measured in the thread that writes, and checked in any thread."""

    def __init__(self, limits: Limits) -> None:
        self._quota = limits.store_bytes
        self._kept_free = limits.free_bytes
        self._bounds: tuple[_Bound, ...] = ()
        self.used = 0  # bytes, at the last measurement
        self.free = 0  # bytes on the disk, at the last measurement

    @property
    def left(self) -> int:
        """The bytes until something will be refused."""
        return min((bound.left_for_new for bound in self._bounds), default=0)

    def require(self, new_bytes: int | None = None) -> None:
        """Raise StoreFull if histories may not grow, or if so many new bytes may not be stored."""
        for bound in self._bounds:
            if new_bytes is None:
                is_exceeded, more = bound.left <= 0, "runs then resume automatically"
            else:
                is_exceeded = bound.left_for_new <= new_bytes
                more = f"this needs {_mib(new_bytes)}"
            if is_exceeded:
                raise StoreFull(
                    f"{bound.facts}: delete networks, updates or training sets; {more}",
                    limit=bound.limit,
                    value=bound.value,
                )

    def require_copy(self, folder: Path, size: int) -> None:
        """Raise StoreFull if the disk has no room for a copy of this size, in bytes."""
        free, kept = self._of_folder(folder)
        if size > free - kept:
            raise store_errors.no_room_for_copy(size, free - kept)

    def measure(self, folder: Path, used: int, reusable: int) -> None:
        """Measure the room: `used` are the bytes of all data, `reusable` the unused ones of files.

        Writes to the log when the store becomes full, and when it may grow again.
        """
        was_full = self._is_full
        self.used = used
        self._bounds = (*self._of_quota(used), self._of_disk(folder, reusable))
        if self._is_full and not was_full:
            _logger.warning("the store is full: runs wait, and calls that add data are refused")
        elif was_full and not self._is_full:
            _logger.info("the store has room again; runs resume")

    @property
    def _is_full(self) -> bool:
        return any(bound.left <= 0 for bound in self._bounds)

    def _of_quota(self, used: int) -> Iterator[_Bound]:
        quota = self._quota
        if quota:
            facts = (
                f"the store has {_mib(used)} of its quota of {_mib(quota)} (store_bytes), the last"
                f" {100 - _FOR_NEW} % of which are for existing networks"
            )
            for_new = quota * _FOR_NEW // 100
            yield _Bound("store_bytes", quota, quota - used, for_new - used, facts)

    def _of_disk(self, folder: Path, reusable: int) -> _Bound:
        self.free, kept = self._of_folder(folder)
        free = self.free + reusable
        # Without anything to keep free, the disk itself reports that it is full.
        left = free - kept if kept else free + 1
        facts = f"the disk of the server has {_mib(free)} free, and {_mib(kept)} must stay free"
        return _Bound("free_bytes", self._kept_free, left, left, f"{facts} (free_bytes)")

    def _of_folder(self, folder: Path) -> tuple[int, int]:
        """Return the free bytes of a disk, and how many of them must stay free."""
        disk = os.statvfs(folder)
        kept = disk.f_blocks * disk.f_frsize * _MOST_KEPT_FREE // 100
        return disk.f_bavail * disk.f_frsize, min(self._kept_free, kept)


def _mib(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"
