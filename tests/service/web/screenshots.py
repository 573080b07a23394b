"""Makes the pictures of the page that the documents show: `make screenshots`."""

import tempfile
from io import BytesIO
from pathlib import Path

import clearprop
import numpy as np
from browsers import new_page
from calls import settings, train
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from documents import ROOT
from palettes import in_few_colours, palette_of
from PIL import Image
from servers import ServerProcess, new_server

IMAGES = ROOT / "docs" / "images"

#: The deltas of the second example in the first update of the worked example.
MOMENT = "?network=worked-example&update=1&example=2&line=334"

#: The networks whose curves are drawn: the best of the sweep and two others.
CURVES = "species-0034,species-0029,species-0026"

#: Each picture: its name, the colour scheme, the size of the window, and the address.
VIEWS = [
    ("look-light", "light", (1280, 800), MOMENT),
    ("look-phone", "dark", (390, 844), MOMENT),
    ("weight", "light", (1280, 800), f"{MOMENT}&weight=2-1-2"),
    ("train", "light", (1280, 960), "?mode=train&network=xor&update=4700&weight=2-1-2"),
    ("layers", "light", (1280, 800), "?mode=train&network=digits&over-time=1"),
    ("examples", "light", (1280, 800), "?mode=train&network=digits&update=300&axes=300&wrong=1"),
    ("compare", "light", (1280, 800), "?mode=compare&network=worked-example&base=1&update=6"),
    ("lesson", "light", (1280, 640), "?mode=lessons&lesson=forward-pass&part=5"),
    ("networks", "light", (1280, 960), f"?mode=networks&where=sweep%3Dspecies&selected={CURVES}"),
]

#: What is shown of the page in a picture that is not the whole window.
PARTS = {"layers": ".over-time", "examples": ".panels"}

#: Waits until no answer has arrived for a while: what is drawn then depends on nothing else.
_SETTLED = """() => new Promise((settled) => {
  let before = -1;
  const look = () => {
    const now = performance.getEntriesByType("resource").length;
    if (now === before) return settled();
    before = now;
    setTimeout(look, 3000);
  };
  look();
})"""

_TO_THE_TOP = """() => {
  scrollTo(0, 0);
  for (const each of document.querySelectorAll('.networks .scrolled')) each.scrollTop = 0;
}"""


def main() -> None:
    """Make all of them."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, new_server(Path(folder), http=True) as server:
        _prepare(server)
        for name, scheme, (width, height), place in VIEWS:
            with new_page() as page:
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.add_init_script("localStorage.setItem('learner', 'reader')")
                page.goto(f"{server.http}/{place}")
                page.evaluate(_SETTLED)
                page.evaluate(_TO_THE_TOP)
                taken = page.locator(PARTS[name]) if name in PARTS else page
                image = Image.open(BytesIO(taken.screenshot())).convert("RGB")
                few = in_few_colours(image, palette_of([image]))
                few.save(IMAGES / f"{name}.png", optimize=True)


def _prepare(server: ServerProcess) -> None:
    """Create what is shown: the worked example as the page does, a network on XOR, and a sweep."""
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
    with clearprop.connect(server.target) as client:
        _train_digits(client)
        iris = ROOT / "docs" / "data" / "iris-train.csv"
        client.upload_table("iris-train", iris, targets="species", one_hot=True)
        client.sweep(
            "species",
            "iris-train",
            vary={
                "learning_rate": [0.003, 0.01, 0.03],
                "hidden_layers": [[], 8, [16, 8]],
                "optimizer": ["adam", "rmsprop"],
            },
            folds=2,
            activations=["tanh", "softmax"],
            bias=True,
            initializer="glorot",
            batch_size=12,
            epochs=20,
            shuffle_seed=1,
        )


def _train_digits(client: clearprop.Client) -> None:
    """Train a network on handwritten digits."""
    digits = np.load(ROOT / "tests" / "data" / "digits.npz")
    classes = np.eye(10)[digits["labels"]]
    images = digits["images"] / 16.0
    client.create_training_set("digits", images, classes, image_shape=(8, 8))
    network = client.create_network(
        "digits",
        layer_sizes=[64, 32, 10],
        activations=["relu", "softmax"],
        cost_function="categorical-cross-entropy",
        bias=True,
        seed=1,
    )
    run = network.train(
        "digits",
        learning_rate=0.003,
        batch_size=32,
        epochs=60,
        optimizer="adam",
        shuffle_seed=1,
    )
    run.wait()


if __name__ == "__main__":
    main()
