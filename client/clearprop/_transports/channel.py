"""How a channel to a server is set up, in both forms of the client."""

from typing import Any

UPLOAD_PATH = "/clearprop.v1.TrainingService/UploadTrainingSet"

CHANNEL_OPTIONS: tuple[tuple[str, Any], ...] = (
    # What the service sends at most (GetServerInfo: limits.response_bytes).
    ("grpc.max_receive_message_length", 64 * 2**20),
    # The service allows a ping every 10 s, also when no call is under way.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # Be back soon after a restart of the server.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # A connection of its own for each client, so that one that reads slowly delays no other.
    ("grpc.use_local_subchannel_pool", 1),
)
