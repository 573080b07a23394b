"""The audit log."""

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.audit import audit_entry
from service.faces.messages.pages import PageResponse, page, page_number
from service.use_cases.audit import AuditEntries
from training.limits import Limits


class AuditHandlers:
    """The RPC that lists the audit log."""

    def __init__(self, entries: AuditEntries, limits: Limits) -> None:
        self._entries = entries
        self._limits = limits

    def list_audit_entries(self, request: pb.ListAuditEntriesRequest) -> PageResponse:
        """List the entries of the audit log, latest first."""
        found = page(
            request,
            page_number,
            self._entries.page,
            lambda entry: entry.number,
            audit_entry,
            self._limits.page_bytes,
        )
        rest = pb.ListAuditEntriesResponse(next_page_token=found.next_token)
        return PageResponse(rest, "entries", found.items)
