"""Train: the form, live runs, and errors at their fields."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import clearprop
import numpy as np
import pytest
import requests
from array_files import read_arrays
from playwright.sync_api import Page, Response, Route, expect
from servers import ServerProcess, new_server
from visits import visit
from web_numbers import exact, expect_numbers


@pytest.fixture(scope="session")
def learned(site: ServerProcess) -> str:
    """A network that has learned XOR, as the defaults of the form make it."""
    with clearprop.connect(site.target) as client:
        network = client.create_network("learned", layer_sizes=[2, 5, 1], seed=1)
        network.train("xor", learning_rate=5, batch_size=4, epochs=10_000).wait()
    return "learned"


def test_the_defaults_learn_xor(site: ServerProcess, page: Page) -> None:
    watches: list[str] = []
    page.on("request", lambda request: _note_watch(watches, request.url))
    network = _train(site, page)
    expect(page.locator(".state")).to_contain_text("Succeeded")
    expect(page.locator("[data-of=updates]")).to_have_text("10\u202f000")
    expect(page.locator("[data-of=points]")).to_contain_text("points that include all peaks")
    expect(
        page.get_by_role("img", name="Weight trajectories from update 0 to 10000.")
    ).to_be_visible()
    outputs = _predict(site, network, 10_000)
    assert [round(output) for output in outputs] == [0, 1, 1, 0]
    shown = page.locator(".predictions .output .num")
    for row, output in enumerate(outputs):
        expect(shown.nth(row)).to_have_attribute("data-exact", exact(output))
    # A browser has six connections to a server, for all of its windows.
    assert len(watches) == 1
    _check_layers(site, network, page)


def _check_layers(site: ServerProcess, network: str, page: Page) -> None:
    """Open the layers over time: all of their numbers are those of the service."""
    layers = page.locator("details.over-time")
    layers.get_by_text("Layers over time").click()
    expect(layers.locator(".ridges canvas")).to_have_count(4)
    expect(layers.get_by_role("img", name=re.compile("^Norm of the "))).to_have_count(2)
    answer = requests.get(
        f"{site.http}/v1/networks/{network}/updates:summarize",
        {"maxPoints": 64, "maxBins": 48},
        timeout=60,
    ).json()
    layers.get_by_text("Show as numbers").click()
    table = layers.get_by_role("region", name="Hidden layer: numbers")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(len(answer["updates"]))
    last = answer["updates"][-1]["layers"][0]
    expect_numbers(
        rows.last.locator(".num"),
        [last[name] for name in ("gradientNorm", "updateNorm", "parameterNorm", "saturatedUnits")],
    )
    weights = " ".join(map(str, last["weightCounts"]))
    expect(rows.last.locator(".counts").first).to_have_text(weights)
    canvas = layers.locator(".ridges canvas").first
    canvas.focus()
    canvas.press("ArrowUp")
    before = answer["updates"][-2]
    count = before["layers"][0]["weightCounts"][0]
    reading = layers.locator(".ridges .reading").first
    expect(reading).to_have_text(re.compile(f": {count} weights from "))
    canvas.press("Enter")
    expect(page.get_by_label("Update number")).to_have_value(before["update"]["update"])
    with page.expect_request(re.compile("updates:summarize.*startUpdate=[1-9]")):
        page.get_by_role("button", name="Zoom in").click()


def test_the_judgement_of_an_update_is_that_of_the_service(
    site: ServerProcess, page: Page, learned: str
) -> None:
    visit(page, f"{site.http}/?mode=train&network={learned}")
    expect(page.locator(".state")).to_contain_text("Succeeded")
    expect(page.locator(".confusion tbody tr")).to_have_text(["020", "102"])
    expect(page.locator(".confusions")).to_contain_text("No class is confused with another one.")
    measured = _measured(site, learned, 10_000)
    log_loss = page.locator(".judgement .averages .num").last
    expect(log_loss).to_have_attribute("data-exact", exact(measured["classification"]["logLoss"]))
    worst = measured["worstExamples"]
    cards = page.locator(".gallery li")
    expect(cards).to_contain_text([f"Example {int(each['example']) + 1}" for each in worst])
    expect_numbers(page.locator(".gallery .way .num"), [each["cost"] for each in worst])
    expect(cards.first).to_contain_text(f"{worst[0]['trueClass']} ✓ predicted")
    visit(page, f"{site.http}/?mode=train&network={learned}&unit=1-2")
    page.get_by_label("Most active first: hidden 2").check()
    active = _measured(site, learned, 10_000, layer=1, unit=1)["worstExamples"]
    expect(cards).to_contain_text([f"Example {int(each['example']) + 1}" for each in active])
    first = cards.first.locator(".way .num").first
    expect(first).to_have_attribute("data-exact", exact(active[0]["activation"]))


def test_validations_are_drawn_with_the_best_one_and_end_the_run_by_patience(
    site: ServerProcess, page: Page
) -> None:
    visit(page, f"{site.http}/?mode=train")
    page.get_by_label("Training set", exact=True).select_option(label="Custom table…")
    table = "\n".join(f"{index} {index % 2}" for index in range(20))
    page.get_by_label("Table (targets in the last columns)").fill(table)
    page.get_by_role("textbox", name="Learning rate", exact=True).fill("0.5")
    page.get_by_text("More settings").click()
    page.get_by_label("Patience").fill("5")
    page.get_by_label("End with the best weights").check()
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator("#wrong-patience")).not_to_be_empty()
    page.get_by_label("Held-out share").fill("0.25")
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator(".state")).to_contain_text("Succeeded")
    expect(page.locator(".run .end")).to_contain_text("has not improved for 5 epochs. The weights")
    expect(page.locator(".run")).to_contain_text("trains on 15 examples and is validated on 5")
    network = parse_qs(urlsplit(page.url).query)["network"][0]
    run = requests.get(f"{site.http}/v1/networks/{network}/runs/1", timeout=60).json()["run"]
    assert run["endReason"] == "END_REASON_PATIENCE"
    best = run["best"]
    expect(page.locator(".legend .num")).to_have_attribute("data-exact", exact(best["cost"]))
    page.locator(".evaluation select").select_option(label="held out")
    expect(page.locator(".whole-set")).to_contain_text("5 examples: cost")
    expect(page.locator(".whole-set .num")).to_have_attribute("data-exact", exact(best["cost"]))
    expect(page.locator(".gallery")).to_contain_text("5 examples")
    page.wait_for_url("**of=held-out*")
    page.locator(".history .as-numbers summary").click()
    costs = page.get_by_role("region", name="Costs")
    row = costs.get_by_role("row", name=re.compile(f"^{best['update']} "))
    expect(row.locator("td").last).to_have_text(str(best["cost"]))
    expect(page.locator(".legend")).not_to_contain_text("overfits")
    page.locator(".legend button").click()
    expect(page.get_by_label("Update number")).to_have_value(best["update"])
    shown = page.locator(".looked-at .num").last
    expect(shown).to_have_attribute("data-exact", exact(best["cost"]))
    page.get_by_role("button", name="Follow live").click()
    expect(page.locator(".looked-at")).to_contain_text("Best weights restored")
    expect(page.locator(".gallery")).to_contain_text("Held-out examples have no link")
    page.get_by_role("link", name="Look inside").click()
    expect(page.locator("aside")).to_contain_text(f"those after update {best['update']}.")


def test_an_example_with_a_large_cost_leads_to_the_update_that_trained_on_it(
    site: ServerProcess, page: Page, learned: str
) -> None:
    visit(page, f"{site.http}/?mode=train&network={learned}")
    expect(page.locator(".state")).to_contain_text("Succeeded")
    worst = _measured(site, learned, 10_000)["worstExamples"][0]
    _wait_for_update(page, "10\u202f000")
    page.locator(".gallery li button").first.click()
    number = int(worst["example"]) + 1
    expect(page.locator("[data-at=update]")).to_contain_text("10\u202f000")
    assert parse_qs(urlsplit(page.url).query)["example"] == [str(number)]
    path = f"{site.http}/v1/networks/{learned}/updates/10000:trace"
    (traced,) = requests.get(
        path, {"firstPosition": worst["trainedPosition"], "positionCount": 1}, timeout=60
    ).json()["trace"]["examples"]
    assert traced["inputs"]["values"] == [[0, 0], [1, 0], [0, 1], [1, 1]][number - 1]


def test_the_learning_rate_of_a_schedule_is_shown_and_used_in_equations(
    site: ServerProcess, page: Page
) -> None:
    visit(page, f"{site.http}/?mode=train")
    page.get_by_role("textbox", name="Learning rate", exact=True).fill("1")
    page.get_by_label("Epochs", exact=True).fill("5")
    page.get_by_text("More settings").click()
    page.get_by_label("Schedule", exact=True).select_option(label="exponential")
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator("#wrong-factor")).to_contain_text("greater than 0")
    page.get_by_label("Factor γ").fill("0.5")
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator(".state")).to_contain_text("Succeeded")
    page.get_by_label("Update number").fill("4")
    page.get_by_label("Update number").press("Enter")
    expect(page.locator(".rates h3 .num")).to_have_text("0.125")
    curve = page.get_by_role(
        "img", name=re.compile("^Learning rate of updates 0 to 5, from 0.0625")
    )
    expect(curve).to_be_visible()
    # As a film, the run goes through its updates and ends at the latest, which is followed.
    follow = page.get_by_role("button", name="Follow live")
    follow.click()
    _wait_for_update(page, "5")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="▶ Play").click()
    expect(follow).to_have_attribute("aria-pressed", "false")
    expect(follow).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("region", name="Weights", exact=True)).to_contain_text("after update 5")
    read = [int(url.split("?update=")[1]) for url in asked if "/state?" in url]
    shown = read[read.index(0) :]  # what *Follow live* reads can come late
    assert (shown[-1], sorted(shown)) == (5, shown)
    network = parse_qs(urlsplit(page.url).query)["network"][0]
    visit(page, f"{site.http}/?network={network}&update=4&line=99999")
    panel = page.locator(".phase-panel")
    expect(panel).to_contain_text("This line computes no number")
    for _ in range(4):  # from the end of the step back to the last weight
        page.keyboard.press("ArrowLeft")
    expect(panel).to_contain_text("·0.125")


def test_generated_points_train_a_network_whose_units_have_surfaces(
    site: ServerProcess, page: Page
) -> None:
    page.emulate_media(reduced_motion="reduce")  # no film
    page.set_viewport_size({"width": 358, "height": 844})  # a surface is as wide as a new canvas
    visit(page, f"{site.http}/?mode=train")
    page.get_by_label("Training set", exact=True).select_option(label="Points from a generator…")
    page.get_by_role("radio", name="Moons").check()
    page.get_by_label("Noise").fill("0.5")
    page.get_by_label("Points", exact=True).fill("1")
    expect(page.locator("#wrong-points")).to_contain_text("2 to 100,000")
    page.get_by_label("Points", exact=True).fill("50")
    expect(page.get_by_role("img", name="50 points of Moons")).to_be_visible()
    expect(page.get_by_label("Hidden layers 2-8-8-1")).to_have_value("8-8")
    page.get_by_label("Epochs", exact=True).fill("3")
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator(".state")).to_contain_text("Succeeded")
    made = requests.get(f"{site.http}/v1/trainingSets/moons", timeout=60).json()["trainingSet"]
    wanted = {"kind": "GENERATOR_KIND_MOONS", "exampleCount": 50, "noise": 0.5, "seed": "1"}
    assert made["generator"] == wanted

    units = page.get_by_role("region", name="Units")
    expect(units.locator("canvas")).to_have_count(2 + 8 + 8 + 1)
    units.get_by_role("button", name="Surface of hidden 1.2").click()
    with page.expect_response(_is_of_plane) as answered:
        page.get_by_label("Update number").fill("2")
        page.get_by_label("Update number").press("Enter")
    _wait_for_update(page, "2")
    page.mouse.move(0, 0)  # where no surface can scroll below it and be read at its place
    surface = page.get_by_role("region", name="Decision surface")
    surface.get_by_role("img", name="Activation of hidden 1.2").press("ArrowRight")
    sides = surface.locator("canvas").evaluate("({ width, height }) => [width, height]")
    assert sides == [300, 300]
    _, arrays = read_arrays(answered.value.body())
    value, outputs = arrays["layer_1_activations"][16 * 32 + 17, 1], arrays["outputs"][16 * 32 + 17]
    expect(surface.locator(".reading .num")).to_have_attribute("data-exact", exact(float(value)))
    surface.get_by_role("button", name="Show the output").click()
    surface.get_by_role("img", name="Output of the network").press("ArrowRight")
    expect_numbers(surface.locator(".reading .num"), outputs.tolist())


def _is_of_plane(answer: Response) -> bool:
    """Return whether an answer has the activations around the examples at update 2."""
    asked = answer.request.post_data_json if answer.url.endswith(":predict") else None
    return bool(asked and asked.get("activations") and asked["update"] == 2)


def test_residuals_are_outputs_minus_targets(site: ServerProcess, page: Page) -> None:
    visit(page, f"{site.http}/?mode=train")
    page.get_by_label("Training set", exact=True).select_option(label="Custom table…")
    page.get_by_label("Table (targets in the last columns)").fill("1 5 2\n2 7 3\n4 4 1")
    page.get_by_label("Target columns").fill("2")
    page.get_by_label("Output activation").select_option(label="identity")
    page.get_by_label("Batch size").fill("3")
    page.get_by_label("Learning rate", exact=True).fill("0.001")
    page.get_by_label("Epochs").fill("9")
    page.get_by_role("button", name="Create and train").click()
    page.wait_for_url("**network=*")
    network = parse_qs(urlsplit(page.url).query)["network"][0]
    expect(page.locator(".state")).to_contain_text("Succeeded")
    inputs = [{"values": [value]} for value in (1, 2, 4)]
    predicted = requests.post(
        f"{site.http}/v1/networks/{network}:predict", json={"inputs": inputs}, timeout=60
    ).json()["predictions"]
    _wait_for_update(page, "9")
    for output, targets in enumerate([(5, 7, 4), (2, 3, 1)]):
        page.locator(".residuals").get_by_label("Output").select_option(index=output)
        points = page.locator(".residuals circle title")
        expect(points).to_have_count(3)
        expect(points.first).to_contain_text(f"target {targets[0]}, residual")
        for index, target in enumerate(targets):
            residual = predicted[index]["outputs"][output] - target
            text = points.nth(index).text_content() or ""
            assert text.startswith(f"Example {index + 1}: output ")
            assert f"target {target}, residual" in text
            shown = float(text.rpartition(" ")[2].replace("−", "-"))
            assert abs(shown - residual) < 0.001


def test_warnings_are_shown_for_the_chosen_set_and_for_the_run(
    site: ServerProcess, page: Page
) -> None:
    visit(page, f"{site.http}/?mode=train")
    page.get_by_label("Training set", exact=True).select_option(label="Custom table…")
    page.get_by_label("Table (targets in the last columns)").fill("0.1 5000 81\n0.2 9000 81")
    page.get_by_label("Output activation").select_option(label="tanh")
    page.get_by_label("Batch size").fill("2")
    page.get_by_label("Epochs").fill("100")
    page.get_by_role("button", name="Create and train").click()
    of_set = ["INPUTS_OF_DIFFERENT_SIZE", "CONSTANT_TARGET"]
    of_run = [*of_set, "TARGETS_OUT_OF_REACH", "DEAD_UNITS", "COST_HAS_NOT_FALLEN"]
    for about, codes in (("training set", of_set), ("run", of_run)):
        shown = page.get_by_role("list", name=f"Warnings about the {about}").get_by_role("listitem")
        expect(shown).to_have_count(len(codes))
        assert shown.evaluate_all("all => all.map((each) => each.dataset.code)") == codes
        expect(shown.first).to_contain_text("Input 2 has values up to 9,000 in size")
        expect(shown.first).to_contain_text("scale each input")


def test_a_network_that_overfits_is_forked_at_its_best_update(
    site: ServerProcess, page: Page
) -> None:
    def post(path: str, **body: Any) -> None:
        assert requests.post(f"{site.http}/v1/{path}", json=body, timeout=60).ok

    examples = [{"inputs": [n, n * n % 7], "targets": [n * n * n % 5 % 2]} for n in range(40)]
    post("trainingSets", trainingSet="arbitrary", examples=examples)
    post("networks", network="overfitted", layerSizes=[2, 30, 1], initializer={"seed": 1})
    settings = {"trainingSet": "arbitrary", "learningRate": 0.1, "batchSize": 4, "epochs": 100}
    settings |= {"optimizer": {"kind": "OPTIMIZER_KIND_ADAM"}, "validation": {"share": 0.5}}
    post("networks/overfitted:step", settings=settings, count=500)
    run = requests.get(f"{site.http}/v1/networks/overfitted/runs/1", timeout=60).json()["run"]
    visit(page, f"{site.http}/?mode=train&network=overfitted")
    best = run["best"]["update"]
    page.get_by_role("button", name=f"Fork at update {best}").click()
    expect(page.get_by_role("status").first).to_contain_text(f"of overfitted after update {best}.")
    page.wait_for_url(lambda url: "network=overfitted&" not in f"{url}&")
    fork = parse_qs(urlsplit(page.url).query)["network"][0]
    made = requests.get(f"{site.http}/v1/networks/{fork}", timeout=60).json()["network"]
    assert (made["forkedFrom"]["network"], made["forkedFrom"]["update"]) == ("overfitted", best)


def test_training_does_not_need_the_list_of_training_sets(site: ServerProcess, page: Page) -> None:
    page.route(re.compile(r"/v1/trainingSets\?"), lambda route: route.abort())
    assert _train(site, page)


def test_an_earlier_update_shows_its_weights(site: ServerProcess, page: Page, learned: str) -> None:
    visit(page, f"{site.http}/?mode=train&network={learned}")
    expect(page.locator(".state")).to_contain_text("Succeeded")
    page.get_by_label("Update number").fill("4650")
    page.get_by_label("Update number").press("Enter")
    expect(page.get_by_role("button", name="Follow live")).to_have_attribute(
        "aria-pressed", "false"
    )
    state = requests.get(
        f"{site.http}/v1/networks/{learned}/state", {"update": 4650}, timeout=60
    ).json()["state"]
    weights = {
        f"{layer}.{index // parameters['inputs']}.{index % parameters['inputs']}": weight
        for layer, parameters in enumerate(state["layers"], 1)
        for index, weight in enumerate(parameters["weights"])
    }
    page.get_by_label("Weights", exact=True).get_by_text("Show as numbers").click()
    for elements, number in (("td[data-weight]", " .num"), (".picture [data-weight]", "")):
        shown = page.locator(elements)
        expect(shown).to_have_count(len(weights))
        keys = shown.evaluate_all("all => all.map((each) => each.dataset.weight)")
        assert sorted(keys) == sorted(weights)
        expect_numbers(page.locator(elements + number), [weights[key] for key in keys])
    # From a selected weight, a button leads to its explanation.
    page.locator('.picture [data-weight="2.0.1"]').press("Enter")
    expect(page.locator(".chosen .num")).to_have_attribute(
        "data-exact", exact(state["layers"][1]["weights"][1])
    )
    assert parse_qs(urlsplit(page.url).query)["update"] == ["4650"]
    page.get_by_role("button", name="Next update").click()
    page.wait_for_url("**update=4651")
    # It explains the value beside it, that of the update before until the next arrives.
    _wait_for_update(page, "4\u202f651")
    page.get_by_role("button", name="Why did it change?").click()
    expect(page.get_by_role("region", name="The selected weight")).to_contain_text("w2[1,2]")
    expect(page.locator("[data-at=update]")).to_contain_text("4\u202f651")


def test_a_run_is_paused_and_resumed_and_a_second_browser_shows_it(
    site: ServerProcess, page: Page
) -> None:
    network = _long_run(site)
    visit(page, f"{site.http}/?mode=train&network={network}")
    expect(page.locator(".state")).to_contain_text("Running")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".state")).to_contain_text("Paused")
    done = page.locator("[data-of=updates]").inner_text()
    # Its weights are an image, whose cells the keyboard reads.
    image = page.get_by_role("img", name=re.compile("^128 weights into the hidden layer 1"))
    for key in ("ArrowUp", "ArrowUp", "ArrowRight"):
        image.press(key)
    reading = page.locator(".map-reading").first
    expect(reading).to_contain_text("hidden 1.31 ← input 2")
    at = {"update": done.replace("\u202f", "")}
    path = f"{site.http}/v1/networks/{network}/state"
    layers = requests.get(path, at, timeout=60).json()["state"]["layers"]
    expect(reading.locator(".num")).to_have_attribute("data-exact", exact(layers[0]["weights"][61]))
    other = _second_browser(page)
    other.goto(page.url)
    expect(other.locator("[data-of=updates]")).to_have_text(done)
    other.get_by_role("button", name="Resume").click()
    expect(page.locator(".state")).to_contain_text("Running")
    expect(page.locator("[data-of=updates]")).not_to_have_text(done)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".state")).to_contain_text("Cancelled")
    run = requests.get(f"{site.http}/v1/networks/{network}/runs/1", timeout=60).json()["run"]
    for each in (page, other):
        expect(each.locator(".state")).to_contain_text("Cancelled")
        updates = f"{int(run['updatesDone']):,}".replace(",", "\u202f")
        expect(each.locator("[data-of=updates]")).to_have_text(updates)
    other.close()


#: The opacity of the pixels at the corner of a canvas: the size of its numbers.
OPACITY = """(canvas) => [...canvas.getContext('2d').getImageData(0, 0, 40, 40).data]
    .filter((_, index) => index % 4 === 3)"""


def test_the_weights_of_a_large_network_are_exact_once_they_are_read(
    site: ServerProcess, page: Page
) -> None:
    with clearprop.connect(site.target) as client:
        client.create_network("wide", layer_sizes=[240, 220, 1], seed=1)
    held: list[Route] = []
    path = f"{site.http}/v1/networks/wide/state"
    page.route(f"{path}?update=0", lambda route, _: held.append(route))
    visit(page, f"{site.http}/?mode=train&network=wide")
    with page.expect_request(f"{path}?update=0"):
        page.get_by_role("img", name=re.compile("^52800 weights")).press("ArrowRight")
    reading = page.locator(".map-reading").first
    expect(reading).to_contain_text("hidden 111 ← input 122: ≈")
    rounded = float(reading.locator(".num").inner_text().replace("−", "-").removeprefix("≈ "))
    canvas = page.locator(".weight-map canvas").first
    opacity = np.array(canvas.evaluate(OPACITY))

    held[0].continue_()

    layer = requests.get(path, {"update": 0}, timeout=60).json()["state"]["layers"][0]
    value = layer["weights"][240 * 110 + 121]
    expect(reading.locator(".num")).to_have_attribute("data-exact", exact(value))
    assert rounded == pytest.approx(value, rel=1e-2)
    assert len({*opacity}) > 100
    assert np.abs(opacity - canvas.evaluate(OPACITY)).max() <= 1


def test_errors_are_shown_at_their_fields(site: ServerProcess, page: Page) -> None:
    before = _networks(site)
    visit(page, f"{site.http}/?mode=train")
    page.get_by_role("textbox", name="Learning rate").fill("-1")
    page.get_by_label("Batch size").fill("9")
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator("#wrong-rate")).to_contain_text("Must be finite and greater than 0")
    expect(page.locator("#wrong-batch")).to_contain_text(
        "Must be at most 4 (the number of examples), not 9."
    )
    expect(page.get_by_role("textbox", name="Learning rate")).to_have_attribute(
        "aria-invalid", "true"
    )
    assert _networks(site) == before, "no network without a run remains"
    page.get_by_role("textbox", name="Learning rate").fill("0.1")
    expect(page.locator("#wrong-rate")).to_be_empty()
    page.get_by_label("Batch size").fill("4")
    # More settings open if one of them has an error, and are sent while they are collapsed.
    page.get_by_label("Optimizer").select_option("adam")
    page.get_by_text("More settings").click()
    page.get_by_label("β₁").fill("1.5")
    page.get_by_label("Stop below cost").fill("0.01")
    page.get_by_label("Stop if the cost is infinite or NaN").check()
    page.get_by_text("More settings").click()
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator("#wrong-beta1")).to_contain_text("Must be")
    expect(page.get_by_label("β₁")).to_be_visible()
    page.get_by_label("β₁").fill("0.8")
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator(".state")).to_contain_text("Succeeded")
    network = parse_qs(urlsplit(page.url).query)["network"][0]
    run = requests.get(f"{site.http}/v1/networks/{network}/runs/1", timeout=60).json()["run"]
    assert run["settings"]["optimizer"]["beta1"] == 0.8
    stop = run["settings"]["stop"]
    assert (stop["costBelow"], stop["nonFiniteCost"]) == (0.01, True)


def _wait_for_curve(page: Page) -> None:
    """Wait until the curve is drawn, which happens in the frames after its text."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def test_a_part_of_the_curve_is_zoomed_and_an_update_in_it_selected(
    site: ServerProcess, page: Page, learned: str
) -> None:
    visit(page, f"{site.http}/?mode=train&network={learned}")
    expect(page.locator(".state")).to_contain_text("Succeeded")
    points = page.locator("[data-of=points]")
    expect(points).to_contain_text("Updates 0 to 10\u202f000")
    _wait_for_curve(page)
    curve = page.locator(".history .u-over").bounding_box()
    assert curve is not None
    left, middle = curve["x"], curve["y"] + curve["height"] / 2
    page.mouse.move(left + curve["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(left + curve["width"] * 0.42, middle, steps=3)
    page.mouse.up()
    expect(points).to_contain_text(re.compile("^Updates 3\u202f9.. to 4\u202f[12]..\\.$"))
    _wait_for_curve(page)
    page.mouse.click(left + curve["width"] / 2, middle)
    page.wait_for_url(re.compile(r"update=4[01]..&zoom=39\d\d-4[12]\d\d$"))
    page.get_by_role("button", name="Zoom out").click()
    expect(points).to_contain_text("Updates 0 to 10\u202f000")


def test_a_custom_table_is_trained_on(site: ServerProcess, page: Page) -> None:
    visit(page, f"{site.http}/?mode=train")
    page.get_by_label("Training set").select_option("Custom table…")
    table = page.get_by_label("Table (targets in the last columns)")
    table.fill("a; b; sum\n0; 0; 0\n1; x; 1")
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator("#wrong-table")).to_have_text("Line 3, column 2: “x” is not a number.")
    table.fill("a; b; sum\n0; 0; 0\n1; 0; 1\n0,5; 0,25; 0,75")
    page.get_by_label("Decimal comma").check()
    page.get_by_label("Batch size").fill("3")
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator(".state")).to_contain_text("Succeeded")
    expect(page.locator(".predictions .examples tbody tr")).to_have_count(3)
    expect(page.locator(".predictions .examples tbody tr").last).to_contain_text("0.25")
    # The targets are numbers, not classes.
    expect(page.locator(".judgement .outputs tbody th")).to_have_text(["MAE", "RMSE", "R²"])
    expect(page.locator(".judgement .outputs td .num")).to_have_count(3)
    expect(page.locator(".judgement .confusion")).to_have_count(0)


PIXELS = """canvas => [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  .data].filter((_, place) => place % 4 === 0)"""


def test_images_are_drawn_as_they_are(site: ServerProcess, page: Page) -> None:
    few, many = _images(site, "few", 12), _images(site, "many", 1_200)
    visit(page, f"{site.http}/?mode=train&network=few")
    images = page.locator(".predictions .example-image canvas")
    expect(images).to_have_count(12)
    for place in (0, 11):
        levels = [round(255 * value / 16) for value in few[place]["inputs"]]
        assert images.nth(place).evaluate(PIXELS) == levels
    images.nth(1).press("ArrowLeft")  # from the middle, row 2 and column 2
    reading = page.locator(".example-image .pixel")
    expect(reading).to_have_text(f"Row 2, column 1: {few[1]['inputs'][2]:g}")
    expect(page.locator(".predictions tbody tr").nth(1).locator("td").nth(1)).to_have_text("1")

    visit(page, f"{site.http}/?network=few&update=1&example=4")
    shown_example = page.locator(".image-of-example")
    expect(shown_example).to_contain_text("Example 4 of few1")
    canvas = shown_example.locator("canvas")
    levels = [round(255 * value / 16) for value in few[3]["inputs"]]
    assert canvas.evaluate(PIXELS) == levels
    visit(page, f"{site.http}/?network=few&update=1&example=4&unit=1-3")
    page.locator(".unit-image canvas").press("ArrowRight")  # row 2, column 2
    path = f"{site.http}/v1/networks/few/state"
    layer = requests.get(path, {"update": 0}, timeout=60).json()["state"]["layers"][0]
    number = page.locator(".unit-image .num")
    expect(number).to_have_attribute("data-exact", exact(layer["weights"][2 * 6 + 3]))

    visit(page, f"{site.http}/?mode=train&network=many")
    _check_gallery(site, page, many)
    _check_projection(site, page)
    page.get_by_role("button", name="Follow live").click()
    # Each unit's weights are an image, with the bias below it.
    maps = page.get_by_role("img", name=re.compile("^240 weights into the hidden layer"))
    maps.press("ArrowUp")
    path = f"{site.http}/v1/networks/many/state"
    layer = requests.get(path, {"update": 24}, timeout=60).json()["state"]["layers"][0]
    text = page.locator(".map-reading").first
    expect(text).to_contain_text("hidden ")
    unit, pixel = map(int, re.findall(r"hidden (\d+) ← input (\d+)", text.inner_text())[0])
    value = layer["weights"][6 * (unit - 1) + pixel - 1]
    expect(text.locator(".num")).to_have_attribute("data-exact", exact(value))

    visit(page, f"{site.http}/?mode=compare&network=many")
    expect(page.locator(".predictions .example-image canvas")).to_have_count(8)
    expect(page.get_by_role("region", name="After")).to_contain_text("an image of 3 × 2 for each")


def _check_gallery(site: ServerProcess, page: Page, examples: list[dict[str, list[float]]]) -> None:
    """Open a cell of the confusion matrix: its examples are those of the service."""
    confusion = _measured(site, "many", 24, "many")["classification"]["confusion"]
    parts = page.get_by_role("navigation", name="Parts of this view")
    parts.get_by_role("button", name="Examples").click()
    expect(page.locator(".gallery h3")).to_be_in_viewport()
    page.locator(".pairs button").first.click()
    page.wait_for_url(re.compile("class=[01]&predicted=[01]"))
    query = parse_qs(urlsplit(page.url).query)
    true, predicted = (int(query[name][0]) for name in ("class", "predicted"))
    wanted = {"trueClass": true, "predictedClass": predicted, "pageSize": 8}
    found = _measured(site, "many", 24, "many", **wanted)
    assert found["matchingCount"] == confusion[2 * true + predicted]
    cards = page.locator(".gallery li")
    worst = [int(each["example"]) for each in found["worstExamples"]]
    expect(cards).to_contain_text([f"Example {_spaced(each + 1)}" for each in worst])
    expect(cards.first).to_contain_text(f"{true} ✗ predicted as {predicted}")
    asked: dict[str, Any] = {"update": 24, "inputs": [{"values": examples[worst[0]]["inputs"]}]}
    asked["contributions"] = True
    path = f"{site.http}/v1/networks/many:predict"
    (answer,) = requests.post(path, json=asked, timeout=60).json()["predictions"]
    expect_numbers(cards.first.locator(".output .num"), answer["outputs"])
    every = page.locator(".gallery p").first
    page.go_back()
    expect(every).to_have_text("8 of 1\u202f200 examples")
    page.go_forward()
    expect(cards.first).to_contain_text(f"{true} ✗ predicted as {predicted}")
    # The units that raise the predicted class most above that of the example, and what they see.
    cards.first.get_by_role("button", name="Why?").click()
    against, for_it = (answer["contributions"][each]["values"] for each in (true, predicted))
    says = [one - other for one, other in zip(for_it, against, strict=True)]
    unit = says.index(max(says[:-1]))  # the bias is the last
    row = cards.first.locator(".reasons tr", has_text=f"hidden {unit + 1}")
    expect_numbers(row.locator(".num"), [for_it[unit], against[unit]])
    row.get_by_role("button").click()
    expect(page.locator(".unit-card")).to_contain_text(f"hidden {unit + 1} looks where")
    page.get_by_role("button", name="Show all").click()
    expect(every).to_have_text("8 of 1\u202f200 examples")


def _check_projection(site: ServerProcess, page: Page) -> None:
    """Points are where the service says, for the axes of the update that was chosen."""
    shown = page.get_by_role("region", name="Projection")
    shown.get_by_label("Layer").select_option("outputs (2)")
    page.get_by_label("Update number").fill("3")
    page.get_by_label("Update number").press("Enter")
    shown.get_by_role("button", name="Use update 3").click()
    expect(shown).to_contain_text("Axes of update 3")
    asked: dict[str, Any] = {"trainingSet": "many", "layer": 2, "update": 3, "axesUpdate": 3}
    path = f"{site.http}/v1/networks/many:projectExamples"
    found = requests.post(path, json=asked, timeout=60).json()["examples"]
    shown.get_by_text("Show as numbers").click()
    first = shown.locator("tbody tr").first
    expect(first.locator("td").nth(0)).to_have_text(str(found[0]["x"]))
    expect(first.locator("td").nth(2)).to_have_text(str(found[0]["trueClass"]))
    canvas = shown.locator("canvas").first
    canvas.press("ArrowRight")
    expect(shown.locator(".of-point")).to_contain_text("Example 1")
    # The address leads back to all of this.
    page.wait_for_url("**update=3&layer=2&axes=3&point=1")
    page.get_by_role("link", name="Networks").click()
    page.go_back()
    expect(shown).to_contain_text("Axes of update 3")
    expect(shown.locator(".of-point")).to_contain_text("Example 1")


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def _images(site: ServerProcess, name: str, count: int) -> list[dict[str, list[float]]]:
    """Store images of 3 × 2 pixels, train a network on them, and return the examples."""
    examples = [
        {
            "inputs": [float((7 * n + 5 * i) % 17) for i in range(6)],
            "targets": [float(n % 2 == k) for k in range(2)],
        }
        for n in range(count)
    ]
    shape = {"height": 3, "width": 2}
    asked = {"trainingSet": name, "examples": examples, "imageShape": shape}
    made = {"network": name, "layerSizes": [6, 40, 2], "bias": True, "initializer": {"seed": 1}}
    settings = {"trainingSet": name, "learningRate": 0.01, "batchSize": count // 2, "epochs": 12}
    requested: list[tuple[str, Any]] = [
        ("trainingSets", asked),
        ("networks", made),
        (f"networks/{name}:step", {"count": 24, "settings": settings}),
    ]
    for path, body in requested:
        requests.post(f"{site.http}/v1/{path}", json=body, timeout=60).raise_for_status()
    return examples


def test_an_example_fills_in_the_form(site: ServerProcess, page: Page) -> None:
    visit(page, f"{site.http}/?mode=train")
    page.get_by_role("button", name="Batches of 2 get stuck").click()
    expect(page.get_by_label("Batch size")).to_have_value("2")
    page.get_by_role("button", name="Create and train").click()
    expect(page.locator(".state")).to_contain_text("Succeeded")
    expect(page.locator(".whole-set")).to_contain_text("0.6931")


def test_an_answer_that_is_cut_off_or_not_json_means_that_the_server_is_unavailable(
    site: ServerProcess, page: Page, learned: str
) -> None:
    visit(page, f"{site.http}/?mode=train&network={learned}")
    expect(page.locator(".state")).to_contain_text("Succeeded")
    page.route("**/*:evaluate", lambda route: route.fulfill(status=502, body="<h1>Bad gateway"))
    page.get_by_label("Update number").fill("4650")
    page.get_by_label("Update number").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The server is unavailable")
    page.unroute("**/*:evaluate")
    expect(page.get_by_role("status")).to_contain_text("The server is available again")
    cost = _measured(site, learned, 4650)["cost"]
    expect(page.locator(".whole-set .num")).to_have_attribute("data-exact", exact(cost))


def test_it_reconnects_after_a_restart_of_the_service(tmp_path: Path, page: Page) -> None:
    with new_server(tmp_path, http=True) as own:
        _restarts_during_a_run(own, page)


def _restarts_during_a_run(own: ServerProcess, page: Page) -> None:
    network = _long_run(own)
    page.goto(f"{own.http}/?mode=train&network={network}")
    expect(page.locator(".state")).to_contain_text("Running")
    own.kill()
    expect(page.get_by_role("status")).to_contain_text("The server is unavailable")
    done = page.locator("[data-of=updates]").inner_text()
    own.start()
    expect(page.get_by_role("status")).to_contain_text("The server is available again")
    expect(page.locator("[data-of=updates]")).not_to_have_text(done)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".state")).to_contain_text("Cancelled")


def _wait_for_update(page: Page, number: str) -> None:
    """Wait until what the page shows of an update, which arrives together, is that of this one."""
    name = f"Weights after update {number}"
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def _second_browser(page: Page) -> Page:
    """A page that shares nothing with this one."""
    browser = page.context.browser
    assert browser is not None
    return browser.new_page()


def _note_watch(watches: list[str], url: str) -> None:
    if "updates:watch" in url:
        watches.append(url)


def _train(site: ServerProcess, page: Page) -> str:
    """Submit the form with its defaults, and return the id of the network."""
    visit(page, f"{site.http}/?mode=train")
    page.get_by_role("button", name="Create and train").click()
    page.wait_for_url("**network=*")
    return parse_qs(urlsplit(page.url).query)["network"][0]


def _long_run(site: ServerProcess) -> str:
    """A run that does not finish during the tests, with slow updates."""
    made = requests.post(
        f"{site.http}/v1/networks", json={"layerSizes": [2, 64, 64, 1]}, timeout=60
    ).json()
    network: str = made["network"]["network"]
    asked: dict[str, Any] = {
        "settings": {"trainingSet": "xor", "learningRate": 0.1, "batchSize": 4, "epochs": 10**8}
    }
    requests.post(
        f"{site.http}/v1/networks/{network}:train", json=asked, timeout=60
    ).raise_for_status()
    return network


def _measured(
    site: ServerProcess, network: str, update: int, training_set: str = "xor", **wanted: int
) -> Any:
    return requests.post(
        f"{site.http}/v1/networks/{network}:evaluate",
        json={"trainingSet": training_set, "update": update, **wanted},
        timeout=60,
    ).json()


def _predict(site: ServerProcess, network: str, update: int) -> list[float]:
    inputs = [{"values": values} for values in ([0, 0], [1, 0], [0, 1], [1, 1])]
    answer = requests.post(
        f"{site.http}/v1/networks/{network}:predict",
        json={"update": update, "inputs": inputs},
        timeout=60,
    ).json()
    return [prediction["outputs"][0] for prediction in answer["predictions"]]


def _networks(site: ServerProcess) -> list[str]:
    answer = requests.get(f"{site.http}/v1/networks", timeout=60).json()
    return [network["network"] for network in answer["networks"]]
