"""Lessons: each file is right, checked with a real service and without a browser."""

from pathlib import Path

import pytest
from page_modules import ASSETS, lay_out, run_module
from servers import ServerProcess

LESSONS = sorted((ASSETS / "lessons" / "texts").glob("*.md"))
HERE = Path(__file__).parent / "modules"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, laid out for Node.js."""
    folder = tmp_path_factory.mktemp("lessons")
    lay_out(folder)
    return folder


def test_the_questions_of_each_lesson_can_be_answered_right_and_wrong(
    folder: Path, site: ServerProcess
) -> None:
    lessons = [{"id": path.stem.partition("-")[2], "text": path.read_text()} for path in LESSONS]
    run_module(folder, HERE / "lessons.test.mjs", server=site.http, lessons=lessons)
