"""What a process did to the files of a folder, in order: what strace wrote, as operations."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

#: The calls by which SQLite changes files and makes changes durable, and their like.
CALLS = (
    "pwrite64",
    "write",
    "pwritev",
    "writev",
    "ftruncate",
    "fallocate",
    "fdatasync",
    "fsync",
    "sync_file_range",
    "unlink",
    "rename",
)

#: As strace is to write them: every thread, the time of day, paths of descriptors, all in hex.
FORMAT = ("-f", "-ttt", "-y", "-xx", "-s", str(2**24))


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes that were put into a file."""

    start: float
    name: str
    offset: int
    data: bytes

    @property
    def end(self) -> int:
        return self.offset + len(self.data)


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file that was cut or lengthened."""

    start: float
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """What was done to a file before, or to a folder's entries (no name), is durable now.

    Where it failed that is not so, and a later one need not make it so: the system may have given
    up what it could not write.
    """

    start: float
    name: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Unlink:
    """A file that was removed."""

    start: float
    name: str


Operation = Write | Truncate | Sync | Unlink

_LINE = re.compile(r"(?P<thread>\d+) +(?P<time>\d+\.\d+) (?P<rest>.*)")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(?P<rest>.*)")
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
_DESCRIPTOR = re.compile(r"\d+<(?P<path>[^>]*)>")
_UNFINISHED = " <unfinished ...>"


def recorded(trace: Path, folder: Path) -> list[Operation]:
    """Return what was done in a folder, in the order in which it was finished."""
    with trace.open() as lines:
        calls = list(_whole_calls(lines))
    operations = (_operation(time, call, folder) for time, call in calls)
    return [operation for operation in operations if operation is not None]


def _whole_calls(lines: Iterable[str]) -> Iterator[tuple[float, str]]:
    """Put together the calls that strace shows in two parts, because threads took turns."""
    begun: dict[str, tuple[float, str]] = {}
    for line in lines:
        match = _LINE.match(line)
        assert match, f"not a line of strace: {line[:200]}"
        thread, time, rest = match["thread"], float(match["time"]), match["rest"]
        if rest.endswith(_UNFINISHED):
            begun[thread] = time, rest.removesuffix(_UNFINISHED)
        elif resumed := _RESUMED.match(rest):
            began, first = begun.pop(thread)
            yield began, first + resumed["rest"]
        else:
            yield time, rest


def _operation(time: float, line: str, folder: Path) -> Operation | None:
    match = _CALL.match(line)
    if not match:
        return None  # an end of a thread
    failed = int(match["result"]) < 0
    call, arguments = match["name"], match["arguments"].split(", ")
    name = _name(arguments[0], folder)
    if call in {"fdatasync", "fsync"} and name is not None:
        return Sync(time, name, failed)
    if name is None or failed:
        return None
    if call == "pwrite64":
        data = _bytes(arguments[1])[: int(match["result"])]
        return Write(time, name, int(arguments[3]), data)
    if call == "ftruncate":
        return Truncate(time, name, int(arguments[1]))
    assert call == "unlink", f"SQLite does what is not expected of it: {line[:200]}"
    return Unlink(time, name)


def _name(argument: str, folder: Path) -> str | None:
    """Return the name of a file in the folder, empty for the folder itself, None for others."""
    descriptor = _DESCRIPTOR.match(argument)
    path = Path(_bytes(f'"{descriptor["path"]}"' if descriptor else argument).decode())
    if path == folder:
        return ""
    return path.name if path.parent == folder else None


def _bytes(argument: str) -> bytes:
    return bytes.fromhex(argument[1:-1].replace("\\x", ""))
