"""The example in Node.js resumes a watch after its server was killed."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from documents import ROOT
from servers import ServerProcess

UPDATES = 2_000_000


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
def test_a_client_in_node_misses_no_update_of_a_killed_server(
    own_server: ServerProcess, tmp_path: Path
) -> None:
    with node_client(tmp_path, own_server.target, str(UPDATES)) as client:
        assert client.stdout is not None
        assert "PENDING" in client.stdout.readline()
        own_server.kill()
        own_server.start()
        output, _ = client.communicate(timeout=120)
    assert client.returncode == 0
    assert "Lost the connection after update" in output
    assert f"RUN_STATE_SUCCEEDED after update {UPDATES}" in output
    assert f"Received {UPDATES} updates, cost " in output
