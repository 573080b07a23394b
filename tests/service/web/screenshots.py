"""Makes the pictures of the page that the documents show: `make screenshots`."""

import tempfile
from pathlib import Path

from browsers import new_page
from calls import settings, train
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from documents import ROOT
from servers import ServerProcess, new_server

IMAGES = ROOT / "docs" / "images"

#: The deltas of the second example in the first update of the worked example.
MOMENT = "?network=worked-example&update=1&example=2&line=334"

#: Each picture: its name, the colour scheme, the size of the window, and the address.
VIEWS = [
    ("look-light", "light", (1280, 800), MOMENT),
    ("look-dark", "dark", (1280, 800), MOMENT),
    ("look-phone", "light", (390, 844), MOMENT),
    ("weight", "light", (1280, 800), f"{MOMENT}&weight=2-1-2"),
    ("train", "light", (1280, 960), "?mode=train&network=xor&update=4700&weight=2-1-2"),
    ("compare", "light", (1280, 800), "?mode=compare&network=worked-example&base=1&update=6"),
]


def main() -> None:
    """Make all of them."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, new_server(Path(folder), http=True) as server:
        _prepare(server)
        for name, scheme, (width, height), place in VIEWS:
            with new_page() as page:
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.goto(f"{server.http}/{place}")
                page.wait_for_load_state("networkidle")
                page.screenshot(path=IMAGES / f"{name}.png")


def _prepare(server: ServerProcess) -> None:
    """Create the networks that are shown: the worked example as the page does, and one on XOR."""
    with new_page() as page:
        page.goto(server.http)
        page.get_by_role("button", name="Open the worked example").click()
        page.wait_for_url("**/?network=worked-example&**")
    with server.stub() as stub:
        stub.CreateNetwork(
            pb.CreateNetworkRequest(
                network="xor",
                layer_sizes=[2, 5, 1],
                initializer=network_pb2.Initializer(seed=7),
            )
        )
        train(stub, "xor", settings(epochs=10_000))


if __name__ == "__main__":
    main()
