"""Lessons: each file does what it says, checked with a real service; one is done in a browser."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests
from documents import ROOT
from page_modules import ASSETS, lay_out, run_module
from playwright.sync_api import Page, expect
from servers import ServerProcess
from starlette.requests import Request

from service.web.lesson_files import lesson_list

LESSONS = sorted((ASSETS / "lessons" / "texts").glob("*.md"))
HERE = Path(__file__).parent / "modules"
FAULTS = (Path(__file__).parent / "faults.js").read_text()

#: The whole lesson in the guide for teachers.
_EXAMPLE = re.compile(r"^````markdown\n(.*?)^````$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, laid out for Node.js."""
    folder = tmp_path_factory.mktemp("lessons")
    lay_out(folder)
    return folder


def test_a_lesson_file_is_read_or_its_error_is_named(folder: Path) -> None:
    run_module(folder, HERE / "lesson_files.test.mjs")


def test_the_questions_of_each_lesson_can_be_answered_right_and_wrong(
    folder: Path, site: ServerProcess
) -> None:
    lessons = [{"id": path.stem.partition("-")[2], "text": path.read_text()} for path in LESSONS]
    (example,) = _EXAMPLE.findall((ROOT / "docs" / "lessons.md").read_text())
    lessons.append({"id": "our-first-lesson", "text": example})
    run_module(folder, HERE / "lessons.test.mjs", server=site.http, lessons=lessons)


def test_a_teacher_adds_lessons_and_replaces_some(tmp_path: Path) -> None:
    (tmp_path / "3-cost.md").write_text("mine")
    (tmp_path / "10-more.md").write_text("more")
    (tmp_path / "README.md").write_text("no lesson")
    own, all_of_them = _listed(None), _listed(str(tmp_path))
    assert len(own) == len(LESSONS)
    assert [*own, "more"] == [*all_of_them]
    assert own["cost"] != "mine"
    assert all_of_them["cost"] == "mine"


def _listed(folder: str | None) -> dict[str, str]:
    """The texts of all lessons."""
    endpoint: Any = lesson_list(folder).endpoint
    answer = endpoint(Request({"type": "http"}))
    return {each["lesson"]: each["text"] for each in json.loads(answer.body)["lessons"]}


def test_a_beginner_does_a_lesson(site: ServerProcess, page: Page) -> None:
    page.goto(site.http)
    page.get_by_role("link", name="lesson 1").click()
    question = page.get_by_role("region", name="Question")
    page.get_by_role("button", name="Create my networks and begin").click()
    # A wrong answer has a hint; the service decides what is right.
    answer = page.get_by_label("Your answer")
    for text, said in (("2", "Not yet."), ("0.5", "✓ Right.")):
        answer.fill(text)
        answer.press("Enter")
        expect(question).to_contain_text(said)
    expect(page.get_by_role("link", name="Part 1: The smallest network, solved")).to_be_visible()
    # A part has an address; a weight is moved with the keyboard.
    page.evaluate(
        "history.pushState(null, '', '?mode=lessons&lesson=what-a-weight-is&part=3');"
        "dispatchEvent(new PopStateEvent('popstate'))"
    )
    slider = page.get_by_role("slider", name="weight", exact=True)
    expect(slider).to_have_value("0.5")
    slider.press("End")
    expect(question).to_contain_text("✓ Right.")
    expect(page.locator("[data-weight='1.0.0']").first).to_have_attribute("data-exact", "6")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate("new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn)))")
        assert page.evaluate(FAULTS) == []
    # Progress stays until it is deleted with the networks; a set of one's own is not deleted.
    own: Any = {"trainingSet": "lesson-mine", "generator": {"kind": "GENERATOR_KIND_MOONS"}}
    requests.post(f"{site.http}/v1/trainingSets", json=own, timeout=60).raise_for_status()
    page.get_by_role("link", name="Lessons").nth(1).click()
    expect(page.get_by_role("link", name="What a weight is")).to_contain_text("2 of 10")
    page.get_by_role("button", name="Delete them…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("deleted")
    networks = requests.get(f"{site.http}/v1/networks", timeout=60).json()["networks"]
    assert [each for each in networks if each["network"].startswith("lesson-")] == []
    sets = requests.get(f"{site.http}/v1/trainingSets", timeout=60).json()["trainingSets"]
    assert [each["trainingSet"] for each in sets if "lesson" in each["trainingSet"]] == [
        "lesson-mine"
    ]
    expect(page.get_by_role("link", name="What a weight is")).to_contain_text("0 of 10")
