"""A program: `clearprop` with servers that observe nothing, for the costs of insight.

It replaces what happens for each call, transaction, segment and message by nothing.
"""

from collections.abc import Callable

from clearprop.cli import main

from service.execution.progress import Progress
from service.faces.grpc import methods
from service.insight import calls
from service.insight.audit import AuditLog
from service.insight.insight import Insight
from service.insight.metrics import Metrics
from service.reading.cache_uses import CacheUses


def _nothing(*_: object, **__: object) -> None:
    """Do nothing."""


def _unchanged(_: AuditLog, work: Callable[..., object]) -> Callable[..., object]:
    return work


def _observe_nothing() -> None:
    for owner, name in (
        (AuditLog, "call_ended"),
        (CacheUses, "count"),
        (Insight, "observe_reading"),
        (Metrics, "call_ended"),
        (Metrics, "transaction_ended"),
        (Progress, "add"),
        (calls.ObservedCalls, "ended"),
        (methods, "count_sent"),
    ):
        setattr(owner, name, _nothing)
    setattr(AuditLog, "_prepare", _unchanged)  # noqa: B010 (mypy)


if __name__ == "__main__":
    _observe_nothing()
    main()
