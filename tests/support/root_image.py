"""The image of the container: built with buildah, and run without an engine for containers.

The root of the image is mounted read-only in a namespace of its own, and a program in it runs as an
ordinary user without capabilities, as an engine does it. The network is that of this machine.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from documents import ROOT

#: All that the check leaves behind. It is reused.
FOLDER = ROOT / "build" / "image"

#: The programs that it needs, and the packages of Debian that have them.
PROGRAMS = {"buildah": "buildah", "debootstrap": "debootstrap", "setpriv": "util-linux"}

#: Stands for the base of docker/Dockerfile, which this machine may be unable to download.
BASE = "localhost/clearprop-base"
IMAGE = "localhost/clearprop"
_SUITE = "trixie"
_PACKAGES = "ca-certificates,python3,python3-venv"

#: Neither root nor the user of the image.
USER = 12345

_MOUNT = """\
root=$1 data=$2 user=$3; shift 3
mount --bind "$root" "$root"
mount --bind "$data" "$root/data"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
cd /
exec setpriv --no-new-privs chroot --userspec="$user:$user" --groups= "$root" "$@"
"""


def what_is_missing() -> str:
    """Return what this machine lacks for the check, with what to do, or ""."""
    if os.geteuid():
        return "the image is built and run as root: use sudo"
    missing = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    return f"apt-get install {' '.join(missing)}" if missing else ""


def buildah(*arguments: str, shown: bool = False) -> str:
    """Run buildah with a storage of its own, and return its output."""
    storage = ("--root", f"{FOLDER}/storage", "--runroot", f"{FOLDER}/run")
    command = ("buildah", *storage, "--storage-driver", "vfs", *arguments)
    done = subprocess.run(
        command, cwd=ROOT, capture_output=not shown, text=True, timeout=3600, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr}"
    return done.stdout or ""


def bootstrap() -> None:
    """Create the base from packages of Debian, once."""
    base = FOLDER / "base"
    if not (base / "finished").exists():
        shutil.rmtree(base, ignore_errors=True)
        base.parent.mkdir(parents=True, exist_ok=True)
        command = ("debootstrap", "--variant=minbase", f"--include={_PACKAGES}", _SUITE, base)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        (base / "finished").touch()
    if not buildah("images", "--quiet", "--filter", f"reference={BASE}"):
        container = buildah("from", "scratch").strip()
        buildah("add", "--quiet", container, str(base), "/")
        buildah("commit", "--quiet", container, BASE)
        buildah("rm", container)


def build() -> None:
    """Build the image on that base, with the certificates that pip uses on this machine."""
    mounts = []
    if certificates := os.environ.get("PIP_CERT"):
        place = "/etc/ssl/certs/ca-certificates.crt"
        (FOLDER / "pip.conf").write_text(f"[global]\ncert = {place}\n")
        mounts = [f"--volume={certificates}:{place}:ro"]
        mounts += [f"--volume={FOLDER}/pip.conf:/etc/pip.conf:ro"]
    options = ("--isolation=chroot", "--layers", "--format=docker", f"--build-arg=BASE={BASE}")
    files = ("--file=docker/Dockerfile", "--ignorefile=.dockerignore")
    buildah("build", *options, *files, *mounts, f"--tag={IMAGE}", ".", shown=True)


@dataclass(frozen=True)
class Image:
    """The image, with its files at `root`."""

    root: Path
    config: Mapping[str, object]

    @classmethod
    def built(cls) -> "Image":
        bootstrap()
        build()
        buildah("rm", "--all")  # those of earlier checks, which have copies of all files
        container = buildah("from", IMAGE).strip()
        inspected = json.loads(buildah("inspect", container))
        return cls(Path(buildah("mount", container).strip()), inspected["Docker"]["config"])

    @property
    def environment(self) -> dict[str, str]:
        texts = self.config["Env"]
        assert isinstance(texts, list)
        return dict(text.split("=", 1) for text in texts)

    def command(self, data: Path, *program: str) -> list[str]:
        """Return the command that runs a program of the image with the volume `data`."""
        namespace = ("unshare", "--mount", "--propagation", "private", "sh", "-ec", _MOUNT, "sh")
        return [*namespace, str(self.root), str(data), str(USER), *program]

    def run(self, data: Path, *program: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(data, *program),
            env=self.path_of_the_host() | variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def path_of_the_host(self) -> dict[str, str]:
        """Return the environment of the image, in which the programs of the host are found too."""
        path = f"{self.environment['PATH']}:/usr/sbin:/usr/bin:/sbin:/bin"
        return self.environment | {"PATH": path}


class Server:
    """A server in the image, with the volume `data`; a context manager that stops it."""

    def __init__(self, image: Image, data: Path, **variables: str) -> None:
        started = time.monotonic()
        self.log = data.parent / "log"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                image.command(data, "clearprop", "serve"),
                env=image.path_of_the_host() | variables,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        self.announced = self.process.stdout.readline()
        self.seconds_to_start = time.monotonic() - started
        assert "serves gRPC" in self.announced, self.log.read_text()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def stop(self) -> float:
        """Send SIGTERM, and return the seconds until the server has ended."""
        started = time.monotonic()
        self.process.terminate()
        assert self.process.wait(30) == 0, self.log.read_text()
        return time.monotonic() - started
