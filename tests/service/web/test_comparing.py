"""Compare: two updates, or a network and its fork; edits go to a fork. Networks: many at once."""

import re
import struct
from typing import Any
from xml.etree import ElementTree as ET

import clearprop
import pytest
import requests
from playwright.sync_api import Page, expect
from servers import ServerProcess
from visits import visit
from web_numbers import exact, expect_numbers


@pytest.fixture(scope="session")
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


def test_two_updates_are_compared_the_largest_change_first(
    site: ServerProcess, page: Page, trained: str
) -> None:
    visit(page, f"{site.http}/?mode=compare&network={trained}&update=150&base=3")
    compared = _get(site, f"networks/{trained}/updates:compare?baseUpdate=3&update=150")
    rows = page.locator(".changes tbody tr")
    expect(rows).to_have_count(len(compared["changes"]))
    keys = [f"{each['layer']}.{each['unit']}.{each['input']}" for each in compared["changes"]]
    assert rows.evaluate_all("all => all.map((each) => each.dataset.parameter)") == keys
    names = ("before", "after", "change")
    expect_numbers(
        rows.locator(".num"), [change[name] for change in compared["changes"] for name in names]
    )
    # The same in both pictures; what moved most is lit, and so is what is pointed at.
    for title, update in (("Before", 3), ("After", 150)):
        side = page.get_by_role("region", name=title, exact=True)
        layers = _get(site, f"networks/{trained}/state?update={update}")["state"]["layers"]
        values = [value for layer in layers for value in layer["weights"]]
        expect_numbers(side.locator(".weight-line"), values)
        expect(side.locator(".weight-line.lit")).to_have_count(3)
        rows.last.hover()
        expect(side.locator(".weight-line.pointed")).to_have_attribute("data-weight", keys[-1])
    for title, update in (("Before", 3), ("After", 150)):
        cost = _post(
            site, f"networks/{trained}:evaluate", {"update": update, "trainingSet": "xor"}
        )["cost"]
        shown = page.locator(f'[data-cost="{title}"] .num')
        expect(shown).to_have_attribute("data-exact", exact(cost))


def test_an_edit_is_previewed_and_kept_on_a_fork(
    site: ServerProcess, page: Page, trained: str
) -> None:
    before = _get(site, f"networks/{trained}")["network"]
    visit(page, f"{site.http}/?mode=compare&network={trained}")
    page.get_by_role("button", name="Edit output 1 ← hidden 4").click()
    page.get_by_label("New value").fill("0.5")
    page.get_by_label("Name of the fork").fill("edited")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("button", name="Apply")).to_be_enabled()
    cost = page.locator('[data-cost="With the edit"] .num')
    expect(cost).to_have_attribute("data-exact", re.compile("."))  # now the edit has been made
    expect(cost).to_have_attribute("data-exact", exact(_cost(site, "edited")))
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**network=edited&**")
    # The fork beside what it was forked from: the service compares them.
    rows = page.locator(".changes tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-parameter", "2.0.3")
    expect(rows.locator(".num").nth(1)).to_have_attribute("data-exact", "0.5")
    assert _get(site, f"networks/{trained}")["network"] == before, "the shared history is unchanged"
    fork = _get(site, "networks/edited")["network"]
    assert fork["forkedFrom"]["update"] == "200"
    assert "preview" not in fork["labels"]


def test_a_discarded_or_abandoned_preview_leaves_no_fork(
    site: ServerProcess, page: Page, trained: str
) -> None:
    visit(page, f"{site.http}/?mode=compare&network={trained}&weight=1-1-1")
    preview = page.locator('[data-cost="With the edit"] .num[data-exact]')
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
    assert not [network for network in networks if "preview" in network["labels"]]


def test_an_invalid_value_is_reported(site: ServerProcess, page: Page, trained: str) -> None:
    visit(page, f"{site.http}/?mode=compare&network={trained}&weight=1-1-1")
    page.get_by_label("New value").fill("a lot")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#edit-wrong")).to_contain_text("Must be")
    expect(page.get_by_label("New value")).to_have_attribute("aria-invalid", "true")


def test_files_can_be_downloaded(site: ServerProcess, page: Page, trained: str) -> None:
    visit(page, f"{site.http}/?mode=compare&network={trained}&update=150")
    for name, ending in (("JSON", "json"), ("NPZ", "npz"), ("ONNX", "onnx"), ("CSV", "csv")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        assert download.value.suggested_filename.endswith(f"150.{ending}"), name


def test_the_picture_is_a_file_that_any_program_draws(
    site: ServerProcess, page: Page, trained: str
) -> None:
    page.emulate_media(color_scheme="dark")
    visit(page, f"{site.http}/?mode=compare&network={trained}&update=150")
    picture = page.get_by_role("region", name="After", exact=True).locator("svg")
    expect(picture.locator(".weight-label")).to_have_count(15)
    labels = picture.locator(".weight-label").all_text_contents()
    files = {}
    for name in ("SVG", "PNG"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename == f"{trained}-update-150.{name.lower()}"
        files[name] = download.value.path().read_bytes()
    svg = ET.fromstring(files["SVG"])  # noqa: S314 - the page's own
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    written = ["".join(each.itertext()) for each in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert set(labels) <= set(written)
    # Without sheets of styles, in the colours of the theme.
    (back,) = [each for each in svg if each.tag.endswith("rect")]
    assert back.get("fill") == "rgb(20, 22, 27)"
    assert not [each for each in svg.iter() if each.get("class")]
    # The head of a PNG: its width and height, in pixels.
    width, height = struct.unpack(">II", files["PNG"][16:24])
    assert (width, height) == tuple(2 * int(svg.get(name, "")) for name in ("width", "height"))
    assert len(files["PNG"]) > 10_000  # an empty one would be far smaller


def test_networks_with_different_layers_are_reported(
    site: ServerProcess, page: Page, trained: str
) -> None:
    other = _post(site, "networks", {"layerSizes": [2, 3, 1], "bias": True})["network"]["network"]
    visit(page, f"{site.http}/?mode=compare&network={trained}&other={other}")
    expect(page.get_by_role("alert").first).to_contain_text(
        f"{other} and {trained} have different layers"
    )
    expect(page.locator(".picture")).to_have_count(2)
    expect(page.locator("[data-cost=Before] .num")).to_have_attribute(
        "data-exact", exact(_cost(site, other))
    )


def _cost(site: ServerProcess, network: str) -> float:
    cost: float = _post(site, f"networks/{network}:evaluate", {"trainingSet": "xor"})["cost"]
    return cost


def _get(site: ServerProcess, path: str) -> Any:
    answer = requests.get(f"{site.http}/v1/{path}", timeout=60)
    answer.raise_for_status()
    return answer.json()


@pytest.fixture(scope="session")
def sweep(site: ServerProcess) -> clearprop.SweepResult:
    """A sweep of four networks."""
    with clearprop.connect(site.target) as client:
        return client.sweep(
            "rates",
            "or",
            vary={"learning_rate": [0.5, 5], "hidden_layers": [[], 3]},
            validation_set="or",
            batch_size=2,
            epochs=20,
        )


def test_many_networks_are_filtered_sorted_and_drawn_together(
    site: ServerProcess, page: Page, sweep: clearprop.SweepResult
) -> None:
    visit(page, f"{site.http}/?mode=networks")
    status = page.get_by_role("search").get_by_role("status")
    expect(status).to_contain_text("networks.")
    page.get_by_label("Filter").fill("sweep=rates")
    page.get_by_label("Filter").press("Enter")
    expect(status).to_have_text("4 networks.")
    page.wait_for_url("**/?mode=networks&where=sweep%3Drates")
    ids = page.locator("tbody th a")
    by_cost = [row.networks[0] for row in sweep]
    expect(ids).to_have_text(by_cost)
    shown = page.locator("tbody tr").first.locator("[data-exact]").last.get_attribute("data-exact")
    assert float(shown or "nan") == sweep.trials[int(by_cost[0][-1]) - 1].cost
    page.get_by_role("button", name="Network").click()
    expect(ids).to_have_text(sorted(by_cost))
    page.get_by_role("button", name="Network").click()
    expect(ids).to_have_text(sorted(by_cost, reverse=True))
    expect(page.get_by_role("columnheader", name="Network")).to_have_attribute(
        "aria-sort", "descending"
    )

    # A line for each network, with an axis for each setting that differs and for the result.
    settings = page.get_by_role("region", name="Settings")
    expect(settings.locator("path")).to_have_count(4)
    names = settings.locator("text.name")
    expect(names).to_have_text(["hidden layers", "learning rate", "Validation cost"])

    # What is typed stays when the page is drawn anew before Enter.
    page.get_by_label("Filter").fill("sweep=rates ")
    page.get_by_label(f"Select {by_cost[0]}").dispatch_event("click")
    expect(page.get_by_label(f"Select {by_cost[0]}")).to_be_checked()
    expect(page.get_by_label("Filter")).to_have_value("sweep=rates ")

    for network in by_cost[:2]:
        page.get_by_label(f"Select {network}").check()
    curves = page.get_by_role("region", name="Cost curves")
    expect(curves.get_by_role("listitem")).to_have_text(by_cost[:2])
    expect(curves.get_by_role("img")).to_have_attribute(
        "aria-label", f"Validation cost of {by_cost[0]}, {by_cost[1]} by update."
    )
    curves.get_by_label("Draw by").select_option("epoch")
    expect(curves.get_by_role("img")).to_have_attribute("aria-label", re.compile("by epoch"))
    _acts_on_the_selection(page, by_cost)
    ids.first.click()
    page.wait_for_url(f"**/?mode=train&network={max(by_cost)}*")


def _acts_on_the_selection(page: Page, by_cost: list[str]) -> None:
    """Compare the two selected networks, label and fork them, and delete the forks."""
    differences = page.get_by_role("region", name="Differences")
    expect(
        differences.get_by_role("row", name=re.compile("layer sizes|learning rate"))
    ).not_to_have_count(0)
    actions = page.get_by_role("group", name="Selected networks")
    actions.get_by_label("Label", exact=True).fill("mark=yes")
    actions.get_by_role("button", name="Label").click()
    marked = page.locator("tbody tr", has_text="mark=yes")
    expect(marked).to_have_count(2)
    expect(marked.locator("th a")).to_have_text(sorted(by_cost[:2], reverse=True))
    actions.get_by_text("Export", exact=True).click()
    expect(actions.get_by_role("link")).to_have_count(2)
    page.get_by_label("Filter").fill("")
    page.get_by_label("Filter").press("Enter")
    actions.get_by_role("button", name="Fork each").click()
    expect(actions).to_contain_text("2 networks selected")
    expect(actions.get_by_role("link", name=by_cost[0], exact=True)).to_have_count(0)
    actions.get_by_role("button", name="Delete…").click()
    actions.get_by_role("button", name="Delete", exact=True).click()
    expect(actions).to_have_count(0)
    page.get_by_label("Filter").fill("sweep=rates")
    page.get_by_label("Filter").press("Enter")
    expect(page.locator("tbody th a")).to_have_text(sorted(by_cost, reverse=True))


def _post(site: ServerProcess, path: str, body: dict[str, Any]) -> Any:
    answer = requests.post(f"{site.http}/v1/{path}", json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()
