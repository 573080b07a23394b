"""The table of tests/README.md names every test file, and the long forms that there are."""

import re

from documents import ROOT
from promises import TESTS, row_of, rows

FILES = sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py"))

#: How a test asks for one of its two forms.
FORMS = re.compile(r"\brounds\(|\bIS_LONG\b")


def test_every_test_file_belongs_to_a_promise() -> None:
    assert [file for file in FILES if row_of(file, rows()) is None] == []


def test_every_path_of_the_table_is_there_and_in_one_row() -> None:
    paths = [path for row in rows() for path in row.paths]
    assert [path for path in paths if not (TESTS / path).exists()] == []
    assert len(set(paths)) == len(paths)


def test_every_promise_with_a_long_form_is_in_the_table_and_in_make_soak() -> None:
    with_two_forms = [file for file in FILES if FORMS.search((TESTS / file).read_text())]
    promises = {row_of(file, rows()) for file in with_two_forms}
    assert promises == {row for row in rows() if row.long_form != "—"}

    soak = re.search(
        r"^soak:.*\n\t.*\$\(or \$\(ARGS\),(.*)\)", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    assert soak is not None
    long_runs = soak[1].split()
    assert [
        file for file in with_two_forms if not f"tests/{file}".startswith(tuple(long_runs))
    ] == []


def test_the_longest_path_decides() -> None:
    table = rows()
    assert row_of("e2e/test_watches.py", table) != row_of("e2e/test_runs.py", table)
    assert row_of("e2e/test_runs.py", table) == row_of("e2e/test_networks.py", table)
    assert row_of("nowhere/test_it.py", table) is None
