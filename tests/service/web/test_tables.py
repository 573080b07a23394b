"""Networks of named columns are shown with the names of columns and classes."""

from typing import Any

import requests
from playwright.sync_api import Page, expect
from servers import ServerProcess
from visits import visit
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
    visit(page, f"{site.http}/?mode=train&network=people")
    rows = page.locator(".predictions tbody tr")
    # The form has the settings of its run.
    expect(page.get_by_label("Training set")).to_have_value("people")
    expect(page.get_by_role("textbox", name="Learning rate")).to_have_value("0.1")
    heads = page.locator(".predictions thead th")
    expect(heads).to_have_text(["Inputs", "Targets", "Outputs", "age", "job"])
    cells = [rows.nth(row).locator("td") for row in (4, 6)]
    assert [each.all_inner_texts()[:3] for each in cells] == [
        ["missing", "nurse", "no"],
        ["39", "missing", "yes"],
    ]
    columns = [column for column in COLUMNS if column["name"] != "kind"]
    predicted = _post(site, "networks/people:predict", columns=columns)["predictions"]
    shown = page.locator(".predictions .output .num")
    for row, prediction in enumerate(predicted):
        for output, value in enumerate(prediction["outputs"]):
            expect(shown.nth(2 * row + output)).to_have_attribute("data-exact", exact(value))
    expect(page.locator(".confusion thead th")).to_have_text(["no", "yes"])
    expect(page.get_by_role("img", name="input 4 (job = nurse)")).to_be_visible()
    expect(page.get_by_role("img", name="output 2 (yes)")).to_be_visible()
    # Names that fit are in the picture.
    assert {"age", "yes"} < set(page.locator(".unit-name").all_text_contents())


def test_choosing_a_set_fills_in_the_suggested_settings(site: ServerProcess, page: Page) -> None:
    _post(site, "trainingSets", trainingSet="staff", table=TABLE, columns=COLUMNS)
    visit(page, f"{site.http}/?mode=train")
    page.get_by_label("Training set").select_option("staff")
    expect(page.get_by_label("Output activation")).to_have_value("ACTIVATION_SOFTMAX")
    expect(page.get_by_role("textbox", name="Learning rate")).to_have_value("0.01")
    page.get_by_role("textbox", name="Learning rate").fill("0.05")
    page.get_by_role("textbox", name="Name").fill("staff")
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator(".state")).to_contain_text("Succeeded")
    made = requests.get(f"{site.http}/v1/networks/staff", timeout=60).json()["network"]
    assert made["layerSizes"] == [5, 8, 2]
    assert made["initializer"]["kind"] == "INITIALIZER_KIND_GLOROT"
    run = requests.get(f"{site.http}/v1/networks/staff/runs/1", timeout=60).json()["run"]
    assert run["settings"]["learningRate"] == 0.05


def test_a_deleted_training_set_is_said_to_be_deleted(site: ServerProcess, page: Page) -> None:
    examples = [{"inputs": [0], "targets": [1]}, {"inputs": [1], "targets": [0]}]
    _post(site, "trainingSets", trainingSet="brief", examples=examples)
    _post(site, "networks", network="brief", layerSizes=[1, 1])
    settings = {"trainingSet": "brief", "learningRate": 0.1, "batchSize": 2, "epochs": 3}
    _post(site, "networks/brief:step", settings=settings, count="3")
    requests.delete(f"{site.http}/v1/trainingSets/brief", timeout=60).raise_for_status()
    for mode in ("train", "compare"):
        visit(page, f"{site.http}/?mode={mode}&network=brief")
        predictions = page.get_by_role("region", name="Predictions")
        expect(predictions).to_contain_text("The training set brief was deleted")


def _post(site: ServerProcess, path: str, **fields: Any) -> Any:
    response = requests.post(f"{site.http}/v1/{path}", json=fields, timeout=20)
    assert response.ok, response.text
    return response.json()


def test_a_file_with_names_of_classes_becomes_a_training_set(
    site: ServerProcess, page: Page
) -> None:
    visit(page, f"{site.http}/?mode=train")
    page.get_by_label("Training set", exact=True).select_option(label="Custom table…")
    rows = b"age,job,kind\n21,clerk,no\n34,nurse,yes\n28,nurse,no\n45,clerk,yes\n"
    file = page.get_by_label("Or a CSV file")
    file.set_input_files({"name": "staff.csv", "mimeType": "text/csv", "buffer": rows})
    page.get_by_role("button", name="Create the training set").click()
    expect(page.get_by_label("Output activation")).to_have_value("ACTIVATION_SOFTMAX")
    made = page.get_by_label("Training set", exact=True).input_value()
    table = requests.get(f"{site.http}/v1/trainingSets/{made}", timeout=60).json()["trainingSet"]
    assert table["table"]["targets"]["classes"] == ["no", "yes"]
    assert [column["name"] for column in table["table"]["inputs"]] == ["age", "job"]
