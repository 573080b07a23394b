"""Entries of the audit log: who changed what, when, from where, and with which outcome."""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)  # without slots, for `changed`
class AuditEntry:
    """Calls of one caller with the same method, resource, run and code, at about the same time.

    `number` 0: it is not stored yet. `principal` is empty if there was no authentication.
    """

    number: int
    first_time: datetime
    last_time: datetime
    calls: int
    principal: str
    address: str
    method: str
    resource: str
    run: int
    request_id: str
    code: str

    def continues(self, earlier: "AuditEntry") -> bool:
        """Return whether it is an earlier entry with more calls."""
        return self == replace(
            earlier, last_time=self.last_time, calls=self.calls, request_id=self.request_id
        )
