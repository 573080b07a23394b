"""Built distributions, and the environments into which they are installed."""

import os
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from documents import ROOT

#: Compiling the kernels is part of a server's first start.
START_SECONDS = 300.0


@dataclass(frozen=True)
class Environment:
    """A virtual environment into which nothing else is installed."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    def install(self, *requirements: str) -> None:
        """Install packages, with the versions of their dependencies that the project pins."""
        constraints = self.folder / "constraints.txt"
        pinned = (ROOT / "requirements" / "runtime.txt").read_text()
        lines = re.findall(r"^(\w\S*==[^\\\n]+?) *\\?$", pinned, re.MULTILINE)
        constraints.write_text("\n".join(lines))
        pip = [self.python, "-m", "pip", "--disable-pip-version-check"]
        run(*pip, "install", "--quiet", "--constraint", str(constraints), *requirements)
        run(*pip, "check")

    def clearprop(
        self, *arguments: str, code: int = 0, cwd: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the console script as someone does who has only this environment."""
        done = subprocess.run(
            [self.folder / "bin" / "clearprop", *arguments],
            cwd=cwd or self.folder,
            env=clean() | variables,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done


def clean() -> dict[str, str]:
    """Return the environment variables without those that would lead to the source tree."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def run(*command: str, cwd: Path | None = None, **variables: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=clean() | variables,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class Distribution:
    """What a release has of one distribution; the wheel is built from the sdist."""

    sdist: Path
    wheel: Path


class Served(NamedTuple):
    """Where a server listens that runs from the installed wheels."""

    grpc: str
    http: str


def built(source: Path, folder: Path) -> Distribution:
    hatch = (sys.executable, "-m", "hatchling", "build", "--directory", str(folder))
    run(*hatch, "--target", "sdist", cwd=source)
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    run(*hatch, "--target", "wheel", cwd=folder / sdist.name.removesuffix(".tar.gz"))
    (wheel,) = folder.glob("*.whl")
    return Distribution(sdist, wheel)


def released(name: str, folder: Path) -> Distribution:
    """Return the distribution that `make release` built into a folder."""
    (sdist,) = folder.glob(f"{name}-[0-9]*.tar.gz")
    (wheel,) = folder.glob(f"{name}-[0-9]*.whl")
    return Distribution(sdist, wheel)


def new_environment(folder: Path) -> Environment:
    run(sys.executable, "-m", "venv", str(folder))
    return Environment(folder)
