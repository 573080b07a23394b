"""Calls for the server itself."""

from clearprop.calls.base import PAGE_SIZE, Call, Pages
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.audit_pb2 import AuditEntry


def back_up_store() -> Call[pb.BackUpStoreResponse]:
    """Copy the store."""
    return Call(pb.BackUpStoreRequest(), pb.BackUpStoreResponse)


def list_audit_entries() -> Pages[pb.ListAuditEntriesResponse, AuditEntry]:
    """List the audit log, latest entries first."""
    return Pages(
        lambda token: Call(
            pb.ListAuditEntriesRequest(page_size=PAGE_SIZE, page_token=token),
            pb.ListAuditEntriesResponse,
        ),
        lambda page: (page.entries, page.next_page_token),
    )


def get_server_info() -> Call[pb.GetServerInfoResponse]:
    """Read the server's version, limits and functions."""
    return Call(pb.GetServerInfoRequest(), pb.GetServerInfoResponse)
