"""For an audience: full screen with large type, frames of other pages, paper, and files."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

FAULTS = (Path(__file__).parent / "faults.js").read_text()


def test_presenting_enlarges_the_picture_and_its_explanation(
    page: Page, worked_example: str
) -> None:
    page.goto(f"{worked_example}&update=1&example=2&line=334")
    name = page.locator(".unit-name").first
    expect(name).to_be_visible()
    before = name.bounding_box()
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="End presentation")).to_be_visible()
    expect(page.get_by_label("Network", exact=True)).to_be_hidden()
    page.wait_for_function("document.querySelector('.picture svg').clientWidth < 760")
    after = name.bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] > 1.4 * before["height"]
    assert page.evaluate(FAULTS) == []
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("line=335"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Present")).to_be_visible()
    assert name.bounding_box() == before


def test_an_embedded_page_can_be_stepped_through_and_changes_nothing(
    page: Page, worked_example: str
) -> None:
    page.goto(f"{worked_example}&update=1&example=2&line=334&embed=1")
    page.get_by_role("button", name="Next line").click()
    expect(page).to_have_url(re.compile("line=335&embed=1"))
    link = page.get_by_role("link", name="Open in a window")
    expect(link).to_have_attribute("href", re.compile(r"line=335$"))
    page.goto(f"{worked_example}&mode=train&embed=1")
    expect(page.get_by_role("slider", name="Update")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    for name in ("Create and train", "Pause", "Cancel"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
