"""The report has a section for each part, and a part replaces its own."""

import re

import pytest

from bench.parts import PARTS
from bench.report import RESULTS, Row, section, table_of, with_section

REPORT = "# Measurements\n\n## One\n\nold\n\n## Two\n\n## not a title\n\nkept\n"


def test_the_report_has_the_sections_of_all_parts_in_their_order() -> None:
    titles = re.findall("^## (.*)$", RESULTS.read_text(), re.MULTILINE)
    assert titles[:-1] == [
        part.title for part in PARTS.values()
    ]  # the last one is written manually


def test_a_section_is_replaced_and_others_are_kept() -> None:
    row = Row(r"work \1", "1 s", "", "1 s", "≤ 2 s", reached=True)
    content = section([table_of([row])])
    changed = with_section(REPORT, "One", content)
    assert changed == REPORT.replace("old", content)
    assert "| work \\1 | 1 s |  | 1 s | ≤ 2 s | yes |" in changed
    assert with_section(changed, "One", "old") == REPORT


def test_a_section_that_the_report_does_not_have_is_an_error() -> None:
    with pytest.raises(ValueError, match="no section 'Three'"):
        with_section(REPORT, "Three", "")
