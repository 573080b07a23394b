"""Where files of the repository are on the site, and links between them."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: Documents that are outside of docs/, with the pages that they become.
OUTSIDE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "tests/README.md": "tests.md",
}

#: Where source files are shown that documents link to.
SOURCES = "source/"

_LINK = re.compile(r"(!?\[[^\]]*\]\()(?!\w+:|#)([^)\s#]+)(#[^)\s]*)?\)")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)


def page_of(path: str) -> str:
    """Return the page or file of the site that shows a file of the repository."""
    if path in OUTSIDE:
        return OUTSIDE[path]
    return path.removeprefix("docs/") if path.startswith("docs/") else f"{SOURCES}{path}.md"


def path_of(page: str) -> str:
    """Return the file of the repository that a page shows: the inverse of `page_of`."""
    for path, shown in OUTSIDE.items():
        if page == shown:
            return path
    if page.startswith(SOURCES):
        return page.removeprefix(SOURCES).removesuffix(".md")
    return f"docs/{page}"


def links(text: str, path: str) -> Iterator[str]:
    """Yield the files of the repository that a document at this path links to."""
    for part in _CODE.split(text)[::2]:
        for link in _LINK.finditer(part):
            yield _target(link[2], path)


def with_links_of_the_site(text: str, page: str) -> str:
    """Return a document with its links between files changed to links between pages."""
    path = path_of(page)

    def changed(link: re.Match[str]) -> str:
        target = page_of(_target(link[2], path))
        return f"{link[1]}{posixpath.relpath(target, posixpath.dirname(page))}{link[3] or ''})"

    parts = _CODE.split(text)
    parts[::2] = [_LINK.sub(changed, part) for part in parts[::2]]
    return "".join(parts)


def _target(link: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
