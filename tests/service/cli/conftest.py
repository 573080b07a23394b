"""What the tests of the command line share."""

import os
import subprocess
from pathlib import Path

import pytest
from console import Clearprop, run_afresh
from servers import ServerProcess, nursery


@pytest.fixture
def clearprop(server: ServerProcess, tmp_path: Path) -> Clearprop:
    """Runs commands against the shared server."""

    def run(*arguments: str, code: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"CLEARPROP_SERVER": server.target} | variables
        # What Python looks at when it starts takes a Python of its own.
        is_loaded = all(name.startswith("CLEARPROP_") for name in variables)
        start = nursery().run if is_loaded else run_afresh
        done = start(list(arguments), environment, tmp_path)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run
