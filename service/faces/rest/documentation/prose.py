"""The contract's comments as Markdown."""

from re import compile as pattern
from re import split

#: A line of the list of status codes in the comment of a call: two spaces, codes, what they mean.
_CODES = pattern(r"  ([A-Z][A-Z_, ]*): (.*)")


def markdown(comment: str) -> str:
    """Return a comment as Markdown: its paragraphs, and the list of its status codes."""
    blocks: list[str] = [""]
    for line in comment.splitlines():
        text = line.removeprefix(" ")
        if codes := _CODES.fullmatch(text):
            blocks.append(f"- **{codes[1]}**: {codes[2]}")
        elif not text.strip() or text == "Errors:":
            blocks.append("")
        else:
            blocks[-1] = f"{blocks[-1]} {text.strip()}".lstrip()
    return _joined([block for block in blocks if block])


def summary_and_rest(comment: str) -> tuple[str, str]:
    """Return the first sentence of a comment, or its first part, and all else as Markdown."""
    first, *rest = split(r"(?<=[.:;])\s", markdown(comment), maxsplit=1)
    text = "".join(rest).strip()
    return first[:-1], text[:1].upper() + text[1:]


def _joined(blocks: list[str]) -> str:
    """Put an empty line between blocks, and none between the items of a list."""
    lines: list[str] = []
    for block in blocks:
        is_next_item = bool(lines) and block.startswith("- ") and lines[-1].startswith("- ")
        lines += [block] if is_next_item else ["", block]
    return "\n".join(lines).strip()
