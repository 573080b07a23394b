"""Commands, run in this process, or by the console script in a pipe or on a terminal."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import chdir
from pathlib import Path
from typing import Protocol

from clearprop.cli.program import app
from typer.testing import CliRunner, Result

CLEARPROP = Path(sys.executable).parent / "clearprop"


class Clearprop(Protocol):
    """Runs a command in a pipe and an empty folder; fails unless its exit code is `code`.

    A command that is not a server can have `stdin`.
    """

    def __call__(
        self, *arguments: str, code: int = 0, stdin: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]: ...


def invoke(*arguments: str, stdin: str = "", **variables: str) -> Result:
    """Run a command in this process, with these environment variables in addition."""
    return CliRunner().invoke(
        app,
        arguments,
        input=stdin,
        prog_name="clearprop",
        env=variables,
        catch_exceptions=False,
    )


def run_here(
    arguments: list[str], variables: Mapping[str, str], folder: Path, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in this process, as in a pipe with this input."""
    with chdir(folder):
        done = invoke(*arguments, stdin=stdin, **variables)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def run_afresh(
    arguments: list[str], environment: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run the console script to its end in a pipe without input."""
    return subprocess.run(
        [CLEARPROP, *arguments],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def on_terminal(
    *arguments: str, columns: int, keep_colours: bool = False, **variables: str
) -> tuple[int, str]:
    """Run a command on a terminal; return its exit code and its output, without colours."""
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen(
        [CLEARPROP, *arguments],
        env=os.environ | {"TERM": "xterm-256color"} | variables,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    ) as process:
        os.close(inside)
        written = b"".join(_chunks(terminal)).decode()
    os.close(terminal)
    if not keep_colours:
        written = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", written)
    return process.returncode, written


def _chunks(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            yield os.read(terminal, 65_536)
        except OSError:  # what a terminal says when its last program has ended
            return
