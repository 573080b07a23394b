"""Entries of the audit log as messages."""

from clearprop.v1 import audit_pb2

from service.faces.messages.times import timestamp
from training.audit import AuditEntry


def audit_entry(source: AuditEntry) -> audit_pb2.AuditEntry:
    """Return an entry of the audit log as a message."""
    return audit_pb2.AuditEntry(
        entry=source.number,
        first_time=timestamp(source.first_time),
        last_time=timestamp(source.last_time),
        calls=source.calls,
        principal=source.principal,
        address=source.address,
        method=source.method,
        resource=source.resource,
        run=source.run,
        request_id=source.request_id,
        code=source.code,
    )
