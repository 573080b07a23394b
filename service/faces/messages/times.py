"""Times."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp


def timestamp(moment: datetime) -> Timestamp:
    """Convert a time."""
    message = Timestamp()
    message.FromDatetime(moment)
    return message
