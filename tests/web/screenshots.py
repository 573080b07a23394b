"""Makes the pictures of the page that the documents show: `make screenshots`."""

import tempfile
from pathlib import Path

from browsers import new_page
from documents import ROOT
from servers import new_server

IMAGES = ROOT / "docs" / "images"

#: Each picture: its name, the colour scheme, the size of the window, and where in the page it is.
VIEWS = [
    ("look-light", "light", (1280, 800), ""),
    ("look-dark", "dark", (1280, 800), ""),
    ("look-phone", "light", (390, 844), ""),
    ("weight", "light", (1280, 800), "?network=worked-example&update=1&weight=2.0.1"),
    ("train", "light", (1280, 800), "?mode=train"),
    ("compare", "light", (1280, 800), "?mode=compare&network=worked-example&base=1&update=6"),
]


def main() -> None:
    """Make all of them."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, new_server(Path(folder), http=True) as server:
        for name, scheme, (width, height), place in VIEWS:
            with new_page() as page:
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.goto(f"{server.http}/{place}")
                page.wait_for_load_state("networkidle")
                page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
