"""The memory of the page while it shows a network of a million parameters."""

import time
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import clearprop
import numpy as np

from bench.peers.compiling import BUILD
from bench.plain_browser import PlainTab, plain_tab
from bench.report import Row
from bench.serving import Server, serving

_LAYERS = [1000, 900, 100]
_EXAMPLES = 64
_UPDATES = 32
_MOST = 150.0  # MiB of the process that draws the page
_STEPS = 12
_WAIT = 30.0  # s

_WORK = "the page shows 1000-900-100: memory of the process that draws it, {}"

#: The views, and a script that shows another update in each.
_VIEWS = {
    "Look inside": (
        "/?network=large&update={}",
        "dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', shiftKey: true}))",
    ),
    "Train": (
        "/?mode=train&network=large&update={}",
        "document.querySelector('[aria-label=\"Next update\"]').click()",
    ),
    "Compare": ("/?mode=compare&network=large&base=0&update={}", "0"),
}


def rows() -> list[Row]:
    """Measure each view, after it was opened and has shown further updates."""
    path = which("chromium")
    if path is None:
        return []  # what opens the page says so
    BUILD.mkdir(exist_ok=True)
    with (
        TemporaryDirectory(dir=BUILD) as name,
        serving(Path(name), "page", http=True) as server,
    ):
        _train(server)
        return [_row(path, f"http://{server.http}", view) for view in _VIEWS]


def _train(server: Server) -> None:
    generator = np.random.default_rng(1)
    inputs = generator.random((_EXAMPLES, _LAYERS[0]))
    targets = np.eye(_LAYERS[-1])[generator.integers(0, _LAYERS[-1], _EXAMPLES)]
    with clearprop.connect(server.target) as client:
        client.upload_training_set("large", inputs, targets)
        network = client.create_network(
            "large", layer_sizes=_LAYERS, activations=["relu", "softmax"], bias=True, seed=1
        )
        network.train("large", learning_rate=0.01, batch_size=32, epochs=_UPDATES // 2).wait()


def _row(chromium: str, site: str, view: str) -> Row:
    address, move = _VIEWS[view]
    with plain_tab(chromium) as tab:
        tab.open(site + address.format(_UPDATES // 2))
        _wait_for_cells(tab)
        for _ in range(_STEPS):
            tab.evaluate(move)
            time.sleep(0.5)
        memory = tab.private_memory()
    return Row(
        _WORK.format(f"in {view}"),
        f"{memory:.0f} MiB",
        "",
        f"{memory:.0f} MiB",
        f"≤ {_MOST:.0f} MiB",
        memory <= _MOST,
    )


def _wait_for_cells(tab: PlainTab) -> None:
    end = time.monotonic() + _WAIT
    while not tab.evaluate("document.querySelectorAll('.cells canvas').length"):
        assert time.monotonic() < end, "the page does not open"
        time.sleep(0.1)
