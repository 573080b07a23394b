"""A cluster of Ray with one machine, which is this one."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import psutil
from patience import PATIENCE

from bench.ports import free_port

#: Ray replaces 127.0.0.1 by another address.
_HOST = "127.0.0.2"


class RayHead:
    """Processes of Ray on loopback, which can be killed and started again on the same ports."""

    def __init__(self) -> None:
        self._port, self._client_port = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True)
        #: The variables with which others can use it.
        self.environment = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token_hex(32)}

    @property
    def address(self) -> str:
        """The address for processes on this machine."""
        return f"{_HOST}:{self._port}"

    @property
    def client_address(self) -> str:
        """The address for processes on any machine."""
        return f"ray://{_HOST}:{self._client_port}"

    def start(self) -> None:
        """Start it, and wait until it takes calls."""
        options = (
            *("--head", "--block", "--disable-usage-stats", "--include-dashboard=false"),
            *(f"--node-ip-address={_HOST}", f"--port={self._port}", "--num-cpus=2"),
            *(f"--ray-client-server-port={self._client_port}", f"--temp-dir={self._folder.name}"),
            # Workers use any port: free ports are among their usual ones.
            *("--min-worker-port=0", "--max-worker-port=0"),
        )
        self._process = subprocess.Popen(
            [Path(sys.executable).with_name("ray"), "start", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | self.environment,
        )
        end = monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or monotonic() > end:
                raise OSError("Ray did not start")
            sleep(0.1)

    def kill(self) -> None:
        """Kill all its processes, and those of its workers."""
        if self._process is None:
            return
        for each in psutil.Process(self._process.pid).children(recursive=True):
            each.kill()
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Kill all, and remove what Ray has logged."""
        self.kill()
        self._folder.cleanup()

    def _answers(self) -> bool:
        with socket.socket() as connection:
            return connection.connect_ex((_HOST, self._client_port)) == 0
