"""The page in a real browser, with a real server."""

from collections.abc import Iterator

import pytest
from browsers import new_browser
from calls import settings
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from playwright.sync_api import Browser, BrowserContext, Page
from servers import ServerProcess, new_server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that the tests of one file share."""
    with new_server(tmp_path_factory.mktemp("site"), http=True) as process:
        yield process


@pytest.fixture(scope="module")
def worked_example(site: ServerProcess) -> str:
    """The worked example, as the page creates it; the start of the address of its updates."""
    with site.stub() as stub:
        stub.CreateNetwork(
            pb.CreateNetworkRequest(
                network="worked-example",
                layer_sizes=[2, 5, 1],
                initializer=network_pb2.Initializer(seed=7),
            )
        )
        recipe = settings(batch_size=3, epochs=4)
        stub.Step(pb.StepRequest(network="worked-example", settings=recipe, count=6))
    return f"{site.http}/?network=worked-example"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that the tests of one file share: it is slow to start."""
    with new_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window whose pages share what was loaded: the modules of the page are many files."""
    with browser.new_context() as context:
        yield context


@pytest.fixture
def page(context: BrowserContext, site: ServerProcess) -> Iterator[Page]:
    """A page with a state of its own; anything that it logs fails the test."""
    logged: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: _note(logged, message.text))
    page.on("pageerror", lambda error: logged.append(str(error)))
    yield page
    stored = {"origin": site.http, "storageTypes": "local_storage"}
    context.new_cdp_session(page).send("Storage.clearDataForOrigin", stored)
    page.close()
    assert logged == []


def _note(logged: list[str], text: str) -> None:
    # The browser logs every response with an error; what the page shows of it is tested.
    if not text.startswith("Failed to load resource"):
        logged.append(text)
