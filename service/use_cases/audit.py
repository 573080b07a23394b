"""Use case: read the audit log."""

from dataclasses import dataclass

from training.audit import AuditEntry
from training.ports import Store


@dataclass(frozen=True, slots=True)
class AuditEntries:
    """The entries of the audit log."""

    _store: Store

    def page(self, before: int | None, limit: int) -> list[AuditEntry]:
        """Return up to `limit` entries with numbers less than `before`, latest first."""
        with self._store.read() as reader:
            return reader.audit_entries(before, limit)
