"""All handlers, by the names of their RPCs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from service.faces.handlers.audit import AuditHandlers
from service.faces.handlers.backups import BackupHandlers
from service.faces.handlers.edits import EditHandlers
from service.faces.handlers.exports import ExportHandlers
from service.faces.handlers.history import HistoryHandlers
from service.faces.handlers.inspection import InspectionHandlers
from service.faces.handlers.measures import MeasureHandlers
from service.faces.handlers.networks import NetworkHandlers
from service.faces.handlers.runs import RunHandlers
from service.faces.handlers.server import ServerHandlers
from service.faces.handlers.tokens import TokenHandlers
from service.faces.handlers.training_sets import TrainingSetHandlers
from service.faces.handlers.watches import WatchHandlers


@dataclass(frozen=True, slots=True)
class Handlers:
    """The handlers of the contract's RPCs, by subject."""

    networks: NetworkHandlers
    training_sets: TrainingSetHandlers
    runs: RunHandlers
    edits: EditHandlers
    history: HistoryHandlers
    measures: MeasureHandlers
    inspection: InspectionHandlers
    watches: WatchHandlers
    exports: ExportHandlers
    backups: BackupHandlers
    tokens: TokenHandlers
    audit: AuditHandlers
    server: ServerHandlers

    def by_rpc(self) -> dict[str, Callable[..., Any]]:
        """Return each handler by the name of its RPC, such as `GetNetwork`."""
        return dict(self._named())

    def _named(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        for field in fields(self):
            group = getattr(self, field.name)
            for name in handled(type(group)):
                yield rpc_name(name), getattr(group, name)


def handled(group: type) -> list[str]:
    """Return the names of the handlers in a class: its public methods."""
    return [
        name for name, value in vars(group).items() if callable(value) and not name.startswith("_")
    ]


def rpc_name(handler: str) -> str:
    """Return the name of the RPC that a handler implements."""
    return "".join(word.capitalize() for word in handler.split("_"))
