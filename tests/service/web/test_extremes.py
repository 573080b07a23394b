"""Costs that are huge, infinite or not a number are drawn or reported, and log nothing."""

from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect
from servers import ServerProcess
from visits import visit

#: Linear networks: costs up to 4e307 and then infinite, and costs that are infinite from the start.
NETWORKS: dict[str, dict[str, Any]] = {
    "diverging": {"epochs": 260, "learningRate": 3, "batchSize": 1, "trainingSet": "xor"},
    "infinite": {"epochs": 4, "learningRate": 0.1, "batchSize": 4, "trainingSet": "huge"},
}


@pytest.fixture(scope="session", autouse=True)
def _networks(site: ServerProcess) -> None:
    targets = [0, 1.7e308, 0, 0]
    examples = [{"inputs": [n, 1], "targets": [target]} for n, target in enumerate(targets)]
    _post(site, "trainingSets", trainingSet="huge", examples=examples)
    for name, settings in NETWORKS.items():
        layers = [{"units": 1, "inputs": 2, "weights": [0, 0]}]
        _post(
            site,
            "networks",
            network=name,
            layerSizes=[2, 1],
            activations=["ACTIVATION_IDENTITY"],
            costFunction="COST_FUNCTION_SQUARED_ERROR",
            initialParameters=layers,
        )
        _post(site, f"networks/{name}:step", count=1000, settings=settings)


GAPS = {"diverging": "Some costs are not finite", "infinite": "4 costs are not finite"}
LATEST = {"diverging": 1000, "infinite": 4}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_view_draws_its_costs(site: ServerProcess, page: Page, name: str) -> None:
    here = f"network={name}&update={LATEST[name]}"
    visit(page, f"{site.http}/?{here}&weight=1-1-2")
    expect(page.locator(".gaps")).to_contain_text(GAPS[name])
    expect(page.get_by_role("region", name="The selected weight")).to_contain_text("chain rule")
    visit(page, f"{site.http}/?mode=train&{here}")
    expect(page.locator(".gaps")).to_contain_text(GAPS[name])
    first = {"diverging": "618", "infinite": "1"}[name]
    expect(page.locator(".run")).to_contain_text(f"The cost of update {first} is infinite or NaN")
    page.get_by_label("Logarithmic").check()
    expect(page.locator(".gaps")).to_contain_text(GAPS[name])
    visit(page, f"{site.http}/?mode=compare&{here}&base=0&weight=1-1-2")
    expect(page.locator(".changes tbody tr")).to_have_count(2)
    # The page fixture fails if anything was logged.


def _post(site: ServerProcess, path: str, **body: Any) -> None:
    answer = requests.post(f"{site.http}/v1/{path}", json=body, timeout=60)
    assert answer.ok, answer.text
