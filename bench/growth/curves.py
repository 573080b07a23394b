"""What a plot shows: curves of measured times, and what they mean."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from bench.peers.compiling import BUILD

#: Whose time it is: that of Clearprop, that of another library, or the least on this machine.
Kind = Literal["ours", "peer", "limit"]


@dataclass(slots=True)
class Curve:
    """Times in seconds by size, in ascending order."""

    name: str
    kind: Kind
    points: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot by its name in files, its axes, and how its curves are measured at given sizes."""

    name: str
    title: str
    size: str
    time: str
    sizes: Sequence[int]
    measure: Callable[[Sequence[int]], list[Curve]]


@dataclass(frozen=True, slots=True)
class Measured:
    """The curves of a plot, and when and on which machine they were measured."""

    curves: list[Curve]
    made: str

    def save(self, path: Path) -> None:
        """Write it as JSON, a line for each curve."""
        curves = ",\n".join(json.dumps(asdict(curve), ensure_ascii=False) for curve in self.curves)
        made = json.dumps(self.made, ensure_ascii=False)
        path.write_text(f'{{"made": {made},\n"curves": [\n{curves}\n]}}\n')


def load(path: Path) -> Measured:
    """Return what `Measured.save` wrote."""
    found = json.loads(path.read_text())
    curves = [
        Curve(each["name"], each["kind"], [(size, time) for size, time in each["points"]])
        for each in found["curves"]
    ]
    return Measured(curves, found["made"])


@contextmanager
def folder_on_disk() -> Iterator[Path]:
    """Make a folder on the disk of this checkout, not in memory, for the time of the block."""
    BUILD.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=BUILD) as name:
        yield Path(name)
