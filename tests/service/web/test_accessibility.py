"""axe finds no serious barrier for people with impaired vision or without a mouse."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from promises import IS_LONG
from servers import ServerProcess

PLACES = {
    "start": "",
    "look": "?network=worked-example&update=1&example=1&line=61",
    "weight": "?network=worked-example&update=1&line=61&weight=2-1-2",
    "train": "?mode=train",
    "watched": "?mode=train&network=worked-example",
    "compare": "?mode=compare&network=worked-example&base=1&update=6",
}

LOOKS: list[tuple[Literal["light", "dark"], int]] = [
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
    for name, place, (scheme, width) in SEEN:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{site.http}/{place}")
        page.wait_for_load_state("networkidle")
        serious |= {
            f"{name}, {scheme}, {width} wide: {each['id']}: {node['target']}"
            for each in Axe().run(page).response["violations"]
            if each["impact"] in {"serious", "critical"}
            for node in each["nodes"]
        }
    assert serious == set()
