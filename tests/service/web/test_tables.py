"""Networks of named columns are shown with the names of columns and classes."""

from typing import Any

import requests
from playwright.sync_api import Page, expect
from servers import ServerProcess
from web_numbers import exact

AGES: list[Any] = [21.0, 34.0, 28.0, 45.0, "NaN", 52.0, 39.0, 25.0]
COLUMNS: list[dict[str, Any]] = [
    {"name": "age", "numbers": AGES},
    {"name": "job", "texts": ["clerk", "nurse", "nurse", "clerk", "nurse", "clerk", "", "clerk"]},
    {"name": "kind", "texts": ["no", "yes", "no", "yes", "no", "yes", "yes", "no"]},
]
TABLE = {
    "inputs": [
        {"name": "age", "hasMissing": True},
        {
            "name": "job",
            "kind": "COLUMN_KIND_CATEGORY",
            "categories": ["clerk", "nurse"],
            "hasMissing": True,
        },
    ],
    "targets": {"kind": "TARGET_KIND_CLASSES", "names": ["kind"], "classes": ["no", "yes"]},
    "scaling": "SCALING_STANDARDIZE",
    "filling": {"kind": "FILLING_KIND_MEDIAN"},
}


def test_columns_and_classes_have_their_names(site: ServerProcess, page: Page) -> None:
    _post(site, "trainingSets", trainingSet="people", table=TABLE, columns=COLUMNS)
    activations = ["ACTIVATION_TANH", "ACTIVATION_SOFTMAX"]
    _post(site, "networks", network="people", layerSizes=[5, 3, 2], activations=activations)
    settings = {"trainingSet": "people", "learningRate": 0.1, "batchSize": 4, "epochs": 30}
    made = _post(site, "networks/people:step", settings=settings, count="60")
    assert made["run"]["state"] == "RUN_STATE_SUCCEEDED"
    page.goto(f"{site.http}/?mode=train&network=people")
    rows = page.locator(".predictions tbody tr")
    expect(rows.nth(4).locator("td").first).to_have_text("missing nurse")
    expect(rows.nth(6).locator("td").first).to_have_text("39 missing")
    expect(rows.nth(5).locator("td").nth(1)).to_have_text("yes")
    columns = [column for column in COLUMNS if column["name"] != "kind"]
    predicted = _post(site, "networks/people:predict", columns=columns)["predictions"]
    shown = page.locator(".predictions .output .num")
    for row, prediction in enumerate(predicted):
        for output, value in enumerate(prediction["outputs"]):
            expect(shown.nth(2 * row + output)).to_have_attribute("data-exact", exact(value))
    expect(page.locator(".confusion thead th")).to_have_text(["no", "yes"])
    expect(page.get_by_role("img", name="input 4 (job = nurse)")).to_be_visible()
    expect(page.get_by_role("img", name="output 2 (yes)")).to_be_visible()


def test_choosing_a_set_fills_in_the_suggested_settings(site: ServerProcess, page: Page) -> None:
    _post(site, "trainingSets", trainingSet="staff", table=TABLE, columns=COLUMNS)
    page.goto(f"{site.http}/?mode=train")
    page.get_by_label("Training set").select_option("staff")
    expect(page.get_by_label("Output activation")).to_have_value("ACTIVATION_SOFTMAX")
    expect(page.get_by_role("textbox", name="Learning rate")).to_have_value("0.01")
    page.get_by_role("textbox", name="Learning rate").fill("0.05")
    page.get_by_role("textbox", name="Name").fill("staff")
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator(".state")).to_contain_text("Succeeded")
    made = requests.get(f"{site.http}/v1/networks/staff", timeout=10).json()["network"]
    assert made["layerSizes"] == [5, 8, 2]
    assert made["initializer"]["kind"] == "INITIALIZER_KIND_GLOROT"
    run = requests.get(f"{site.http}/v1/networks/staff/runs/1", timeout=10).json()["run"]
    assert run["settings"]["learningRate"] == 0.05


def _post(site: ServerProcess, path: str, **fields: Any) -> Any:
    response = requests.post(f"{site.http}/v1/{path}", json=fields, timeout=20)
    assert response.ok, response.text
    return response.json()
