"""A browser watches a run with its EventSource, from another origin, without gaps."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from calls import create, settings
from clearprop.v1 import training_service_pb2 as pb
from documents import ROOT
from playwright.sync_api import Browser, Page, expect
from servers import ServerProcess

from bench.ports import free_port

UPDATES = 2_000_000
STRIDE = 1_000

#: Notes in the page every update that its EventSource is given.
NOTE = """
    window.seen = [];
    window.opened = 0;
    const Real = window.EventSource;
    window.EventSource = class extends Real {
        constructor(...given) {
            super(...given);
            this.addEventListener("open", () => { window.opened += 1; });
            this.addEventListener("message", ({ data }) => {
                const updates = JSON.parse(data).updates?.updates ?? [];
                window.seen.push(...updates.map(({ update }) => Number(update)));
            });
        }
    };
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Where the example's page is served, beside the service."""
    handler = partial(_Quiet, directory=str(ROOT / "examples" / "events"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def allowing(origin: str, tmp_path: Path) -> Iterator[ServerProcess]:
    """A server that lets pages of that origin call it."""
    server = ServerProcess(
        f"sqlite:///{tmp_path}/clearprop.db",
        tmp_path / "log",
        free_port(),
        free_port(),
        more=("--allow-origin", origin),
    )
    yield server.start()
    server.kill()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_page() as page:
        page.add_init_script(NOTE)
        yield page


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_an_event_source_resumes_after_a_restart_without_a_gap(
    allowing: ServerProcess, origin: str, page: Page, how: str
) -> None:
    with allowing.stub() as stub:
        name = create(stub).network
        request = pb.TrainRequest(network=name, settings=settings(epochs=UPDATES))
        run = stub.Train(request).run.run
    page.goto(f"{origin}/index.html?server={allowing.http}&network={name}&run={run}")
    page.wait_for_function("window.seen.length > 10")
    getattr(allowing, how)()
    expect(page.locator("#error")).not_to_be_empty()
    seen_before = page.evaluate("window.seen.at(-1)")
    assert seen_before < UPDATES
    allowing.start()
    expect(page.locator("#state")).to_have_text("RUN_STATE_SUCCEEDED", timeout=60_000)
    seen = page.evaluate("window.seen")
    # Those at which the run stopped and went on may come besides.
    assert [number for number in seen if number % STRIDE == 0] == [*range(0, UPDATES + 1, STRIDE)]
    assert seen == sorted(set(seen))
    assert page.evaluate("window.opened") == 2


def test_an_event_source_does_not_reconnect_after_the_end(
    allowing: ServerProcess, origin: str, page: Page
) -> None:
    with allowing.stub() as stub:
        name = create(stub).network
        stub.Train(pb.TrainRequest(network=name, settings=settings()))
    # Without the line of the example that closes it.
    page.add_init_script("EventSource.prototype.close = () => {};")
    with page.expect_response(lambda response: response.status == 204):
        page.goto(f"{origin}/index.html?server={allowing.http}&network={name}&run=1")
    expect(page.locator("#state")).to_have_text("RUN_STATE_SUCCEEDED")
    assert page.evaluate("window.opened") == 1


def test_pages_of_other_origins_receive_nothing(
    own_http_server: ServerProcess, origin: str, page: Page
) -> None:
    with own_http_server.stub() as stub:
        name = create(stub).network
    page.goto(f"{origin}/index.html?server={own_http_server.http}&network={name}&run=1")
    expect(page.locator("#error")).to_have_text("Rejected.")
    assert page.evaluate("window.seen") == []
