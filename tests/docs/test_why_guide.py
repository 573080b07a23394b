"""The guide's commands and programs print what stands below them, to the character."""

import io
import os
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path

from documents import ROOT, run
from servers import ServerProcess

GUIDE = (ROOT / "docs" / "why-did-this-weight-change.md").read_text()

#: A block that does something, and what it prints, if anything is said of that.
BLOCKS = re.compile(r"```(sh|python)\n(.*?)```\n(?:\n```text\n(.*?)```)?", re.DOTALL)


def lines(text: str) -> list[str]:
    """Its lines without what ends them."""
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def is_printed(expected: list[str], found: list[str]) -> bool:
    """Whether lines are those that were printed, where … stands for any number of them."""
    if not expected:
        return not found
    if expected[0] == "…":
        return any(is_printed(expected[1:], found[skip:]) for skip in range(len(found) + 1))
    return bool(found) and found[0] == expected[0] and is_printed(expected[1:], found[1:])


def test_all_of_the_guide_prints_what_it_says(server: ServerProcess, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    blocks = BLOCKS.findall(GUIDE)
    assert len(blocks) == len(re.findall(r"```(?:sh|python)", GUIDE)) == 9
    for language, block, expected in blocks:
        if language == "sh":
            told = run(
                *("sh", "-e", "-c", block),
                cwd=tmp_path,
                PATH=path,
                CLEARPROP_SERVER=server.target,
            )
        else:
            with redirect_stdout(io.StringIO()) as printed:
                names: dict[str, object] = {}
                exec(block.replace("127.0.0.1:50051", server.target), names)  # noqa: S102
            told = printed.getvalue()
            names["client"].close()  # type: ignore[attr-defined]
        assert is_printed(lines(expected), lines(told)), told
