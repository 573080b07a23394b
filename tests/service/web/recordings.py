"""Records the moving pictures of the README: `make screenshots`.

Each is a short loop of a real server: the page in a browser, and commands on a terminal.
"""

import io
import json
import re
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from browsers import new_page
from console import on_terminal
from documents import ROOT
from palettes import in_few_colours, palette_of
from PIL import Image
from playwright.sync_api import Locator, Page
from rich.console import Console
from rich.text import Text
from servers import ServerProcess, new_server

IMAGES = ROOT / "docs" / "images"

#: The palette is that of every third frame.
PALETTE_FRAMES = 3


@dataclass
class Recording:
    """Frames of a page, each with the time that it is shown for."""

    page: Page
    frames: list[tuple[Image.Image, int]] = field(default_factory=list)

    def take(self, milliseconds: int) -> None:
        """Add the page as it is now."""
        content = self.page.screenshot(animations="disabled", caret="hide")
        self.frames.append((Image.open(io.BytesIO(content)).convert("RGB"), milliseconds))

    def save(self, name: str) -> None:
        """Write an endless loop."""
        # One palette for all frames, so that nothing flickers.
        palette = palette_of([frame for frame, _ in self.frames[::PALETTE_FRAMES]])
        images = [in_few_colours(frame, palette) for frame, _ in self.frames]
        images[0].save(
            IMAGES / name,
            save_all=True,
            append_images=images[1:],
            duration=[time for _, time in self.frames],
            loop=0,
            optimize=False,
        )


# --- the page

_POINTER = """() => {
    const pointer = document.createElement("div");
    pointer.id = "pointer";
    pointer.innerHTML = `<svg width="22" height="26" viewBox="0 0 22 26">
        <path d="M2 2 L2 20 L7 15.5 L10.5 23.5 L14 22 L10.5 14.5 L17 14 Z"
            fill="#16181d" stroke="#fff" stroke-width="1.5"/></svg>`;
    pointer.style = "position:fixed;z-index:9;pointer-events:none;left:700px;top:500px";
    document.documentElement.append(pointer);
}"""


def record_page(server: ServerProcess) -> None:
    """Create a network, train it, look at its updates, and ask why a weight changed."""
    with new_page() as page:
        page.set_viewport_size({"width": 1200, "height": 900})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(f"{server.http}/?mode=train")
        page.wait_for_load_state("networkidle")
        page.evaluate(_POINTER)
        recording = Recording(page)
        recording.take(1500)
        _click(recording, page.get_by_role("button", name="Create and train"))
        page.locator(".state", has_text="Succeeded").wait_for()
        page.wait_for_timeout(2000)
        # As at the beginning of a film: below the curve, the surface is in sight.
        page.locator(".history > .curve").evaluate("curve => curve.scrollIntoView()")
        _settle(page)
        recording.take(1500)
        slider = page.get_by_role("slider", name="Update")
        for update in (0, 1500, 3000, 4000, 4400, 4550, 4600, 4650, 4700, 4800, 5200, 6000, 4650):
            slider.fill(str(update))
            _settle(page)
            recording.take(350)
        recording.take(700)
        _click(recording, page.get_by_role("link", name="Look inside"))
        page.locator(".phase-panel").wait_for()
        _settle(page)
        recording.take(1500)
        for _ in range(4):
            page.keyboard.press("Shift+ArrowRight")
            _settle(page)
            recording.take(700)
        for _ in range(3):
            page.keyboard.press("ArrowRight")
            _settle(page)
            recording.take(400)
        _click(recording, page.locator(".weight-line[data-weight='2.0.1'] .hit"))
        page.get_by_role("region", name="The selected weight").wait_for()
        page.evaluate("document.activeElement.blur()")
        _settle(page)
        recording.take(4000)
        recording.save("page.gif")


def _click(recording: Recording, target: Locator) -> None:
    """Move the pointer to something, and click it."""
    page = recording.page
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(
        "([x, y]) => Object.assign(pointer.style, { left: `${x}px`, top: `${y}px` })", [x, y]
    )
    recording.take(500)
    target.click(force=True)
    page.mouse.move(0, 0)


def _settle(page: Page) -> None:
    """Wait until everything is loaded and drawn."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)


# --- the terminal

COLUMNS, ROWS = 108, 30

COMMANDS = [
    "create first --layers 2-5-1 --seed 7",
    "train first --on xor --learning-rate 5 --batch-size 4 --epochs 10000",
    "predict first 0,0 0,1 1,0 1,1",
    "history first",
    "explain first 2 1 3 --update 4700",
]

#: Monospaced fonts lack the dots of charts: those come from another font, in cells of their own.
_TERMINAL = """
<style>
b { display: inline-block; width: calc(1ch / 0.82); font-size: 82%; font-weight: 400 }
</style>
<body style="margin:0;background:#f6f7f9">
<pre style="margin:0;padding:14px 18px;height:ROWSem;font:15px/1.3 'DejaVu Sans Mono',monospace;
    color:#16181d;overflow:hidden"></pre>
"""


def record_terminal(server: ServerProcess) -> None:
    """Type commands, and show what they print."""
    with new_page() as page:
        page.set_viewport_size({"width": 1016, "height": 640})
        page.set_content(_TERMINAL.replace("ROWS", str(ROWS * 1.3)))
        recording = Recording(page)
        rows: list[Text] = []
        for command in COMMANDS:
            typed = f"clearprop {command}"
            for length in (0, len(typed) // 3, 2 * len(typed) // 3, len(typed)):
                _show(page, [*rows, *_rows(_prompt(typed[:length]))])
                recording.take(220)
            code, written = on_terminal(
                *shlex.split(command),
                columns=COLUMNS,
                keep_colours=True,
                CLEARPROP_SERVER=server.target,
                COLORTERM="truecolor",
            )
            assert code == 0, written
            output = _rows(f"{_prompt(typed)}\n{written.rstrip()}\n")
            # An output that does not fit is shown from its beginning, then scrolled to its end.
            rows = [*rows, *output] if len(rows) + len(output) < ROWS else output
            _show(page, rows[:ROWS])
            recording.take(2200)
            for end in range(ROWS + 4, len(rows) + 4, 4):
                _show(page, rows[:end])
                recording.take(150)
        recording.frames[-1] = (recording.frames[-1][0], 4000)
        recording.save("terminal.gif")


def _prompt(command: str) -> str:
    return f"\x1b[1;32m$\x1b[0m {command}"


def _show(page: Page, rows: list[Text]) -> None:
    """Show the last rows, as a terminal does."""
    console = Console(record=True, file=io.StringIO(), width=COLUMNS, color_system="truecolor")
    for row in rows[-ROWS:]:
        console.print(row, soft_wrap=True)
    html = console.export_html(inline_styles=True, code_format="{code}")
    html = re.sub("([\u2800-\u28ff])", r"<b>\1</b>", html)
    page.evaluate(f"document.querySelector('pre').innerHTML = {json.dumps(html)}")


def _rows(written: str) -> list[Text]:
    """Divide an output into lines, and wrap them where the terminal ends."""
    rows: list[Text] = []
    for line in written.replace("\r\n", "\n").split("\n"):
        text = Text.from_ansi(line.rpartition("\r")[2])
        rows += text.divide(range(COLUMNS, len(text), COLUMNS))
    return rows


@contextmanager
def _server() -> Iterator[ServerProcess]:
    with tempfile.TemporaryDirectory() as folder, new_server(Path(folder), http=True) as server:
        yield server


def main() -> None:
    """Record all of them."""
    with _server() as server:
        record_page(server)
    with _server() as server:
        record_terminal(server)


if __name__ == "__main__":
    main()
