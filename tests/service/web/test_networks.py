"""The list of networks: filtered, sorted, with curves and settings."""

import clearprop
import pytest
from playwright.sync_api import Page, expect
from servers import ServerProcess


@pytest.fixture(scope="module")
def sweep(site: ServerProcess) -> clearprop.SweepResult:
    """A sweep of four networks, and another network."""
    with clearprop.connect(site.target) as client:
        client.create_network("alone", layer_sizes=[2, 1])
        return client.sweep(
            "rates",
            "or",
            vary={"learning_rate": [0.5, 5], "hidden_layers": [[], 3]},
            validation_set="or",
            batch_size=2,
            epochs=20,
        )


def test_networks_are_filtered_sorted_and_drawn(
    site: ServerProcess, page: Page, sweep: clearprop.SweepResult
) -> None:
    page.goto(f"{site.http}/?mode=networks")
    status = page.get_by_role("search").get_by_role("status")
    expect(status).to_have_text("5 networks.")
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

    for network in by_cost[:2]:
        page.get_by_label(f"Curve of {network}").check()
    curves = page.get_by_role("region", name="Cost curves")
    expect(curves.get_by_role("listitem")).to_have_text(by_cost[:2])
    expect(curves.get_by_role("img")).to_have_attribute(
        "aria-label", f"Validation cost of {by_cost[0]}, {by_cost[1]} by update."
    )
    ids.first.click()
    page.wait_for_url(f"**/?network={max(by_cost)}*")
