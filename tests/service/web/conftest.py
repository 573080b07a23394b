"""The page in a real browser, with a real server."""

from collections.abc import Iterator

import pytest
from calls import settings
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from playwright.sync_api import ConsoleMessage, Error, Page
from servers import ServerProcess, new_server
from visits import visit


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that the tests of the page share: use networks of your own, do not stop it."""
    with new_server(tmp_path_factory.mktemp("site"), http=True) as process:
        yield process


@pytest.fixture(scope="session")
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


@pytest.fixture
def page(tab: Page, site: ServerProcess, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The tab, for `goto`, which loads the page anew, or `visit`; what it logs fails the test."""
    failed_before = request.session.testsfailed
    logged: list[str] = []

    def log(message: ConsoleMessage) -> None:
        # The browser logs every response with an error; what the page shows of it is tested.
        if not message.text.startswith("Failed to load resource"):
            logged.append(message.text)

    def log_error(error: Error) -> None:
        logged.append(str(error))

    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    tab.on("console", log)
    tab.on("pageerror", log_error)
    yield tab
    tab.unroute_all()
    tab.evaluate("try { sessionStorage.clear(); } catch { /* about:blank has none */ }")
    # Nothing goes on at either, and the browser keeps the process that has compiled the page.
    is_open = tab.url.startswith(f"{site.http}/?") and request.session.testsfailed == failed_before
    visit(tab, f"{site.http}/?mode=lessons" if is_open else f"{site.http}/healthz")
    tab.remove_listener("console", log)
    tab.remove_listener("pageerror", log_error)
    stored = {"origin": site.http, "storageTypes": "local_storage"}
    tab.context.new_cdp_session(tab).send("Storage.clearDataForOrigin", stored)
    assert logged == []
