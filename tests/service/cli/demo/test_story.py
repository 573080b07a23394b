"""The demo runs to its end, and leaves no server behind."""

import signal
import subprocess
from pathlib import Path

from console import CLEARPROP, Clearprop


def test_the_demo_keeps_all_it_promises(clearprop: Clearprop, tmp_path: Path) -> None:
    printed = clearprop("demo").stdout
    assert printed.count("✓") == 7
    assert "The second client received all 10,001 updates, each once and in order." in printed
    assert len(printed.splitlines()) <= 75
    assert [file.suffix for file in sorted((tmp_path / "data").glob("*.db"))] == [".db"]


def test_a_demo_that_is_interrupted_stops_its_server(tmp_path: Path) -> None:
    with subprocess.Popen(
        [CLEARPROP, "demo"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        server = next(int(line.split()[1]) for line in process.stdout if "serves on" in line)
        process.send_signal(signal.SIGTERM)
        _, printed = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The demo was interrupted. Its server has been stopped." in printed
    assert not Path(f"/proc/{server}").exists()
