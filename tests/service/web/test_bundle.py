"""The page is served in few files, which browsers keep, and needs no build step."""

import asyncio
import gzip
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser
from servers import ServerProcess
from starlette.applications import Starlette
from starlette.datastructures import Headers

from service.web.bundle import bundle
from service.web.pages import web_pages

INDEX = """
    <link rel="stylesheet" href="/web/one.css" />
    <link rel="stylesheet" href="/web/two.css" />
    <script type="importmap">{"imports": {"given": "/web/vendor/given.js"}}</script>
    <script type="module" src="/web/app.js"></script>
"""


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    contents = {
        "index.html": INDEX,
        "one.css": "a {}\n",
        "two.css": "b {}\n",
        "vendor/given.js": "export default 3; export const four = 4;\n",
        "parts/sum.js": 'import three from "given";\nexport const sum = (n) => n + three;\n',
        "app.js": 'import { sum as total } from "./parts/sum.js";\n'
        'import { four } from "given";\n\ndocument.title = String(total(four));\n',
    }
    for name, content in contents.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    return tmp_path


class Answer(NamedTuple):
    status: int
    headers: Headers
    content: bytes


Get = Callable[..., Answer]


@pytest.fixture
def get(assets: Path) -> Get:
    """Asks for a path of the pages, with gzip or without."""
    app = Starlette(routes=web_pages(assets=assets))

    def get(path: str, encoding: str = "gzip, br") -> Answer:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"accept-encoding", encoding.encode())]
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
        answering = app(scope | {"query_string": b"", "root_path": ""}, receive, send)
        with ThreadPoolExecutor(1) as thread:  # a browser's loop runs in that of the test
            thread.submit(asyncio.run, answering).result()
        return Answer(sent[0]["status"], Headers(raw=sent[0]["headers"]), sent[1]["body"])

    return get


def index(get: Get) -> str:
    return get("/", "identity").content.decode()


def addresses(index: str) -> list[str]:
    return re.findall(r'(?:href|src)="(/web/[^"]+)"', index)


def test_modules_and_styles_are_joined_in_their_order(assets: Path) -> None:
    made = bundle(assets)
    (style,) = (content for address, content in made.files.items() if address.endswith(".css"))
    assert style == b"a {}\nb {}\n"
    assert made.import_map in made.page
    (code,) = (
        content
        for address, content in made.files.items()
        if "/page." in address and content != style
    )
    assert code.decode() == (
        'import * as $v0 from "given";\n'
        "const $m0 = (() => { // parts/sum.js\n"
        "const { default: three } = $v0;\n"
        "const sum = (n) => n + three;\n"
        "return { sum };\n"
        "})();\n"
        "const $m1 = (() => { // app.js\n"
        "const { sum: total } = $m0;\n"
        "const { four } = $v0;\n"
        "\n"
        "document.title = String(total(four));\n"
        "return {  };\n"
        "})();\n"
    )


def test_the_index_names_all_files_and_browsers_keep_them(get: Get) -> None:
    assert get("/").headers["Cache-Control"] == "no-cache"
    named = addresses(index(get))
    assert len(named) == 3  # the style, the vendor's and the page's own code
    for address in named:
        plain, file = get(address, "identity"), get(address)
        assert plain.status == file.status == 200
        assert "immutable" in file.headers["Cache-Control"]
        assert "Content-Encoding" not in plain.headers
        assert file.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(file.content) == plain.content


def test_a_file_is_there_for_an_index_that_was_loaded_before_a_restart(
    assets: Path, get: Get
) -> None:
    for address in bundle(assets).files:
        assert get(address).status == 200


def test_an_edited_module_is_there_when_the_page_is_loaded_again(assets: Path, get: Get) -> None:
    before = addresses(index(get))
    assert addresses(index(get)) == before
    path = assets / "parts" / "sum.js"
    path.write_text("export const sum = (n) => 2 * n;\n")
    os.utime(path, ns=(2**62, 2**62))
    after = addresses(index(get))
    (old,) = set(before) - set(after)
    assert get(old).status == 404
    assert all(get(address).status == 200 for address in after)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('import * as all from "given";', "parts/sum.js has an import or export of another form"),
        ("export default 3;", "parts/sum.js has an import or export of another form"),
        ('import { total } from "../app.js";', "app.js imports itself, through other modules"),
    ],
)
def test_what_cannot_be_joined_is_named(assets: Path, line: str, message: str) -> None:
    (assets / "parts" / "sum.js").write_text(f"{line}\n")
    with pytest.raises(ValueError, match=message):
        bundle(assets)


def test_the_page_asks_for_few_files_once(site: ServerProcess, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    fetched: list[str] = []
    page.on("response", lambda it: None if it.from_service_worker else fetched.append(it.url))
    page.goto(site.http)
    page.wait_for_load_state("networkidle")
    files = [url for url in fetched if "/web/" in url]
    assert len(files) <= 8
    context.close()
