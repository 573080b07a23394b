"""The demo with PostgreSQL, two servers and two workers keeps all it promises."""

import os
import subprocess
import sys

import pytest
from documents import ROOT
from promises import IS_LONG


@pytest.mark.skipif(not IS_LONG, reason="the long form: `make demo-cluster`, a step of CI, runs it")
def test_the_demo_of_a_cluster_keeps_all_it_promises() -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support")])
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "cluster.py"],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == 4
