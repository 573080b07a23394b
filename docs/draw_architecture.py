"""Draws docs/images/architecture.svg and the table of packages from the imports of the code.

`make architecture` runs it. With `--check`, as in `make lint`, it only fails if the diagram or the
table in docs/architecture.md is out of date.
"""

import sys
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from textwrap import wrap
from xml.sax.saxutils import escape

import grimp

DOCS = Path(__file__).parent
PICTURE = DOCS / "images" / "architecture.svg"
PAGE = DOCS / "architecture.md"
BEGIN, END = "<!-- packages: generated -->\n", "<!-- end of packages -->"

#: The packages of the diagram, from top to bottom: row, left edge and width.
PACKAGES = {
    "service.cli": (0, 0, 480),
    "clearprop.cli": (0, 520, 480),
    "service.app": (1, 0, 1000),
    "service.faces": (2, 0, 740),
    "service.web": (2, 780, 220),
    "service.use_cases": (3, 0, 1000),
    "service.execution": (4, 0, 480),
    "service.reading": (4, 520, 480),
    "storage": (5, 0, 480),
    "clearprop": (5, 520, 480),
    "training.explanation": (6, 0, 480),
    "training.walking": (6, 520, 480),
    "training": (7, 0, 1000),
    "training.numerics": (8, 0, 1000),
}
_PADDING, _LINE, _CHARACTER, _BETWEEN = 14, 17, 6.4, 62

_STYLE = """
  text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1f2933; }
  .title { font-weight: 600; font-size: 14px; }
  .purpose { fill: #52606d; }
  .package { fill: #f5f7fa; stroke: #9aa5b1; }
  .import { fill: none; stroke: #3e7cb1; stroke-opacity: 0.55; }
  .head { fill: #3e7cb1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e7eb; }
    .purpose { fill: #9aa5b1; }
    .package { fill: #1f2933; stroke: #616e7c; }
    .import { stroke: #7db3e0; }
    .head { fill: #7db3e0; }
  }"""

#: The head of an arrow.
_HEAD = (
    '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
    ' markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker>'
)


@dataclass(frozen=True, slots=True)
class Box:
    """A package in the diagram."""

    name: str
    purpose: list[str]
    modules: list[str]
    x: float
    y: float
    width: float

    @property
    def height(self) -> float:
        """The height in pixels."""
        return 2 * _PADDING + _LINE * (1 + len(self.purpose) + len(self.modules)) - 4


def package_of(module: str) -> str | None:
    """Return the innermost package that contains a module; None for generated code and settings."""
    parts = module.split(".")
    for end in range(len(parts), 0, -1):
        if (name := ".".join(parts[:end])) in PACKAGES:
            return name
    return None


def purpose_of(package: str) -> str:
    """Return the first sentence of the docstring of a package."""
    return (import_module(package).__doc__ or "").split("\n\n")[0].replace("\n", " ").strip()


def modules_of(graph: grimp.ImportGraph, package: str) -> list[str]:
    """Return the names of the modules directly in a package, and of its packages with a slash."""
    return sorted(
        child.removeprefix(f"{package}.") + ("/" if graph.find_children(child) else "")
        for child in graph.find_children(package)
        if child not in PACKAGES and not child.endswith(("__main__", ".v1"))
    )


def imports_between(graph: grimp.ImportGraph) -> Counter[tuple[str, str]]:
    """Return the number of imports from each package to each other package."""
    counted: Counter[tuple[str, str]] = Counter()
    for module in graph.modules:
        source = package_of(module)
        for imported in graph.find_modules_directly_imported_by(module):
            target = package_of(imported)
            if source and target and source != target:
                counted[source, target] += 1
    return counted


def boxes(graph: grimp.ImportGraph) -> dict[str, Box]:
    """Return the boxes of all packages with their positions."""
    placed: dict[str, Box] = {}
    top = 0.0
    for row in range(1 + max(row for row, _, _ in PACKAGES.values())):
        in_row = {name: place for name, place in PACKAGES.items() if place[0] == row}
        for name, (_, x, width) in in_row.items():
            letters = int((width - 2 * _PADDING) / _CHARACTER)
            modules = wrap(" · ".join(modules_of(graph, name)), letters)
            placed[name] = Box(name, wrap(purpose_of(name), letters), modules, x, top, width)
        top += max(placed[name].height for name in in_row) + _BETWEEN
    return placed


def picture(graph: grimp.ImportGraph) -> str:
    """Return the picture as SVG."""
    placed = boxes(graph)
    height = max(box.y + box.height for box in placed.values())
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 1016 {height + 16:g}">',
        "<title>The packages of Clearprop and the imports between them</title>",
        f"<style>{_STYLE}\n</style>",
        _HEAD,
        *_arrows(placed, imports_between(graph)),  # under the packages that they pass
        *(line for box in placed.values() for line in _drawn(box)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _drawn(box: Box) -> list[str]:
    x, y = box.x + _PADDING, box.y + _PADDING + 10
    written = [("title", box.name), *(("purpose", line) for line in box.purpose)]
    written += [("modules", line) for line in box.modules]
    place = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
    return [
        f'<rect class="package" {place} rx="8"/>',
        *(
            f'<text class="{kind}" x="{x:g}" y="{y + _LINE * index:g}">{escape(line)}</text>'
            for index, (kind, line) in enumerate(written)
        ),
    ]


def _arrows(placed: dict[str, Box], imports: Counter[tuple[str, str]]) -> list[str]:
    """Draw one arrow per pair of packages; its width is the number of imports."""
    starts = {
        pair: place for package in PACKAGES for pair, place in _leaving(placed, imports, package)
    }
    ends = {
        pair: place for package in PACKAGES for pair, place in _arriving(placed, imports, package)
    }
    arrows = []
    for (source, target), count in sorted(imports.items()):
        start, end = placed[source], placed[target]
        if start.y == end.y:
            path = f"M{start.x + start.width:g} {start.y + 30:g} H{end.x:g}"
        else:
            (x1, y1), (x2, y2) = starts[source, target], ends[source, target]
            bend = min(110.0, (y2 - y1) / 2)
            curve = f"{x1:.0f} {y1 + bend:g} {x2:.0f} {y2 - bend:g} {x2:.0f} {y2:g}"
            path = f"M{x1:.0f} {y1:g} C{curve}"
        arrows.append(
            f'<path class="import" d="{path}" stroke-width="{min(4.0, 1 + count / 12):.1f}"'
            f' marker-end="url(#head)"><title>{source} imports {target}: {count}</title></path>'
        )
    return arrows


def _leaving(
    placed: dict[str, Box], imports: Counter[tuple[str, str]], package: str
) -> list[tuple[tuple[str, str], tuple[float, float]]]:
    """Return where arrows start: on the lower side of a package, in the order of their ends."""
    box = placed[package]
    others = [
        target for source, target in imports if source == package and placed[target].y > box.y
    ]
    others.sort(key=lambda name: (placed[name].x + placed[name].width / 2, name))
    gap = box.width / (len(others) + 1)
    return [
        ((package, target), (box.x + gap * place, box.y + box.height))
        for place, target in enumerate(others, start=1)
    ]


def _arriving(
    placed: dict[str, Box], imports: Counter[tuple[str, str]], package: str
) -> list[tuple[tuple[str, str], tuple[float, float]]]:
    """Return where arrows end: on the upper side of a package, in the order of their starts."""
    box = placed[package]
    others = [
        source for source, target in imports if target == package and placed[source].y < box.y
    ]
    others.sort(key=lambda name: (placed[name].x + placed[name].width / 2, placed[name].y, name))
    gap = box.width / (len(others) + 1)
    return [
        ((source, package), (box.x + gap * place, box.y))
        for place, source in enumerate(others, start=1)
    ]


def table(graph: grimp.ImportGraph) -> str:
    """Return the packages with their purposes and imports, as Markdown."""
    imports = imports_between(graph)
    lines = ["| package | purpose | imports |", "| --- | --- | --- |"]
    for package in PACKAGES:
        targets = [f"`{target}`" for target in PACKAGES if imports[package, target]]
        lines.append(f"| `{package}` | {purpose_of(package)} | {', '.join(targets) or '—'} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the picture and the table, or check them."""
    graph = grimp.build_graph("clearprop", "service", "storage", "training")
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    wanted = {PICTURE: picture(graph), PAGE: before + BEGIN + table(graph) + END + after}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        if stale:
            names = " and ".join(path.relative_to(DOCS.parent).as_posix() for path in stale)
            sys.exit(f"{names} do not match the code: run make architecture")
        return
    for path in stale:
        path.write_text(wanted[path])


if __name__ == "__main__":
    main()
