"""Clients receive the media type that they prefer, and none that they do not accept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.faces.rest.negotiation import chosen, names

EVENTS, LINES, JSON = "text/event-stream", "application/x-ndjson", "application/json"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", EVENTS),
        (" ", EVENTS),
        ("*/*", EVENTS),
        (LINES, LINES),
        ("Application/X-NDJSON", LINES),
        ("application/*", LINES),
        ("text/*, application/x-ndjson", EVENTS),
        ("text/event-stream;q=0.5, application/x-ndjson", LINES),
        ("text/event-stream;q=0.5, application/x-ndjson;q=0.4", EVENTS),
        ("*/*;q=0.1, application/x-ndjson", LINES),
        ("text/event-stream;q=0, */*", LINES),
        ("text/*;q=0, */*;q=0.1", LINES),
        ("text/*;q=0, text/event-stream", EVENTS),
        ("text/event-stream;charset=utf-8", EVENTS),
        ("text/event-stream ; Q=0.2 , application/x-ndjson ; q=0.3", LINES),
        ("text/html, application/xml;q=0.9, */*;q=0.8", EVENTS),
        ("text/html", None),
        ("text/html, application/json", None),
        ("*/*;q=0", None),
        ("text/event-stream;q=0, application/x-ndjson;q=0", None),
        ("text/event-stream;q=much", None),
        ("text/event-stream;q=nan", None),
        ("event-stream", None),
        (",,,", None),
    ],
)
def test_the_preferred_media_type_is_chosen(accept: str, form: str | None) -> None:
    assert chosen(accept, [EVENTS, LINES]) == form


@pytest.mark.parametrize(
    ("accept", "is_named"),
    [
        (LINES, True),
        ("text/html, application/x-ndjson;q=0.1", True),
        ("application/x-ndjson;q=0", False),
        ("application/*", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_a_media_type_is_named_only_explicitly(accept: str, is_named: bool) -> None:
    assert names(accept, LINES) is is_named


ranges = st.sampled_from([EVENTS, LINES, JSON, "text/*", "application/*", "*/*"])
qualities = st.sampled_from(["", ";q=0", ";q=0.001", ";q=0.5", ";q=1", ";q=1.0", "; q=.5"])
headers = st.lists(st.tuples(ranges, qualities).map("".join), min_size=1).map(", ".join)


@given(headers, st.permutations([EVENTS, LINES, JSON]))
def test_the_chosen_media_type_is_always_an_accepted_one(accept: str, offered: list[str]) -> None:
    form = chosen(accept, offered)

    if form is None:
        assert all(chosen(accept, [each]) is None for each in offered)
    else:
        assert chosen(accept, [form]) == form


@given(st.text() | st.text(alphabet="*/;q=,.0 "))
def test_any_header_can_be_parsed(accept: str) -> None:
    assert chosen(accept, [EVENTS, LINES]) in {EVENTS, LINES, None}
    assert names(accept, LINES) in {True, False}
