"""Opening the page changes nothing; an example is created on request; views have addresses."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from servers import ServerProcess, new_server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server on which there is nothing yet."""
    with new_server(tmp_path_factory.mktemp("empty-site"), http=True) as process:
        yield process


def test_opening_the_page_changes_nothing_and_logs_nothing(
    site: ServerProcess, browser: Browser
) -> None:
    logged: list[str] = []
    asked: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: logged.append(message.text))
    page.on("pageerror", lambda error: logged.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for place in (
        "",
        "?mode=compare",
        "?mode=train",
        "?mode=networks",
        "?mode=lessons",
        "?mode=lessons&lesson=cost&part=2",
        "?network=worked-example&update=2",
        "docs",
    ):
        page.goto(f"{site.http}/{place}")
        page.wait_for_load_state("networkidle")
    page.close()
    assert logged == []
    assert _networks(site) == []
    assert requests.get(f"{site.http}/favicon.ico", timeout=60).ok, "browsers ask for it"
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(site.http).netloc}


def test_the_worked_example_is_created_on_request(site: ServerProcess, page: Page) -> None:
    page.goto(site.http)
    with page.expect_response(lambda response: response.url.endswith(":step")) as made:
        page.get_by_role("button", name="Open the worked example").click()
    assert made.value.status == 200
    page.wait_for_url("**/?network=worked-example&update=1&**")
    expect(page.get_by_role("link", name="Look inside")).to_have_attribute("aria-current", "page")
    runs = requests.get(f"{site.http}/v1/networks/worked-example/runs", timeout=60).json()["runs"]
    assert [run["updatesDone"] for run in runs] == ["6"]
    # The second time it is only opened.
    page.goto(site.http)
    page.get_by_role("button", name="Open the worked example").click()
    page.wait_for_url("**/?network=worked-example&update=1&**")
    assert _networks(site) == ["worked-example"]
    # An existing network opens with how well it has learned; from Look inside, a link leads there.
    page.get_by_role("button", name="how well it has learned").click()
    page.wait_for_url("**/?mode=train&network=worked-example&update=1*")
    page.goto(site.http)
    page.locator(".starts").get_by_label("Network").select_option("worked-example")
    page.wait_for_url("**/?mode=train&network=worked-example")


def test_a_link_into_the_worked_example_offers_to_create_it(
    site: ServerProcess, page: Page
) -> None:
    requests.delete(f"{site.http}/v1/networks/worked-example", timeout=60)
    # Also on a server that is unavailable when the page is opened.
    page.route("**/v1/**", lambda route: route.abort())
    page.goto(f"{site.http}/?network=worked-example&update=2&example=2&line=101")
    expect(page.get_by_role("status").first).to_contain_text("is unavailable")
    page.unroute("**/v1/**")
    page.get_by_role("button", name="Create the worked example").click()
    expect(page.locator("[data-at=line]")).to_have_text("101 of 728")
    expect(page.locator("[data-at=update]")).to_have_text("2 of 6")


def test_a_mode_has_an_address(site: ServerProcess, page: Page) -> None:
    page.goto(f"{site.http}/?mode=train")
    expect(page.get_by_role("link", name="Train")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Compare").click()
    assert parse_qs(urlsplit(page.url).query)["mode"] == ["compare"]
    expect(page).to_have_title("Compare · Clearprop")
    page.go_back()
    expect(page.get_by_role("link", name="Train")).to_have_attribute("aria-current", "page")


def test_it_runs_only_its_own_scripts(site: ServerProcess) -> None:
    answer = requests.get(site.http, timeout=60)
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]


def _networks(site: ServerProcess) -> list[str]:
    answer = requests.get(f"{site.http}/v1/networks", timeout=60).json()
    return [network["network"] for network in answer["networks"]]
