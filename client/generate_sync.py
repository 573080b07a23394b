"""Generates clearprop/_sync, the client for threads, from clearprop/_async, the asyncio client.

    python client/generate_sync.py          writes the files
    python client/generate_sync.py --check  fails if the files are out of date

Words of asyncio are replaced by their counterparts. Code that differs between the two forms is in
clearprop/_transports. A rule that replaces nothing is an error.
"""

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent / "clearprop"
SOURCE = PACKAGE / "_async"
TARGET = PACKAGE / "_sync"

HEADER = "# Generated from clearprop/_async/{name} by `make client`: change that file.\n"

#: What is replaced, in this order.
RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\basync (?=def |for |with )", ""),
        (r"\bawait ", ""),
        (r"\banext\b", "next"),
        (r"\b__a(enter|exit|iter)__", r"__\1__"),
        (r"\bAsync(?=[A-Z])", ""),
        (r"\b_async\b", "_sync"),
        (r"\b_transports\.event_loop\b", "_transports.threads"),
        (r"\b_transports\.tasks\b", "_transports.workers"),
        (r",? for asyncio\b", ""),
        (
            r"Use it and its handles only in the event loop in which it was created\.",
            "It and its handles can be used from any thread.",
        ),
        (
            r"The asyncio client\. `make client` generates `clearprop._sync` from it\.",
            "The client for threads, generated from `clearprop._async`.",
        ),
    )
]


def main() -> None:
    """Write the files, or check them."""
    generated = generate()
    if sys.argv[1:] == ["--check"]:
        committed = {path.name: path.read_text("utf-8") for path in TARGET.glob("*.py")}
        names = committed.keys() | generated.keys()
        stale = sorted(name for name in names if committed.get(name) != generated.get(name))
        if stale:
            sys.exit(f"{TARGET} is not what {SOURCE} generates ({', '.join(stale)}): make client")
        return
    for path in TARGET.glob("*.py"):
        path.unlink()
    for name, text in generated.items():
        (TARGET / name).write_text(text, "utf-8")


def generate() -> dict[str, str]:
    """Return the text of each file, by file name."""
    counts = [0] * len(RULES)
    texts = {}
    for path in sorted(SOURCE.glob("*.py")):
        text = path.read_text("utf-8")
        for place, (pattern, replacement) in enumerate(RULES):
            text, count = pattern.subn(replacement, text)
            counts[place] += count
        texts[path.name] = _formatted(HEADER.format(name=path.name) + text, TARGET / path.name)
    unused = [pattern.pattern for (pattern, _), n in zip(RULES, counts, strict=True) if not n]
    if unused:
        sys.exit(f"rules that replace nothing: {unused}")
    return texts


def _formatted(text: str, path: Path) -> str:
    """Return the text with its imports sorted, and with the shorter lines joined."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--quiet", "--select=I", "--fix"], ["format", "--quiet"]):
        done = subprocess.run(  # noqa: S603 - the project's own formatter
            [*ruff, *command, f"--stdin-filename={path}", "-"],
            input=text.encode(),
            stdout=subprocess.PIPE,
            check=True,
        )
        text = done.stdout.decode()
    return text


if __name__ == "__main__":
    main()
