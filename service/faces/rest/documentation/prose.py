"""Converts comments of the contract to Markdown."""

from re import compile as pattern
from re import split

#: A line of the list of errors in a comment: two spaces, status codes, a description.
_CODES = pattern(r"  ([A-Z][A-Z_, ]*): (.*)")


def markdown(comment: str) -> str:
    """Return a comment as Markdown, with its paragraphs and its list of errors."""
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
    """Return the first sentence of a comment without its full stop, and the rest as Markdown."""
    first, *rest = split(r"(?<=[.:;])\s", markdown(comment), maxsplit=1)
    text = "".join(rest).strip()
    return first[:-1], text[:1].upper() + text[1:]


def _joined(blocks: list[str]) -> str:
    """Join blocks with empty lines between them, but not between the items of a list."""
    lines: list[str] = []
    for block in blocks:
        is_next_item = bool(lines) and block.startswith("- ") and lines[-1].startswith("- ")
        lines += [block] if is_next_item else ["", block]
    return "\n".join(lines).strip()
