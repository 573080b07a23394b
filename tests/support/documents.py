"""Documents as their readers use them: their commands and programs are run in order, as typed."""

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from servers import ServerProcess, nursery

ROOT = Path(__file__).parents[2]

#: A command or program, and the output that the document shows after it, if any.
_BLOCK = re.compile(r"```(sh|python|js)\n(.*?)```\n(?:\n```text\n(.*?)```)?", re.DOTALL)

#: What a reader does before the server of a test is there, or with other servers: not run here.
_SET_UP = re.compile(
    r"(make|pip|docker|npm) |cd examples/node|clearprop (serve|--install-completion)$", re.MULTILINE
)

_GRPC = "127.0.0.1:50051"
_HTTP = "http://127.0.0.1:8080"


class Block(NamedTuple):
    """A command or program of a document."""

    language: str
    text: str
    output: str  # as the document shows it; empty: not shown

    @property
    def is_set_up(self) -> bool:
        """Whether it installs something or starts a server."""
        return self.language == "sh" and _SET_UP.match(self.text) is not None


def blocks(path: str) -> list[Block]:
    """Return the commands and programs of a document."""
    return [Block(*found) for found in _BLOCK.findall((ROOT / path).read_text())]


def documents() -> list[str]:
    """Return the paths of all documents for users."""
    paths = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in paths]


def run(*command: str, cwd: Path = ROOT, **variables: str) -> str:
    """Run a command, which must succeed, and return its output."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Reader:
    """Types the blocks of one document into one shell folder and one Python session."""

    server: ServerProcess
    folder: Path
    names: dict[str, Any] = field(default_factory=dict)

    def types(self, block: Block, *, before: str = "") -> str:
        """Run a block, after some shell code if given, and return its output."""
        text = self.addressed(block.text)
        if block.language == "sh":
            scripts = Path(sys.executable).parent
            with TemporaryDirectory() as sockets, nursery().serving(Path(sockets, "s")) as command:
                # A process of its own for each command, which has loaded its modules already.
                return run(
                    *("sh", "-e", "-c", f'{before}clearprop() {{ {command} "$@"; }}\n{text}'),
                    cwd=self.folder,
                    PATH=f"{scripts}{os.pathsep}{os.environ['PATH']}",
                    CLEARPROP_SERVER=self.server.target,
                )
        with redirect_stdout(io.StringIO()) as printed:
            exec(text, self.names)  # noqa: S102 - the documents are ours
        return printed.getvalue()

    def addressed(self, text: str) -> str:
        """Return a text with the addresses of the test's server instead of the defaults."""
        if self.server.http_port is not None:
            text = text.replace(_HTTP, self.server.http)
        return text.replace(_GRPC, self.server.target)

    def closes(self) -> None:
        """Close the client that Python blocks have opened."""
        if "client" in self.names:
            self.names["client"].close()
