"""Times."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_OF_A_DAY = 86_400


def timestamp(moment: datetime) -> Timestamp:
    """Convert a time."""
    since = moment - _EPOCH  # Timestamp.FromDatetime takes three times as long
    return Timestamp(
        seconds=since.days * _SECONDS_OF_A_DAY + since.seconds, nanos=since.microseconds * 1_000
    )
