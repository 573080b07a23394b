"""A disk that loses its power: which bytes may be there afterwards, given what was synced.

A completed sync of a file makes durable what was done to it before; a sync of the folder does it
for the names in it. Of all else anything may be there: nothing, all, some, or parts of sectors'
size, and a file may have grown where the bytes that made it grow are missing. What a failed sync
was to make durable stays in doubt, whatever syncs follow: the system may have given it up.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random

from disk_recording import Operation, Sync, Truncate, Unlink, Write

#: What a disk writes as a whole.
SECTOR = 512

Change = Write | Truncate


class Luck(StrEnum):
    """What becomes of that which no sync has made durable."""

    NOTHING = "nothing is kept"
    ALL = "all is kept"
    SOME = "some is kept, in any order"
    TORN = "all up to one write is kept, and of that one a part"


@dataclass
class _File:
    """`settled` are changes that a sync was asked for, and whether it failed."""

    durable: bytearray = field(default_factory=bytearray)
    settled: list[tuple[Change, bool]] = field(default_factory=list)
    pending: list[Change] = field(default_factory=list)

    def sync(self, failed: bool) -> None:
        self.settled += [(change, failed) for change in self.pending]
        self.pending.clear()
        while self.settled and not self.settled[0][1]:
            _apply(self.durable, self.settled.pop(0)[0])

    def content(self, luck: Luck, chance: Random) -> bytes:
        content = bytearray(self.durable)
        for change, in_doubt in self.settled:
            if not in_doubt or _is_kept(luck, chance):
                _apply(content, change)
        for change in _survivors(self.pending, luck, chance):
            _apply(content, change)
        return bytes(content)


class Disk:
    """The files of a folder, empty at first, and what of them is durable."""

    def __init__(self) -> None:
        self._names: dict[str, _File] = {}
        self._durable_names: dict[str, _File] = {}

    def do(self, operation: Operation) -> None:
        """Follow an operation that was carried out as a whole."""
        name = operation.name
        if isinstance(operation, Unlink):
            del self._names[name]
        elif not isinstance(operation, Sync):
            self._names.setdefault(name, _File()).pending.append(operation)
        elif name in self._names:
            self._names[name].sync(operation.failed)
        elif not name and not operation.failed:
            self._durable_names = dict(self._names)

    def cut(self, luck: Luck, chance: Random) -> dict[str, bytes]:
        """Return the files that are found when the power is back."""
        names = {
            Luck.NOTHING: self._durable_names,
            Luck.SOME: self._some_names(chance),
        }.get(luck, self._names)
        return {name: file.content(luck, chance) for name, file in names.items()}

    def _some_names(self, chance: Random) -> dict[str, _File]:
        """Return the names when of the changes to each either all or none are durable."""
        return {
            name: file
            for name in sorted({**self._names, **self._durable_names})
            if (file := chance.choice((self._names, self._durable_names)).get(name))
        }


def put(files: dict[str, bytes], folder: Path) -> None:
    """Write files into a folder."""
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _is_kept(luck: Luck, chance: Random) -> bool:
    return luck is Luck.ALL or (luck is not Luck.NOTHING and chance.random() < 0.5)


def _survivors(pending: Sequence[Change], luck: Luck, chance: Random) -> Iterable[Change]:
    choose: dict[Luck, Callable[[], Iterable[Change]]] = {
        Luck.NOTHING: lambda: (),
        Luck.ALL: lambda: pending,
        Luck.SOME: lambda: _some(pending, chance),
        Luck.TORN: lambda: _up_to_torn(pending, chance),
    }
    return choose[luck]()


def _some(pending: Sequence[Change], chance: Random) -> list[Change]:
    """Return some of the changes, whole or in part, in any order."""
    odds = chance.choice((0.1, 0.5, 0.9))
    kept: list[Change] = []
    for change in pending:
        if chance.random() < odds:
            kept.append(_torn(change, chance) if chance.random() < 0.1 else change)
        elif isinstance(change, Write) and chance.random() < 0.2:
            kept.append(Write(change.start, change.name, change.end, b""))  # the size alone
    chance.shuffle(kept)
    return kept


def _up_to_torn(pending: Sequence[Change], chance: Random) -> list[Change]:
    if not pending:
        return []
    # Most often the last: that is what a commit ends with.
    place = len(pending) - 1 if chance.random() < 0.5 else chance.randrange(len(pending))
    return [*pending[:place], _torn(pending[place], chance)]


def _torn(change: Change, chance: Random) -> Change:
    """Return the beginning or the rest of a write, cut between two sectors of the file."""
    if isinstance(change, Truncate):
        return change
    first, last = change.offset // SECTOR + 1, (change.end - 1) // SECTOR
    if first > last:
        return change  # it lies in one sector
    cut = chance.randint(first, last) * SECTOR
    if chance.random() < 0.75:
        return Write(change.start, change.name, change.offset, change.data[: cut - change.offset])
    return Write(change.start, change.name, cut, change.data[cut - change.offset :])


def _apply(content: bytearray, change: Change) -> None:
    if isinstance(change, Truncate):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
    else:
        content.extend(bytes(max(0, change.end - len(content))))
        content[change.offset : change.end] = change.data
