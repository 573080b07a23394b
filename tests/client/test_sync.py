"""The client for threads is generated from the client for asyncio."""

import subprocess
import sys
from pathlib import Path

CLIENT = Path(__file__).parents[2] / "client"


def test_the_form_for_threads_is_generated_from_the_one_for_asyncio() -> None:
    command = [sys.executable, str(CLIENT / "generate_sync.py"), "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
