"""axe finds no serious barrier for people with impaired vision or without a mouse."""

import re
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from promises import IS_LONG
from servers import ServerProcess, new_server

PLACES = {
    "start": "",
    "look": "?network=worked-example&update=1&example=1&line=61",
    "weight": "?network=worked-example&update=1&line=61&weight=2-1-2",
    "train": "?mode=train",
    "watched": "?mode=train&network=worked-example",
    "networks": "?mode=networks",
    "compare": "?mode=compare&network=worked-example&base=1&update=6",
}

#: A color scheme, and the width of the window.
Look: TypeAlias = tuple[Literal["light", "dark"], int]

LOOKS: list[Look] = [
    ("light", 1280),
    ("dark", 1280),
    ("light", 390),
]


#: Each place in one of the looks, or in all of them in the long form.
SEEN = [
    (name, place, look)
    for number, (name, place) in enumerate(PLACES.items())
    for look in (LOOKS if IS_LONG else [LOOKS[number % len(LOOKS)]])
]


@pytest.mark.usefixtures("worked_example")
def test_axe_finds_no_serious_violation(site: ServerProcess, page: Page) -> None:
    serious = set()
    for name, place, look in SEEN:
        show(page, look, f"{site.http}/{place}")
        serious |= {f"{name}, {each}" for each in serious_violations(page, look)}
    assert serious == set()


def test_axe_finds_no_serious_violation_when_signing_in(tmp_path: Path, page: Page) -> None:
    serious = set()
    with new_server(tmp_path, "--auth", "required", http=True) as guarded:
        for look in LOOKS if IS_LONG else LOOKS[1:2]:
            show(page, look, guarded.http)
            field = page.get_by_label("Token")
            expect(field).to_be_focused()
            serious |= serious_violations(page, look)
            field.fill("clearprop_wrong")
            field.press("Enter")
            expect(page.get_by_role("alert")).to_be_visible()
            expect(field).to_have_accessible_description(re.compile("mistyped"))
            serious |= serious_violations(page, look)
            page.evaluate("sessionStorage.clear()")
    assert serious == set()


def show(page: Page, look: Look, address: str) -> None:
    scheme, width = look
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.evaluate("for (const each of document.querySelectorAll('.over-time')) each.open = true")
    page.wait_for_load_state("networkidle")


def serious_violations(page: Page, look: Look) -> set[str]:
    scheme, width = look
    return {
        f"{scheme}, {width} wide: {each['id']}: {node['target']}"
        for each in Axe().run(page).response["violations"]
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    }
