"""The guide's programs do what it says, and the client in Node.js goes on after a kill."""

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from documents import ROOT, run
from servers import ServerProcess

GUIDE = (ROOT / "docs" / "watching.md").read_text()

SAID = [
    "run 1 is SUCCEEDED after update 5000",
    "update 20000 of epoch 20000: 0.0",
    "20,000 updates, the lowest cost at update 20000",
]
UPDATES = 2_000_000


def test_what_the_guide_shows_of_the_shell_and_of_python_works(own_server: ServerProcess) -> None:
    names: dict[str, Any] = {}
    told = ""
    for language, block in re.findall(r"```(sh|python)\n(.*?)```", GUIDE, re.DOTALL):
        if language == "python":
            with redirect_stdout(io.StringIO()) as printed:
                # Blocks go on with what those before them made, as for a reader who types them.
                exec(block.replace("127.0.0.1:50051", own_server.target), names)  # noqa: S102
            told += printed.getvalue()
        elif "npm" not in block:
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            told += run("sh", "-e", "-c", block, PATH=path, CLEARPROP_SERVER=own_server.target)
    names["client"].close()
    for said in SAID:
        assert said in told, told


@contextmanager
def node_client(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Install the example in Node.js in a folder of its own, as a user would, and run it."""
    shutil.copytree(ROOT / "examples" / "node", folder / "examples" / "node")
    (folder / "proto").symlink_to(ROOT / "proto")
    here = folder / "examples" / "node"
    install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"]
    subprocess.run(install, cwd=here, check=True, capture_output=True)
    watch = ["node", "watch.mjs", *arguments]
    with subprocess.Popen(watch, cwd=here, stdout=subprocess.PIPE, text=True) as process:
        yield process


@pytest.mark.skipif(
    not (shutil.which("node") and shutil.which("npm")), reason="Node.js and npm are not installed"
)
def test_a_client_in_node_misses_nothing_of_a_server_that_is_killed(
    own_server: ServerProcess, tmp_path: Path
) -> None:
    with node_client(tmp_path, own_server.target, str(UPDATES)) as client:
        assert client.stdout is not None
        assert "PENDING" in client.stdout.readline()
        own_server.kill()
        own_server.start()
        told, _ = client.communicate(timeout=120)
    assert client.returncode == 0
    assert "lost the connection after update" in told
    assert f"RUN_STATE_SUCCEEDED after update {UPDATES}" in told
    assert f"{UPDATES} updates seen, cost " in told
