"""axe finds no serious barrier for people with impaired vision or without a mouse."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from calls import settings
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from playwright.sync_api import Page
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


@pytest.fixture(scope="module", autouse=True)
def _example(site: ServerProcess) -> None:
    """The worked example, as the page creates it."""
    with site.stub() as stub:
        stub.CreateNetwork(
            pb.CreateNetworkRequest(
                network="worked-example",
                layer_sizes=[2, 5, 1],
                initializer=network_pb2.Initializer(seed=7),
            )
        )
        recipe = settings(batch_size=3, epochs=4)
        stub.Step(pb.StepRequest(network="worked-example", settings=recipe, count=6))


def test_axe_finds_no_serious_violation(site: ServerProcess, page: Page) -> None:
    serious = set()
    for name, place in PLACES.items():
        page.goto(f"{site.http}/{place}")
        page.wait_for_load_state("networkidle")
        for scheme, width in LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            serious |= {
                f"{name}, {scheme}, {width} wide: {each['id']}: {node['target']}"
                for each in Axe().run(page).response["violations"]
                if each["impact"] in {"serious", "critical"}
                for node in each["nodes"]
            }
    assert serious == set()
