"""Look inside: every number comes from the service, and every moment has an address."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect
from servers import ServerProcess
from visits import visit

NETWORK = "worked-example"
PHASES = [
    "Zero the gradients",
    "Forward to the hidden layer",
    "Forward to the output",
    "Cost",
    "Output deltas",
    "Output gradients added",
    "Hidden deltas",
    "Hidden gradients added",
]


@pytest.fixture
def at_start(worked_example: str, page: Page) -> Page:
    """The worked example at the first line of its first update."""
    visit(page, f"{worked_example}&update=1&line=1")
    expect(page.get_by_role("heading", name=PHASES[0])).to_be_visible()
    return page


def ask(site: ServerProcess, path: str, network: str = NETWORK, **query: int) -> Any:
    answer = requests.get(f"{site.http}/v1/networks/{network}/{path}", params=query, timeout=60)
    assert answer.ok, answer.text
    return next(iter(answer.json().values()))


def post(site: ServerProcess, path: str, **body: Any) -> Any:
    answer = requests.post(f"{site.http}/v1/{path}", json=body, timeout=60)
    assert answer.ok, answer.text
    return answer.json()


def make(site: ServerProcess, network: str, sizes: list[int], **more: Any) -> None:
    """Make a network."""
    initializer = {"seed": 7}
    post(site, "networks", network=network, layerSizes=sizes, initializer=initializer, **more)


def train(site: ServerProcess, network: str, count: int = 1, **settings: Any) -> None:
    """Make the first updates of a run, and leave it paused there."""
    defaults = {"trainingSet": "xor", "learningRate": 0.5, "batchSize": 4, "epochs": 1000}
    post(site, f"networks/{network}:step", count=count, settings=defaults | settings)


def place(page: Page) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(page.url).query).items()}


def shown(page: Page, selector: str) -> float:
    """Return a number of the page with all of its digits."""
    text = page.locator(selector).get_attribute("data-exact")
    assert text is not None
    return float(text.replace("−", "-"))


#: Goes to steps within the page and returns the numbers of the lines that are current there.
LINES_AT = """async (steps) => {
    const shown = [];
    for (const step of steps) {
        const query = new URLSearchParams(location.search);
        query.set("line", step + 1);
        history.pushState(null, "", `?${query}`);
        dispatchEvent(new PopStateEvent("popstate"));
        const at = document.querySelector("[data-at=line]");
        for (let frame = 0; at.innerText !== `${step + 1} of 728` && frame < 300; frame += 1)
            await new Promise(requestAnimationFrame);
        const current = document.querySelectorAll(".code-line[aria-current] .line-number");
        shown.push([...current].map((each) => each.innerText).join());
    }
    return shown;
}"""


def go_to_step(page: Page, number: int) -> None:
    """Show this line of the first update of the worked example."""
    visit(page, re.sub(r"line=\d+", f"line={number + 1}", page.url))
    expect(page.locator("[data-at=line]")).to_have_text(f"{number + 1} of 728")


def test_an_update_passes_through_its_phases(site: ServerProcess, at_start: Page) -> None:
    page = at_start
    walk, trace = ask(site, "updates/1:walk"), ask(site, "updates/1:trace")
    heading = page.locator(".phase-panel h2")
    for name in PHASES:
        expect(heading).to_have_text(name)
        page.get_by_role("button", name="Next phase").click()
    expect(page.locator("[data-at=example]")).to_have_text("2 of 3")
    for phase in walk["phases"]:
        last = phase["firstStep"] + phase["stepCount"] - 1
        go_to_step(page, last)
        assert shown_units(page) == expected_units(walk, trace, phase)
        if phase["kind"] == "WALK_PHASE_KIND_COST":
            cost = trace["examples"][phase["position"]]["cost"]
            assert shown(page, ".cost-box .cost") == cost
    go_to_step(page, walk["stepCount"] - 1)
    assert weights(page) == flat(trace["after"])
    assert gradients(page) == flat(trace["gradient"])


def shown_units(page: Page) -> dict[str, float]:
    found = page.locator(".unit [data-what]").evaluate_all(
        """all => all.map((each) => [
            `${each.dataset.what} ${each.closest("[data-unit]").dataset.unit}`,
            each.dataset.exact])"""
    )
    return {name: float(text.replace("−", "-")) for name, text in found}


def expected_units(walk: Any, trace: Any, phase: Any) -> dict[str, float]:
    """What the units show at the end of a phase: the results of it and of those before."""
    if phase["kind"] == "WALK_PHASE_KIND_ZERO":
        return {}
    position = phase.get("position", trace["exampleCount"] - 1)
    example = trace["examples"][position]
    units = {f"a 0.{unit}": value for unit, value in enumerate(example["inputs"]["values"])}
    until = phase["firstStep"]
    for each in walk["phases"]:
        if each.get("position") != position or each["firstStep"] > until:
            continue
        results = {
            "WALK_PHASE_KIND_FORWARD": {"z": "logits", "a": "activations"},
            "WALK_PHASE_KIND_DELTAS": {"delta": "deltas"},
        }.get(each["kind"], {})
        for what, field in results.items():
            letter = "δ" if what == "delta" else what
            for unit, value in enumerate(example[field][each["layer"] - 1]["values"]):
                units[f"{letter} {each['layer']}.{unit}"] = value
    return units


def flat(layers: Any) -> list[float]:
    return [weight for layer in layers for weight in layer["weights"]]


def weights(page: Page) -> list[float]:
    keys = "[...Array(15).keys()].map((n) => n < 10 ? `1.${n >> 1}.${n & 1}` : `2.0.${n - 10}`)"
    texts = page.evaluate(
        f"{keys}.map((key) => document.querySelector(`[data-weight='${{key}}']`).dataset.exact)"
    )
    return [float(text.replace("−", "-")) for text in texts]


def gradients(page: Page) -> list[float]:
    keys = "[...Array(15).keys()].map((n) => n < 10 ? `1.${n >> 1}.${n & 1}` : `2.0.${n - 10}`)"
    texts = page.evaluate(
        f"{keys}.map((key) => document.querySelector(`[data-gradient='${{key}}']`).dataset.exact)"
    )
    return [float(text.replace("−", "-")) for text in texts]


def test_the_gradients_accumulate(site: ServerProcess, at_start: Page) -> None:
    walk, trace = ask(site, "updates/1:walk"), ask(site, "updates/1:trace")
    added = [phase for phase in walk["phases"] if phase["kind"] == "WALK_PHASE_KIND_ADD"]
    go_to_step(at_start, added[1]["firstStep"] + added[1]["stepCount"] - 1)
    assert gradients(at_start) == [0 + g for g in flat(trace["examples"][0]["gradient"])]
    go_to_step(at_start, added[-1]["firstStep"] + added[-1]["stepCount"] - 1)
    assert gradients(at_start) == flat(trace["gradientSum"])


def test_a_line_shows_its_variables_and_what_takes_part(
    site: ServerProcess, at_start: Page
) -> None:
    steps = ask(site, "updates/1:walk")["steps"]
    lines = {each["line"]: step for step, each in enumerate(steps)}
    numbers = [*lines.values(), 74]  # each line that there is, at least once
    assert at_start.evaluate(LINES_AT, numbers) == [str(steps[step]["line"]) for step in numbers]
    executed = steps[74]
    line = at_start.locator(".code-line[aria-current]")
    expect(line.locator(".line-number")).to_have_text(str(executed["line"]))
    for variable in executed["variables"]:
        selector = f'[data-variable="{variable["name"]}"] [data-exact]'
        assert shown(at_start, selector) == variable["value"]
    expect(at_start.locator(".weight-line.lit")).to_have_attribute("data-weight", "2.0.1")
    result = shown(at_start, ".in-numbers .result")
    assert result == next(v["value"] for v in executed["variables"] if v["name"] == "z_i")


def test_the_ribbon_has_six_brackets_and_the_last_is_short(
    site: ServerProcess, at_start: Page
) -> None:
    expect(at_start.locator(".ribbon .cell")).to_have_count(16)
    expect(at_start.locator(".ribbon .epoch")).to_have_count(4)
    batches = at_start.locator(".ribbon .batch")
    expect(batches).to_have_count(6)
    widths = batches.evaluate_all("all => all.map((each) => each.getBoundingClientRect().width)")
    assert widths[-1] < min(widths[:-1]) / 2
    batches.nth(5).click()
    expect(at_start.locator("[data-at=update]")).to_have_text("6 of 6")
    expect(batches.nth(5)).to_have_attribute("aria-current", "step")


def test_a_weight_is_explained(site: ServerProcess, at_start: Page) -> None:
    page = at_start
    page.get_by_role("button", name="weight hidden 3 ← input 2").click(force=True)
    assert place(page)["weight"] == "1-3-2"
    explained = ask(site, "updates/1:explain", layer=1, unit=2, input=1)
    panel = page.get_by_role("region", name="The selected weight")
    for sentence in explained["sentences"]:
        expect(panel).to_contain_text(sentence)
    found = panel.locator(".explained").evaluate_all("all => all.map((e) => e.dataset.exact)")
    lines = [line["value"] for line in explained["lines"]]
    assert [float(text.replace("−", "-")) for text in found] == lines
    page.locator(".operand", has_text="w2[1,3]").first.hover()
    expect(page.locator(".weight-line.pointed")).to_have_attribute("data-weight", "2.0.2")
    panel.get_by_label("Predict, then reveal").check()
    expect(panel).not_to_contain_text(explained["sentences"][0])
    go_to_step(page, 727)  # where all weights are those after the update
    number = page.locator(".weight-label.selected")
    expect(number).to_have_text("?")
    assert shown(page, "[data-weight='1.2.1']") == explained["before"]
    went = "down" if explained["step"] > 0 else "up"
    panel.get_by_role("button", name=went).click()
    expect(panel).to_contain_text(explained["sentences"][0])
    expect(panel).to_contain_text(f"Correct: the weight went {went}")
    expect(number).not_to_have_text("?")
    assert shown(page, "[data-weight='1.2.1']") == explained["after"]


def test_a_long_batch_is_shown_example_by_example(site: ServerProcess, page: Page) -> None:
    make(site, "long", [2, 2, 1])
    examples = [{"inputs": [n / 40, n % 7], "targets": [n % 2]} for n in range(40)]
    post(site, "trainingSets", trainingSet="forty", examples=examples)
    train(site, "long", trainingSet="forty", batchSize=40)
    visit(page, f"{site.http}/?network=long&update=1&example=39&weight=1-1-2")
    expect(page.locator(".weight-panel .example")).to_have_count(4)
    page.get_by_role("button", name="Show 36 more examples").click()
    own = page.locator(".weight-panel .example summary .num")
    expect(own).to_have_count(40)
    found = own.evaluate_all("all => all.map((each) => each.dataset.exact)")
    trace = ask(site, "updates/1:trace", "long")
    gradients = [example["gradient"][0]["weights"][1] for example in trace["examples"]]
    assert [float(text.replace("−", "-")) for text in found] == gradients
    expect(page.locator(".ribbon .cell[aria-current]")).to_have_text("39")
    page.locator(".ribbon .cell", has_text="…").first.click()
    expect(page.locator("[data-at=example]")).to_have_text("31 of 40")
    inputs = trace["examples"][30]["inputs"]["values"]
    expect(page.locator("[data-unit='0.0'] [data-what=a]")).to_have_attribute(
        "data-exact", str(inputs[0])
    )


def test_a_run_is_followed_and_an_edit_is_described(site: ServerProcess, page: Page) -> None:
    make(site, "growing", [2, 2, 1])
    visit(page, f"{site.http}/?network=growing")
    at, follow = page.locator("[data-at=update]"), page.get_by_role("button", name="Follow live")
    expect(at).to_have_text("0 of 0")
    train(site, "growing", count=2)
    expect(at).to_have_text("2 of 2")
    expect(page.locator(".ribbon .batch")).to_have_count(2)
    expect(follow).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Previous line").click()
    expect(follow).to_have_attribute("aria-pressed", "false")
    weight = {"layer": 2, "unit": 0, "input": 1, "value": -1.25}
    post(site, "networks/growing:setWeights", weights=[weight])
    expect(at).to_have_text("2 of 3")
    follow.click()
    expect(page.locator("aside")).to_contain_text("1 of 6 parameters changed: output 1 ← hidden 2")
    expect(page.locator("aside")).to_contain_text("to −1.25")
    expect(page.locator(".weight-line.new")).to_have_attribute("data-weight", "2.0.1")


def test_a_missing_update_or_network_is_reported(site: ServerProcess, at_start: Page) -> None:
    visit(at_start, f"{site.http}/?network={NETWORK}&update=99&line=10000&weight=9-10-10")
    expect(at_start.get_by_role("status").first).to_contain_text("Update 99 does not exist yet")
    expect(at_start.locator("[data-at=line]")).to_have_text("342 of 342")
    visit(at_start, f"{site.http}/?network=nowhere&update=1")
    expect(at_start.get_by_role("alert")).to_contain_text("Network nowhere does not exist")
    at_start.get_by_role("button", name="Open the worked example").click()
    # The first view is of a line that computes something.
    expect(at_start.get_by_role("heading", name=PHASES[1])).to_be_visible()
    expect(at_start.locator(".weight-line.lit")).to_have_attribute("data-weight", "1.0.0")
    expect(at_start.locator(".caption")).to_contain_text("Press → or Play")


def test_a_link_leads_to_the_same_moment(site: ServerProcess, at_start: Page) -> None:
    query = f"?network={NETWORK}&update=3&example=2&line=251&weight=2-1-5"
    at_start.goto(f"{site.http}/{query}")
    expect(at_start.locator("[data-at=update]")).to_have_text("3 of 6")
    expect(at_start.locator("[data-at=example]")).to_have_text("2 of 3")
    expect(at_start.locator("[data-at=line]")).to_have_text("251 of 728")
    selected = at_start.locator(".weight-line.selected")
    expect(selected).to_have_attribute("data-weight", "2.0.4")


def test_the_keyboard_is_enough(site: ServerProcess, at_start: Page) -> None:
    page = at_start
    line = page.locator("[data-at=line]")
    page.keyboard.press("ArrowRight")
    expect(line).to_have_text("2 of 728")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".phase-panel h2")).to_have_text(PHASES[1])
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-at=example]")).to_have_text("2 of 3")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("[data-at=update]")).to_have_text("2 of 6")
    page.locator("[data-weight='1.0.0']").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="The selected weight")).to_be_visible()
    page.get_by_role("slider", name="Update").focus()
    page.keyboard.press("End")
    expect(page.locator("[data-at=update]")).to_have_text("6 of 6")


def test_an_update_without_a_batch_shows_weights(site: ServerProcess, at_start: Page) -> None:
    visit(at_start, f"{site.http}/?network={NETWORK}&update=0")
    expect(at_start.locator("aside")).to_contain_text("with seed 7")
    assert weights(at_start) == flat(ask(site, "state", update=0)["layers"])


#: How many pairs of numbers and units of the picture cover each other: turned boxes are apart where
#: a line along a side of one of them separates their corners.
COVERED = """() => {
    const corners = (of, { x, y, width, height } = of.getBBox()) => {
        const m = of.getScreenCTM();
        return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
            .map(([u, v]) => [m.a * u + m.c * v + m.e, m.b * u + m.d * v + m.f]);
    };
    const inner = (unit) => {
        const { x, y, width, height } = unit.getBBox();
        const cut = 0.147 * height; // of a circle the square in it
        const box = { x: x + cut, y: y + cut, width: width - 2 * cut, height: height - 2 * cut };
        return corners(unit, box);
    };
    const numbers = ".picture :is(.unit-below, .bias, .cost)";
    const all = [
        ...[...document.querySelectorAll(".weight-label rect")].map((of) => corners(of)),
        ...[...document.querySelectorAll(numbers)].map((of) => corners(of)),
        ...[...document.querySelectorAll(".unit .body")].map(inner),
    ];
    const isApart = (one, other) => [one, other].some((box) => box.some(([x, y], i) => {
        const [u, v] = box[(i + 1) % 4];
        const [a, b] = [one, other].map((of) => of.map((at) => at[0] * (v - y) - at[1] * (u - x)));
        const least = 0.5 * Math.hypot(v - y, u - x); // half a pixel
        return Math.max(...a) - Math.min(...b) < least || Math.max(...b) - Math.min(...a) < least;
    }));
    return all.flatMap((one, i) => all.slice(i + 1).filter((other) => !isApart(one, other))).length;
}"""


def test_a_dense_network_and_its_optimizer_can_be_read(site: ServerProcess, page: Page) -> None:
    make(site, "dense", [3, 4, 3], bias=True)
    examples = [{"inputs": [1, 0.5, n / 7], "targets": [n / 9, 0, 1]} for n in range(2)]
    post(site, "trainingSets", trainingSet="two", examples=examples)
    adam = {"kind": "OPTIMIZER_KIND_ADAM", "weightDecay": 0.1}
    train(site, "dense", trainingSet="two", batchSize=2, optimizer=adam)
    executed = ask(site, "updates/1:walk", "dense")["steps"]
    number = next(n for n, step in enumerate(executed) if "after_p" in step["changed"])
    visit(page, f"{site.http}/?network=dense&update=1&line={number + 1}")
    for selector, count in {".weight-label rect": 24, ".bias": 7, ".unit-below": 7}.items():
        expect(page.locator(f".picture {selector}")).to_have_count(count)
    assert page.evaluate(COVERED) == 0
    results = page.locator(".in-numbers .result").evaluate_all(
        "all => all.map((e) => e.dataset.exact)"
    )
    values = {variable["name"]: variable["value"] for variable in executed[number]["variables"]}
    assert [float(text.replace("−", "-")) for text in results] == [
        values[name] for name in ("v_p", "s_p", "after_p")
    ]
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".caption")).to_contain_text("of 24 weights show their value")
    assert page.evaluate(COVERED) == 0
    unplaced = int(page.locator(".caption").inner_text().split(" of 24 ")[0].split()[-1])
    expect(page.locator(".weight-label rect")).to_have_count(24 - unplaced)
    picture = page.locator(".picture")
    tall = picture.evaluate("element => element.offsetHeight")
    page.get_by_role("separator", name="Height of the picture").press("ArrowUp")
    expect(picture).to_have_css("height", f"{tall - 40}px")
    expect(page.locator("[data-at=line]")).to_contain_text(f"{number + 1}")


def test_a_large_network_is_shown_as_cells(site: ServerProcess, page: Page) -> None:
    make(site, "large", [30, 40, 10], bias=True)
    examples = [
        {
            "inputs": [(n + i) % 7 / 7 for i in range(30)],
            "targets": [int(n % 10 == k) for k in range(10)],
        }
        for n in range(20)
    ]
    post(site, "trainingSets", trainingSet="twenty", examples=examples)
    train(site, "large", count=2, trainingSet="twenty", batchSize=20)
    trace = ask(site, "updates/2:trace", "large", positionCount=20)
    visit(page, f"{site.http}/?network=large&update=2&example=20")
    block = page.locator("[data-layer='1']")
    expect(block).to_have_attribute("aria-current", "step")
    weights = block.locator(".of-weights canvas")
    weights.focus()
    page.keyboard.press("ArrowUp")  # from the middle, row 20 and column 15
    value = trace["before"][0]["weights"][19 * 30 + 15]
    assert shown(page, ".reading [data-exact]") == value
    page.keyboard.press("Enter")
    assert place(page)["weight"] == "1-20-16"
    panel = page.get_by_role("region", name="The selected weight")
    expect(panel.locator(".example")).to_have_count(4)
    panel.get_by_role("button", name="Back to the phase").click()
    # The last phase of the example: G has all gradients of this layer.
    page.get_by_role("button", name="Hidden gradients added").click()
    expect(block.locator(".scale")).to_contain_text("G up to")
    page.get_by_role("button", name="Update the output layer").click()
    expect(page.locator(".caption")).to_contain_text("Updated layers: after update 2.")
    weights.hover(position={"x": 1, "y": 1})
    assert shown(page, ".reading [data-exact]") == trace["after"][0]["weights"][0]
    shows_a_unit(page, trace)
    for name in ("SVG", "PNG"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename == f"large-update-2.{name.lower()}"


def shows_a_unit(page: Page, trace: Any) -> None:
    """Select the third hidden unit: it shows its numbers, connections, and its chain rule."""
    page.locator(".cells", has=page.get_by_label("40 numbers: δ")).click(position={"x": 3, "y": 20})
    unit = int(place(page)["unit"].split("-")[1]) - 1
    panel = page.get_by_role("region", name="The selected unit")
    example = trace["examples"][19]
    for symbol, name in {"z": "logits", "a": "activations", "δ": "deltas"}.items():
        number = panel.locator(".unit-numbers").get_by_title(f"{symbol} = ")
        value = example[name][0]["values"][unit]
        assert float(str(number.get_attribute("data-exact")).replace("−", "-")) == value
    below = trace["before"][0]["weights"][unit * 30 : unit * 30 + 30]
    strongest = panel.locator("table").first.locator("tbody tr").first.locator("[data-exact]").first
    value = float(str(strongest.get_attribute("data-exact")).replace("−", "-"))
    assert abs(value) == max(map(abs, below))
    last = panel.locator(".explained").last
    expect(last).to_have_attribute("data-symbol", f"δ1[{unit + 1}]")
    found = float(str(last.get_attribute("data-exact")).replace("−", "-"))
    assert found == example["deltas"][0]["values"][unit]


def test_the_numbers_of_an_update_go_when_it_is_left(site: ServerProcess, page: Page) -> None:
    make(site, "memory", [300, 200, 10])  # too large for lines: its numbers come as arrays
    examples = [{"inputs": [n / 2] * 300, "targets": [n] * 10} for n in range(2)]
    post(site, "trainingSets", trainingSet="wide", examples=examples)
    train(site, "memory", count=8, trainingSet="wide", batchSize=2)
    visit(page, f"{site.http}/?network=memory&update=1")
    page.locator(".look[aria-busy=false]").wait_for()
    before = bytes_of_arrays(page)
    for update in range(2, 9):
        page.locator(".look[aria-busy=false]").wait_for()
        page.keyboard.press("Shift+ArrowDown")
        expect(page.locator("[data-at=update]")).to_have_text(f"{update} of 8")
    page.locator(".look[aria-busy=false]").wait_for()
    size = 3 * 8 * 62_000  # weights before and after, and gradients
    assert bytes_of_arrays(page) - before < 0.5 * size


def bytes_of_arrays(page: Page) -> float:
    """Return the bytes of all arrays that the tab has kept."""
    browser = page.context.new_cdp_session(page)
    browser.send("HeapProfiler.collectGarbage")
    size: float = browser.send("Runtime.getHeapUsage")["backingStorageSize"]
    browser.detach()
    return size


def test_it_waits_while_the_service_is_unavailable(site: ServerProcess, at_start: Page) -> None:
    at_start.route("**/updates/2:**", lambda route: route.abort())
    at_start.get_by_role("button", name="Next update").click()
    expect(at_start.get_by_role("status").first).to_contain_text("is unavailable")
    at_start.unroute("**/updates/2:**")
    expect(at_start.locator("[data-at=update]")).to_have_text("2 of 6")
    expect(at_start.get_by_role("status").first).to_contain_text("is available again")


def test_the_legend_explains_the_page(site: ServerProcess, at_start: Page) -> None:
    at_start.get_by_role("button", name="Legend").click()
    dialog = at_start.get_by_role("dialog", name="Legend")
    expect(dialog).to_contain_text("Cost before this update, weights after")
    at_start.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
