"""The guide's commands and programs print exactly the output that it shows."""

from documents import Reader, blocks


def lines(text: str) -> list[str]:
    """Return the lines of a text without trailing spaces."""
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def is_printed(expected: list[str], found: list[str]) -> bool:
    """Return whether lines were printed, where … means any number of lines."""
    if not expected:
        return not found
    if expected[0] == "…":
        return any(is_printed(expected[1:], found[skip:]) for skip in range(len(found) + 1))
    return bool(found) and found[0] == expected[0] and is_printed(expected[1:], found[1:])


def test_output_is_the_one_that_is_shown(reader: Reader) -> None:
    typed = blocks("docs/why-did-this-weight-change.md")
    assert len(typed) == 9
    for block in typed:
        output = reader.types(block)
        assert is_printed(lines(block.output), lines(output)), output
