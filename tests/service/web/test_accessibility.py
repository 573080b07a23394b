"""axe finds no serious barrier for people with impaired vision or without a mouse.

At any size of the window, nothing is cut or overlaps.
"""

import math
import re
from pathlib import Path
from typing import Any, Literal, TypeAlias

import clearprop
import pytest
import requests
from barriers import serious_barriers
from playwright.sync_api import Page, expect
from promises import IS_LONG
from servers import ServerProcess, new_server
from visits import visit

PLACES = {
    "start": "",
    "look": "?network=worked-example&update=1&example=1&line=61",
    "weight": "?network=worked-example&update=1&line=61&weight=2-1-2",
    "train": "?mode=train",
    "watched": "?mode=train&network=worked-example",
    "networks": "?mode=networks&selected=worked-example",
    "lessons": "?mode=lessons&lesson=forward-pass&part=5",
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
    page.goto(f"{site.http}/healthz")
    page.evaluate("localStorage.setItem('learner', 'reader')")
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
    visit(page, address)
    page.wait_for_load_state("networkidle")
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    page.wait_for_load_state("networkidle")


def serious_violations(page: Page, look: Look) -> set[str]:
    scheme, width = look
    return {f"{scheme}, {width} wide: {each}" for each in serious_barriers(page)}


#: The sizes of windows: a laptop, also at 200 %, and a phone; in the long form also a screen and a
#: tablet.
MORE_WINDOWS = ((1920, 1080), (768, 1024)) if IS_LONG else ()
WINDOWS = ((1280, 800), (390, 844), (640, 400), *MORE_WINDOWS)

#: What the views show of a network, and what is there once it is drawn.
VIEWS = {
    "?network={}&update=1&example=1": ".picture .lit",
    "?mode=train&network={}&update=1": ".weights :is(svg, canvas)",
    "?mode=compare&network={}&base=0&update=1&weight=1-1-1": ".changes tbody tr",
}
MORE_VIEWS = {
    "?network={}&update=1&example=1&weight=1-1-1": ".weight-panel h2",
    "?network={}&update=1&example=1&unit=1-1": ".unit-panel h2",
    "?network={}&update=0": ".picture .unit, .matrices canvas",
    "?mode=train&network={}&update=1&wrong=1": ".gallery ol",
}

#: The layers of the networks that are shown.
SIZES = ((2, 5, 1), (64, 32, 10), (784, 100, 10))
MORE_SIZES = ((4, 8, 3), (2, 6, 5, 4, 3, 1), (2, 16, 3), (1000, 900, 100))

FAULTS = (Path(__file__).parent / "faults.js").read_text()

#: What must be found: an overlap, a text that is cut, a page that is too wide, a stretched image, a
#: panel that is half empty.
DISARRANGED = [
    (".head .tab:nth-child(2)", "margin-left:-40px"),
    (".head nav", "width:80px;overflow:hidden"),
    (".head nav", "margin-left:999px"),
    (".of-images canvas", "height:400px"),
    (".panel", "padding-bottom:4000px"),
]


def test_nothing_is_cut_or_overlaps(site: ServerProcess, page: Page) -> None:
    names = [_trained_on_a_table(site)] if IS_LONG else []
    names += [_trained(site, *sizes) for sizes in (MORE_SIZES if IS_LONG else ()) + SIZES]
    views = (MORE_VIEWS if IS_LONG else {}) | VIEWS
    places = {"?mode=networks": "tbody tr"}
    places |= {view.format(name): drawn for name in names for view, drawn in views.items()}
    found = {}
    for place, drawn in places.items():
        visit(page, f"{site.http}/{place}")
        expect(page.locator(drawn).first).to_be_visible()
        if IS_LONG:
            page.evaluate("document.querySelectorAll('.over-time').forEach(e => (e.open = true))")
            page.wait_for_load_state("networkidle")
        for number, (width, height) in enumerate(WINDOWS):
            page.emulate_media(color_scheme="dark" if number % 2 else "light")
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn)))")
            found[place, width] = page.evaluate(FAULTS)
    assert {place: faults for place, faults in found.items() if faults} == {}
    for selector, style in DISARRANGED:
        part = page.locator(selector).first
        part.evaluate("(part, style) => (part.style.cssText = style)", style)
        assert page.evaluate(FAULTS), f"{style} is a fault"
        part.evaluate("part => (part.style.cssText = '')")


def _trained(site: ServerProcess, *sizes: int) -> str:
    """Train a network by one update with Adam, on examples with one class each."""
    name = "of-" + "-".join(map(str, sizes))
    inputs, outputs = sizes[0], sizes[-1]
    side = math.isqrt(inputs)
    shape = (
        {"height": side, "width": side, "channels": 1} if side > 2 and side**2 == inputs else None
    )
    examples = [
        {
            "inputs": [(n * i) % 17 / 16 for i in range(inputs)],
            "targets": [int(n % (outputs + 1) == k) for k in range(outputs)],
        }
        for n in range(24)
    ]
    adam = {"kind": "OPTIMIZER_KIND_ADAM"}
    run = {"trainingSet": name, "learningRate": 0.01, "batchSize": 12, "epochs": 1}
    _post(site, "trainingSets", trainingSet=name, examples=examples, imageShape=shape)
    _post(site, "networks", network=name, layerSizes=sizes, bias=True)
    _post(site, f"networks/{name}:step", settings=run | {"optimizer": adam})
    return name


def _trained_on_a_table(site: ServerProcess) -> str:
    """Train a network on columns and classes with long names."""
    columns = {
        f"od280_od315_of_diluted_wines_{place}": range(place, 30 + place) for place in range(13)
    }
    classes = {"cultivar": [("barolo", "grignolino_of_asti", "barbera")[n % 3] for n in range(30)]}
    with clearprop.connect(site.target) as client:
        client.upload_table(
            "wines", columns | classes, targets="cultivar", one_hot=True, scaling="min-max"
        )
        network = client.create_network(
            "wines", layer_sizes=[13, 8, 3], activations=["tanh", "softmax"]
        )
        network.train("wines", learning_rate=0.1, batch_size=10, epochs=1).wait()
    return "wines"


def _post(site: ServerProcess, path: str, **body: Any) -> None:
    answer = requests.post(f"{site.http}/v1/{path}", json=body, timeout=30)
    assert answer.ok, answer.text
