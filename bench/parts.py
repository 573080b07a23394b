"""The parts of the bench: each measures a section of results.md."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from bench import (
    access,
    at_once,
    crowd,
    engine,
    history,
    hostile,
    insight,
    migrating,
    page,
    page_memory,
    page_scrubbing,
    page_watching,
    rest,
    service,
    validating,
    watching,
)
from bench.cluster import figures as cluster
from bench.report import Row, Table, table_of


class _Measures(Protocol):
    """A module that measures rows."""

    def rows(self) -> Iterable[Row]: ...


@dataclass(frozen=True, slots=True)
class Part:
    """The title of its section, and what measures its tables: all, or some by their names."""

    title: str
    measure: Callable[..., list[Table]]


def _part(title: str, *modules: _Measures) -> Part:
    return Part(title, lambda: [table_of(row for module in modules for row in module.rows())])


#: In the order of the sections.
PARTS = {
    "engine": Part("The engine and its peers", engine.measure),
    "validation": _part("Validations", validating),
    "service": _part("Starting, training and steps", service, at_once),
    "watching": _part("Watching", watching),
    "http": _part("Calls over HTTP", rest),
    "page": _part("The page", page, page_watching, page_memory, page_scrubbing),
    "history": _part("Long histories and many networks", crowd, history),
    "migration": _part("Upgrades", migrating),
    "access": _part("Authentication", access),
    "insight": _part("Metrics and logs", insight),
    "cluster": Part("Several servers and workers", cluster.measure),
    "hostile": Part("Hostile clients", hostile.measure_all),
}
