"""What the tests of the command line share."""

import os
import subprocess
from pathlib import Path

import pytest
from console import CLEARPROP, Clearprop
from servers import ServerProcess


@pytest.fixture
def clearprop(server: ServerProcess, tmp_path: Path) -> Clearprop:
    """Runs the console script against the shared server."""

    def run(*arguments: str, code: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [CLEARPROP, *arguments],
            env=os.environ | {"CLEARPROP_SERVER": server.target} | variables,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run
