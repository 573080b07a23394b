"""Calls about the server itself."""

from clearprop.calls.base import Call
from clearprop.v1 import training_service_pb2 as pb


def get_server_info() -> Call[pb.GetServerInfoResponse]:
    """Ask what the server is."""
    return Call(pb.GetServerInfoRequest(), pb.GetServerInfoResponse)
