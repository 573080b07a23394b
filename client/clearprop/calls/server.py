"""Calls for the server itself."""

from clearprop.calls.base import Call
from clearprop.v1 import training_service_pb2 as pb


def back_up_store() -> Call[pb.BackUpStoreResponse]:
    """Copy the store."""
    return Call(pb.BackUpStoreRequest(), pb.BackUpStoreResponse)


def get_server_info() -> Call[pb.GetServerInfoResponse]:
    """Read the server's version, limits and functions."""
    return Call(pb.GetServerInfoRequest(), pb.GetServerInfoResponse)
