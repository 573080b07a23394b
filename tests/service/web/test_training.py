"""Train: a form, a run that is watched live, and a refusal where it belongs."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from playwright.sync_api import Page, expect
from servers import ServerProcess
from web_numbers import exact


def test_the_defaults_learn_xor_and_are_watched_to_the_end(site: ServerProcess, page: Page) -> None:
    watches: list[str] = []
    page.on("request", lambda request: _note_watch(watches, request.url))
    network = _train(site, page)
    expect(page.locator(".state")).to_contain_text("succeeded")
    expect(page.locator("[data-of=updates]")).to_have_text("10\u202f000")
    expect(page.locator("[data-of=points]")).to_contain_text("every peak is kept")
    expect(page.get_by_role("img", name="The weights from update 0 to 10000;")).to_be_visible()
    outputs = _predict(site, network, 10_000)
    assert [round(output) for output in outputs] == [0, 1, 1, 0]
    shown = page.locator(".truth .output .num")
    for row, output in enumerate(outputs):
        expect(shown.nth(row)).to_have_attribute("data-exact", exact(output))
    # A browser has six connections to a server, for all of its windows.
    assert len(watches) == 1


def test_whoever_looks_back_sees_the_weights_of_that_update(
    site: ServerProcess, page: Page
) -> None:
    network = _train(site, page)
    expect(page.locator(".state")).to_contain_text("succeeded")
    page.get_by_label("Number of the update").fill("4650")
    page.get_by_label("Number of the update").press("Enter")
    expect(page.get_by_role("button", name="Follow live")).to_have_attribute(
        "aria-pressed", "false"
    )
    state = requests.get(
        f"{site.http}/v1/networks/{network}/state", {"update": 4650}, timeout=10
    ).json()["state"]
    for layer, parameters in enumerate(state["layers"], 1):
        for index, weight in enumerate(parameters["weights"]):
            unit, of = divmod(index, parameters["inputs"])
            key = f'[data-weight="{layer}.{unit}.{of}"]'
            expect(page.locator(f"td{key} .num")).to_have_attribute("data-exact", exact(weight))
            expect(page.locator(f".picture {key}")).to_have_attribute("data-exact", exact(weight))
    # A weight that is chosen there can be asked why it changed.
    page.locator('.picture [data-weight="2.0.1"]').press("Enter")
    expect(page.locator(".chosen .num")).to_have_attribute(
        "data-exact", exact(state["layers"][1]["weights"][1])
    )
    assert parse_qs(urlsplit(page.url).query)["update"] == ["4650"]
    page.get_by_role("button", name="The update after").click()
    page.wait_for_url("**update=4651")
    page.get_by_role("button", name="Why did it change?").click()
    expect(page.get_by_role("region", name="The selected weight")).to_contain_text("w2[1,2]")
    expect(page.locator("[data-at=update]")).to_contain_text("4\u202f651")


def test_a_run_is_paused_and_goes_on_and_a_second_browser_sees_it(
    site: ServerProcess, page: Page
) -> None:
    network = _long_run(site)
    page.goto(f"{site.http}/?mode=train&network={network}")
    expect(page.locator(".state")).to_contain_text("running")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".state")).to_contain_text("paused")
    done = page.locator("[data-of=updates]").inner_text()
    other = _second_browser(page)
    other.goto(page.url)
    expect(other.locator("[data-of=updates]")).to_have_text(done)
    other.get_by_role("button", name="Resume").click()
    expect(page.locator(".state")).to_contain_text("running")
    expect(page.locator("[data-of=updates]")).not_to_have_text(done)
    page.get_by_role("button", name="Cancel").click()
    for each in (page, other):
        expect(each.locator(".state")).to_contain_text("cancelled")
    assert other.locator("[data-of=updates]").inner_text() == (
        page.locator("[data-of=updates]").inner_text()
    )


def test_what_the_service_refuses_stands_at_its_field(site: ServerProcess, page: Page) -> None:
    before = _networks(site)
    page.goto(f"{site.http}/?mode=train")
    page.get_by_label("Learning rate").fill("-1")
    page.get_by_label("Batch size").fill("9")
    page.get_by_role("button", name="Make it and train").click()
    expect(page.locator("#wrong-rate")).to_contain_text("must be finite and greater than 0")
    expect(page.locator("#wrong-batch")).to_contain_text("must be at most the number of examples")
    expect(page.get_by_label("Learning rate")).to_have_attribute("aria-invalid", "true")
    assert _networks(site) == before, "what could not be trained is not left behind"
    page.get_by_label("Learning rate").fill("0.1")
    expect(page.locator("#wrong-rate")).to_be_empty()
    page.get_by_label("Batch size").fill("4")
    # What is folded away opens where it is refused, and arrives where it is not.
    page.get_by_label("Optimizer").select_option("adam")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("β₁").fill("1.5")
    page.get_by_label("Stop at cost below").fill("0.01")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Make it and train").click()
    expect(page.locator("#wrong-beta1")).to_contain_text("must be")
    expect(page.get_by_label("β₁")).to_be_visible()
    page.get_by_label("β₁").fill("0.8")
    page.get_by_role("button", name="Make it and train").click()
    expect(page.locator(".state")).to_contain_text("succeeded")
    network = parse_qs(urlsplit(page.url).query)["network"][0]
    run = requests.get(f"{site.http}/v1/networks/{network}/runs/1", timeout=10).json()["run"]
    assert run["settings"]["optimizer"]["beta1"] == 0.8
    assert run["settings"]["stop"]["costBelow"] == 0.01


def test_a_part_of_the_curve_is_asked_for_and_an_update_in_it_chosen(
    site: ServerProcess, page: Page
) -> None:
    _train(site, page)
    expect(page.locator(".state")).to_contain_text("succeeded")
    points = page.locator("[data-of=points]")
    expect(points).to_contain_text("updates 0 to 10\u202f000")
    curve = page.locator(".history .u-over").bounding_box()
    assert curve is not None
    left, middle = curve["x"], curve["y"] + curve["height"] / 2
    page.mouse.move(left + curve["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(left + curve["width"] * 0.42, middle, steps=3)
    page.mouse.up()
    expect(points).to_contain_text(re.compile("^updates 3\u202f9.. to 4\u202f[12]..$"))
    page.mouse.click(left + curve["width"] / 2, middle)
    page.wait_for_url(re.compile("update=4[01]..$"))
    page.get_by_role("button", name="All updates").click()
    expect(points).to_contain_text("updates 0 to 10\u202f000")


def test_an_own_table_is_trained_on(site: ServerProcess, page: Page) -> None:
    page.goto(f"{site.http}/?mode=train")
    page.get_by_label("Training set").select_option("An own table …")
    table = page.get_by_label("Table, the targets in the last columns")
    table.fill("a; b; sum\n0; 0; 0\n1; x; 1")
    page.get_by_role("button", name="Make it and train").click()
    expect(page.locator("#wrong-table")).to_have_text("Line 3, column 2: “x” is no number.")
    table.fill("a; b; sum\n0; 0; 0\n1; 0; 1\n0,5; 0.25; 0.75")  # a comma as many write it
    page.get_by_label("Batch size").fill("3")
    page.get_by_role("button", name="Make it and train").click()
    expect(page.locator(".state")).to_contain_text("succeeded")
    expect(page.locator(".truth tbody tr")).to_have_count(3)
    expect(page.locator(".truth tbody tr").last).to_contain_text("0.25")


def test_a_lesson_fills_in_the_form(site: ServerProcess, page: Page) -> None:
    page.goto(f"{site.http}/?mode=train")
    page.get_by_label("A lesson to try").select_option("Batch 2 sticks")
    expect(page.get_by_label("Batch size")).to_have_value("2")
    page.get_by_role("button", name="Make it and train").click()
    expect(page.locator(".state")).to_contain_text("succeeded")
    expect(page.locator(".truth .whole-set")).to_contain_text("≈ 0.6931")


def test_it_lives_through_a_restart_of_the_service(site: ServerProcess, page: Page) -> None:
    network = _long_run(site)
    page.goto(f"{site.http}/?mode=train&network={network}")
    expect(page.locator(".state")).to_contain_text("running")
    site.kill()
    expect(page.get_by_role("status")).to_contain_text("The service is away")
    done = page.locator("[data-of=updates]").inner_text()
    site.start()
    expect(page.get_by_role("status")).to_contain_text("The service is back", timeout=15_000)
    expect(page.locator("[data-of=updates]")).not_to_have_text(done)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".state")).to_contain_text("cancelled")


def _second_browser(page: Page) -> Page:
    """A page that shares nothing with this one."""
    browser = page.context.browser
    assert browser is not None
    return browser.new_page()


def _note_watch(watches: list[str], url: str) -> None:
    if "updates:watch" in url:
        watches.append(url)


def _train(site: ServerProcess, page: Page) -> str:
    """Press the button of the form as it is filled in, and return the network's id."""
    page.goto(f"{site.http}/?mode=train")
    page.get_by_role("button", name="Make it and train").click()
    page.wait_for_url("**network=*")
    return parse_qs(urlsplit(page.url).query)["network"][0]


def _long_run(site: ServerProcess) -> str:
    """A run that nobody waits for, of updates that take a while."""
    made = requests.post(
        f"{site.http}/v1/networks", json={"layerSizes": [2, 64, 64, 1]}, timeout=10
    ).json()
    network: str = made["network"]["network"]
    asked: dict[str, Any] = {
        "settings": {"trainingSet": "xor", "learningRate": 0.1, "batchSize": 4, "epochs": 10**8}
    }
    requests.post(
        f"{site.http}/v1/networks/{network}:train", json=asked, timeout=10
    ).raise_for_status()
    return network


def _predict(site: ServerProcess, network: str, update: int) -> list[float]:
    inputs = [{"values": values} for values in ([0, 0], [1, 0], [0, 1], [1, 1])]
    answer = requests.post(
        f"{site.http}/v1/networks/{network}:predict",
        json={"update": update, "inputs": inputs},
        timeout=10,
    ).json()
    return [prediction["outputs"][0] for prediction in answer["predictions"]]


def _networks(site: ServerProcess) -> list[str]:
    answer = requests.get(f"{site.http}/v1/networks", timeout=10).json()
    return [network["network"] for network in answer["networks"]]
