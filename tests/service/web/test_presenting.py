"""For an audience: full screen with large type, frames of other pages, paper, and files."""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
from barriers import Rules, serious_barriers
from PIL import Image
from playwright.sync_api import Page, expect
from promises import IS_LONG
from servers import ServerProcess
from visits import visit

FAULTS = (Path(__file__).parent / "faults.js").read_text()

#: Where the contents of specimens are on a photograph of the page, by their names.
SPECIMENS = """() => Object.fromEntries([...document.querySelectorAll(".specimen")].map((each) => {
    const { left, top, width, height } = each.querySelector(":scope > div").getBoundingClientRect();
    return [each.ariaLabel, [left, top + scrollY, width, height].map(Math.round)];
}))"""

#: Numbers whose minus is behind their digits.
REVERSED = """() => [...document.querySelectorAll(".num")].filter((each) => {
    const [first, last] = [0, each.textContent.length - 1].map((at) => {
        const range = new Range();
        range.setStart(each.firstChild, at);
        range.setEnd(each.firstChild, at + 1);
        return range.getBoundingClientRect().left;
    });
    return first > last;
}).map((each) => each.textContent)"""

#: Specimens of what is not there yet.
EMPTY = {"Ribbon that has not arrived"}

#: Windows and themes in which the components are measured.
LOOKS = [("light", 1280), ("dark", 390), *((("dark", 1920), ("light", 768)) if IS_LONG else ())]

DRAWN = "new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn)))"


def test_presenting_enlarges_the_picture_and_its_explanation(
    page: Page, worked_example: str
) -> None:
    visit(page, f"{worked_example}&update=1&example=2&line=334")
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
    page.wait_for_function(
        "x => document.querySelector('.unit-name').getBoundingClientRect().x === x", arg=before["x"]
    )
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


def test_all_components_fit_in_all_states(page: Page, site: ServerProcess) -> None:
    page.goto(f"{site.http}/web/components")
    expect(page.get_by_role("heading", name="Training", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="update 1,234", exact=True)).to_have_count(1)
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(DRAWN)
        assert page.evaluate(FAULTS) == []
        # A theme changes nothing but colours.
        others: Rules = "all" if IS_LONG else "not contrast"
        assert serious_barriers(page, "contrast" if scheme == "dark" else others) == []
    photograph = np.asarray(Image.open(BytesIO(page.screenshot(full_page=True))))
    for name, (left, top, width, height) in page.evaluate(SPECIMENS).items():
        inside = photograph[top : top + height, left : left + width]
        assert name in EMPTY or inside.std() > 2, f"{name} is blank"
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.keyboard.press("f")
    page.locator("html:fullscreen").wait_for()
    page.evaluate(DRAWN)
    assert page.evaluate(FAULTS) == []
    page.keyboard.press("Escape")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(REVERSED) == []
    zoomed = {"width": 640, "height": 400, "deviceScaleFactor": 2, "mobile": False}  # 200 %
    emulation = page.context.new_cdp_session(page)
    emulation.send("Emulation.setDeviceMetricsOverride", zoomed)
    assert page.evaluate(FAULTS) == []
    emulation.detach()


def test_paper_is_light_and_has_no_controls(page: Page, worked_example: str) -> None:
    page.emulate_media(color_scheme="dark")
    visit(page, f"{worked_example}&update=1&example=2&line=334")
    expect(page.locator(".unit-name").first).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    for controls in (".head", ".stepper", ".save", "input"):
        expect(page.locator(controls).first).to_be_hidden()
    page.set_viewport_size({"width": 720, "height": 1000})  # A4 without its margins
    assert page.evaluate(FAULTS) == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")


def test_pictures_and_videos_show_what_the_page_shows(page: Page, worked_example: str) -> None:
    visit(page, f"{worked_example}&mode=train")
    expect(page.locator(".surface canvas")).to_be_visible()
    expect(page.get_by_text("h5", exact=True).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="SVG").click()
    texts = re.findall(">([^<>]+)</text>", download.value.path().read_text())
    assert {"Decision surface", "Predictions", "h5"} <= set(texts)
    with page.expect_download() as download:
        page.get_by_role("button", name="Video").click()
        page.get_by_role("button", name="■ Stop").click()
    assert download.value.suggested_filename == "worked-example-update-6.webm"
    assert download.value.path().read_bytes().startswith(b"\x1aE\xdf\xa3")  # of Matroska
