"""The options of the channel to a server, in both forms of the client."""

from typing import Any

UPLOAD_PATH = "/clearprop.v1.TrainingService/UploadTrainingSet"

CHANNEL_OPTIONS: tuple[tuple[str, Any], ...] = (
    # The largest response of the service (GetServerInfo: limits.response_bytes).
    ("grpc.max_receive_message_length", 64 * 2**20),
    # The service allows a ping every 10 s, even without calls in progress.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # Reconnect soon after a restart of the server.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # Each client has its own connection, so that one that reads slowly does not delay others.
    ("grpc.use_local_subchannel_pool", 1),
)
