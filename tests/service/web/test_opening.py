"""The page opens on the worked example, loads nothing from elsewhere, and keeps its place."""

from urllib.parse import parse_qs, urlsplit

import requests
from playwright.sync_api import Page, expect
from servers import ServerProcess


def test_it_opens_on_the_worked_example(site: ServerProcess, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    # It asks whether the example is there before it makes it.
    with page.expect_response(lambda response: response.url.endswith(":step")) as made:
        page.goto(site.http)
    assert made.value.status == 200
    page.wait_for_url("**/?network=worked-example&update=1&**")
    expect(page.get_by_role("link", name="Look inside")).to_have_attribute("aria-current", "page")
    runs = requests.get(f"{site.http}/v1/networks/worked-example/runs", timeout=10).json()["runs"]
    assert [run["updatesDone"] for run in runs] == ["6"]
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(site.http).netloc}


def test_a_link_into_the_worked_example_leads_there_on_every_server(
    site: ServerProcess, page: Page
) -> None:
    requests.delete(f"{site.http}/v1/networks/worked-example", timeout=10)
    # And on one that is away when the page is opened.
    page.route("**/v1/**", lambda route: route.abort())
    page.goto(f"{site.http}/?network=worked-example&update=2&position=1&step=100")
    expect(page.get_by_role("status").first).to_contain_text("is away")
    page.unroute("**/v1/**")
    expect(page.locator("[data-at=line]")).to_have_text("101 of 728")
    expect(page.locator("[data-at=update]")).to_have_text("2 of 6")


def test_a_mode_is_a_place_to_come_back_to(site: ServerProcess, page: Page) -> None:
    page.goto(f"{site.http}/?mode=train")
    expect(page.get_by_role("link", name="Train")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Compare").click()
    assert parse_qs(urlsplit(page.url).query)["mode"] == ["compare"]
    expect(page).to_have_title("worked-example, update 1 · Compare · Clearprop")
    page.go_back()
    expect(page.get_by_role("link", name="Train")).to_have_attribute("aria-current", "page")


def test_it_may_run_no_script_but_its_own(site: ServerProcess) -> None:
    answer = requests.get(site.http, timeout=10)
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
