"""Compare: two updates, or a network and its fork; an edit is made on a fork and nowhere else."""

import re
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect
from servers import ServerProcess
from web_numbers import exact


@pytest.fixture
def trained(site: ServerProcess) -> str:
    """A network of 200 updates on XOR."""
    made = _post(site, "networks", {"layerSizes": [2, 5, 1], "initializer": {"seed": 7}})
    network: str = made["network"]["network"]
    settings = {"trainingSet": "xor", "learningRate": 5, "batchSize": 4, "epochs": 200}
    _post(
        site,
        f"networks/{network}:step",
        {"count": 200, "unit": "STEP_UNIT_EPOCH", "settings": settings},
    )
    return network


def test_two_updates_stand_side_by_side_the_largest_change_first(
    site: ServerProcess, page: Page, trained: str
) -> None:
    page.goto(f"{site.http}/?mode=compare&network={trained}&update=150&base=3")
    compared = _get(site, f"networks/{trained}/updates:compare?baseUpdate=3&update=150")
    rows = page.locator(".changes tbody tr")
    expect(rows).to_have_count(len(compared["changes"]))
    for at, change in enumerate(compared["changes"]):
        parameter = f"{change['layer']}.{change['unit']}.{change['input']}"
        expect(rows.nth(at)).to_have_attribute("data-parameter", parameter)
        numbers = rows.nth(at).locator(".num")
        for of, name in enumerate(("before", "after", "change")):
            expect(numbers.nth(of)).to_have_attribute("data-exact", exact(change[name]))
    for title, update in (("before", 3), ("after", 150)):
        cost = _post(
            site, f"networks/{trained}:evaluate", {"update": update, "trainingSet": "xor"}
        )["cost"]
        shown = page.locator(f'[data-cost="{title}"] .num')
        expect(shown).to_have_attribute("data-exact", exact(cost))


def test_an_edit_is_looked_at_first_and_kept_on_a_fork(
    site: ServerProcess, page: Page, trained: str
) -> None:
    before = _get(site, f"networks/{trained}")["network"]
    page.goto(f"{site.http}/?mode=compare&network={trained}")
    page.get_by_role("button", name="Edit output 1 ← hidden 4").click()
    page.get_by_label("New value").fill("0.5")
    page.get_by_label("Name of the fork").fill("edited")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("button", name="Apply")).to_be_enabled()
    cost = page.locator('[data-cost="with the edit"] .num')
    expect(cost).to_have_attribute("data-exact", re.compile("."))  # now the edit has been made
    expect(cost).to_have_attribute("data-exact", exact(_cost(site, "edited")))
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**network=edited&**")
    rows = page.locator(".changes tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-parameter", "2.0.3")
    expect(rows.locator(".num").nth(1)).to_have_attribute("data-exact", "0.5")
    assert _get(site, f"networks/{trained}")["network"] == before, "shared history is as it was"
    fork = _get(site, "networks/edited")["network"]
    assert fork["forkedFrom"]["update"] == "200"
    assert "scratch" not in fork["labels"]


def test_what_is_discarded_or_left_leaves_nothing_behind(
    site: ServerProcess, page: Page, trained: str
) -> None:
    page.goto(f"{site.http}/?mode=compare&network={trained}&weight=1.0.0")
    preview = page.locator('[data-cost="with the edit"] .num[data-exact]')
    page.get_by_label("New value").fill("7")
    page.get_by_role("button", name="Preview").click()
    expect(preview).to_have_count(1)
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name="Discard").click()
    expect(preview).to_have_count(0)
    page.get_by_role("button", name="Preview").click()
    expect(preview).to_have_count(1)
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("link", name="Train").click()
    networks = _get(site, "networks")["networks"]
    assert not [network for network in networks if "scratch" in network["labels"]]


def test_a_value_that_is_refused_says_why(site: ServerProcess, page: Page, trained: str) -> None:
    page.goto(f"{site.http}/?mode=compare&network={trained}&weight=1.0.0")
    page.get_by_label("New value").fill("a lot")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#edit-wrong")).to_contain_text("must be")
    expect(page.get_by_label("New value")).to_have_attribute("aria-invalid", "true")


def test_files_are_at_hand(site: ServerProcess, page: Page, trained: str) -> None:
    page.goto(f"{site.http}/?mode=compare&network={trained}&update=150")
    for name, ending in (("JSON", "json"), ("NPZ", "npz"), ("ONNX", "onnx"), ("CSV", "csv")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        assert download.value.suggested_filename.endswith(f"150.{ending}"), name


def _cost(site: ServerProcess, network: str) -> float:
    cost: float = _post(site, f"networks/{network}:evaluate", {"trainingSet": "xor"})["cost"]
    return cost


def _get(site: ServerProcess, path: str) -> Any:
    answer = requests.get(f"{site.http}/v1/{path}", timeout=10)
    answer.raise_for_status()
    return answer.json()


def _post(site: ServerProcess, path: str, body: dict[str, Any]) -> Any:
    answer = requests.post(f"{site.http}/v1/{path}", json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()
