"""Content negotiation by the Accept header: RFC 9110, section 12.5.1."""

from collections.abc import Sequence


def chosen(accept: str, offered: Sequence[str]) -> str | None:
    """Return the media type that a client prefers; None if it accepts none of those offered.

    `accept` is the value of the Accept header; empty: all types are accepted. Of types with equal
    quality, the first one offered is chosen.
    """
    if not accept.strip():
        return offered[0]
    ranges = [_range(each) for each in accept.split(",") if each.strip()]
    best, quality = None, 0.0
    for media_type in offered:
        its_quality = _quality(media_type, ranges)
        if its_quality > quality:
            best, quality = media_type, its_quality
    return best


def names(accept: str, media_type: str) -> bool:
    """Return whether the Accept header explicitly contains this media type."""
    return any(
        name == media_type and quality > 0 for name, quality in map(_range, accept.split(","))
    )


def _range(text: str) -> tuple[str, float]:
    """Return a media range, in lower case and without parameters, and its quality."""
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, float(value)
            except ValueError:
                return name, 0.0
    return name, 1.0


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return the quality of a media type, given by the most specific range that matches it."""
    kind = media_type.partition("/")[0]
    for wanted in (media_type, f"{kind}/*", "*/*"):
        for name, quality in ranges:
            if name == wanted:
                return quality
    return 0.0
