"""The documentation page in a browser, and calls from it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from openapi_documents import openapi_document
from playwright.sync_api import Browser, Page, expect
from servers import ServerProcess


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in which every complaint is a failure."""
    complaints: list[str] = []
    with browser.new_page() as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
    assert complaints == []


def test_the_document_is_that_of_the_contract(http_server: ServerProcess) -> None:
    answer = requests.get(f"{http_server.http}/openapi.json", timeout=60)

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {**openapi_document(), "info": answer.json()["info"]}


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/docs/swagger-ui.css"])
def test_documentation_is_read_only(http_server: ServerProcess, path: str) -> None:
    refused = requests.post(f"{http_server.http}{path}", timeout=60)
    options = requests.options(f"{http_server.http}{path}", timeout=60)

    assert refused.status_code == 405
    assert refused.json()["error"]["status"] == "UNIMPLEMENTED"
    assert refused.headers["Allow"] == options.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert requests.head(f"{http_server.http}{path}", timeout=60).status_code == 200


def test_no_other_files_are_served(http_server: ServerProcess) -> None:
    for path in ("/docs/", "/docs/README.md", "/docs/..%2fopenapi.py", "/docs/nothing.js"):
        assert requests.get(f"{http_server.http}{path}", timeout=60).status_code == 404


def test_a_call_is_made_from_the_page(http_server: ServerProcess, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{http_server.http}/docs")
    expect(page).to_have_title("Clearprop: the HTTP API")
    expect(page.locator(".opblock")).to_have_count(operation_count())
    create = page.locator("#operations-networks-CreateNetwork")
    create.locator(".opblock-summary-control").click()
    create.get_by_role("button", name="Try it out").click()
    create.get_by_role("button", name="Execute").click()
    answer = create.locator(".live-responses-table .response")
    expect(answer.locator(".response-col_status")).to_have_text("200")

    made = requests.get(f"{http_server.http}/v1/networks/first", timeout=60).json()
    assert made["network"]["layerSizes"] == [2, 5, 1]
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(http_server.http).netloc}


def operation_count() -> int:
    paths: dict[str, Any] = openapi_document()["paths"]
    return sum(len(path) for path in paths.values())
