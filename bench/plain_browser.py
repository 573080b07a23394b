"""A browser without Playwright, which would keep all responses in the process that is measured."""

import itertools
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class PlainTab:
    """A tab, whose process has no more than that of a visitor."""

    def __init__(self, process: subprocess.Popen[bytes], commands: int, answers: int) -> None:
        self._process = process
        self._commands = commands
        self._answers = os.fdopen(answers, "rb")
        self._numbers = itertools.count(1)
        size = {"width": 1280, "height": 800}
        target = self._send("Target.createTarget", {"url": "about:blank", **size})
        of_target = {"targetId": target["targetId"], "flatten": True}
        self._session = self._send("Target.attachToTarget", of_target)["sessionId"]

    def open(self, address: str) -> None:
        """Begin to open a page."""
        self._send("Page.navigate", {"url": address}, self._session)

    def evaluate(self, script: str) -> object:
        """Return what a script gives."""
        asked = {"expression": script, "returnByValue": True}
        answer = self._send("Runtime.evaluate", asked, self._session)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def private_memory(self) -> float:
        """Return the MiB that only the process of the page has, without garbage."""
        return max(map(private, self._drawing()))

    def resident_memory(self) -> float:
        """Return the MiB of the process of the page, without garbage, what it shares included."""
        return max(map(resident, self._drawing()))

    def _drawing(self) -> list[int]:
        """Return the processes that draw pages: others are for pages that the browser prepares."""
        self._send("HeapProfiler.collectGarbage", {}, self._session)
        processes = self._send("SystemInfo.getProcessInfo", {})["processInfo"]
        return [each["id"] for each in processes if each["type"] == "renderer"]

    def close(self) -> None:
        """End the browser."""
        self._send("Browser.close", {})
        self._process.wait(timeout=30)
        os.close(self._commands)
        self._answers.close()

    def _send(
        self, method: str, parameters: Mapping[str, object], session: str = ""
    ) -> dict[str, Any]:
        message = {"id": next(self._numbers), "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = json.loads(self._received())
            if answer.get("id") == message["id"]:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _received(self) -> bytes:
        received = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "the browser ended"
            received += byte
        return bytes(received)


@contextmanager
def plain_tab(chromium: str) -> Iterator[PlainTab]:
    """Start the browser at a path, with one tab."""
    (read_commands, commands), (answers, write_answers) = os.pipe(), os.pipe()
    # It reads commands from 3 and answers at 4. Its sandbox needs rights that containers lack.
    # Other shells than Bash take only the numbers of files up to 9.
    shell = f'exec "$0" "$@" 3<&{read_commands} 4>&{write_answers}'
    options = ["--headless", "--no-sandbox", "--remote-debugging-pipe"]
    process = subprocess.Popen(  # noqa: S603 (the browser of this machine)
        ["/bin/bash", "-c", shell, chromium, *options],
        pass_fds=[read_commands, write_answers],
        stderr=subprocess.DEVNULL,
    )
    os.close(read_commands)
    os.close(write_answers)
    tab = PlainTab(process, commands, answers)
    try:
        yield tab
    finally:
        tab.close()


def private(process: int) -> float:
    """Return the MiB that only this process has."""
    return _sum_of(process, "Private_")


def resident(process: int) -> float:
    """Return the MiB of a process, what it shares with others included."""
    return _sum_of(process, "Rss:")


def _sum_of(process: int, name: str) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(each.split()[1]) for each in lines if each.startswith(name)) / 1024
