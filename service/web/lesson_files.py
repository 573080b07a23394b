"""The lessons of the page: Markdown files, those of the project and those of a teacher."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LESSONS = Path(str(files("service.web"))) / "assets" / "lessons" / "texts"

_NAME = re.compile(r"(?:\d+-)?([a-z][a-z0-9-]*)\.md")


def lesson_list(folder: str | None) -> Route:
    """Return the route of all lessons, in the order of the names of their files.

    Those of the folder follow, or replace the project's own with the same name. Files are read at
    each request, so a teacher sees a change after a reload.
    """

    def answer(_: Request) -> Response:
        texts = dict(_read(LESSONS))
        if folder is not None:
            texts |= dict(_read(Path(folder)))
        lessons = [{"lesson": name, "text": text} for name, text in texts.items()]
        return JSONResponse({"lessons": lessons}, headers={"Cache-Control": "no-cache"})

    return Route("/web/lessons.json", answer, methods=["GET"])


def _read(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each lesson: 2-cost.md is the lesson `cost`."""
    for path in sorted(folder.glob("*.md")):
        if found := _NAME.fullmatch(path.name):
            yield found[1], path.read_text(encoding="utf-8", errors="replace")
