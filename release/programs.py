"""The programs that a release needs, and what their output shows."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Failed(Exception):
    """A check did not pass; the text says which and why."""


def output(*command: str | Path, cwd: Path = ROOT, ok: tuple[int, ...] = (0,)) -> str:
    """Return the standard output of a program. Raises Failed if its exit code is not in `ok`."""
    done = subprocess.run(  # noqa: S603 (the programs of this folder)
        command, cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode not in ok:
        shown = " ".join(str(each) for each in command)
        raise Failed(f"{shown} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def say(line: str) -> None:
    """Write a line at once, because the next step can take minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def warn(line: str) -> None:
    """Write a line that nobody should overlook."""
    sys.stderr.write(f"\n!!! {line}\n\n")
    sys.stderr.flush()


def wheels(folder: Path) -> list[Path]:
    """Build the wheels of both distributions into a folder, and return them."""
    return _built(folder, "--target", "wheel", pattern="*.whl")


def sdists_and_wheels(folder: Path) -> list[Path]:
    """Build both forms of both distributions into a folder, and return them."""
    return _built(folder, pattern="*")


def _built(folder: Path, *targets: str, pattern: str) -> list[Path]:
    for source in (ROOT / "client", ROOT):
        build = (sys.executable, "-m", "hatchling", "build", "--directory", folder)
        output(*build, *targets, cwd=source)
    return sorted(path for path in folder.glob(pattern) if path.suffix in {".gz", ".whl"})
