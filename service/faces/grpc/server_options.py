"""The options of the gRPC server: sizes, streams, ages and pings of connections."""

from training.limits import Limits

#: The time for the first bytes of a connection, in seconds.
_HANDSHAKE_SECONDS = 10

#: A connection that does not answer a ping is closed, with its calls.
_PING_SECONDS, _PING_TIMEOUT_SECONDS = 60, 20

_LARGEST = 2**31 - 1


def server_options(limits: Limits) -> list[tuple[str, int]]:
    """Return the options of a gRPC server with these limits."""
    return [
        ("grpc.max_receive_message_length", limits.request_bytes),
        ("grpc.max_send_message_length", limits.response_bytes),
        # Otherwise a second server could listen on the same port unnoticed.
        ("grpc.so_reuseport", 0),
        # All calls that a client may make fit into one connection: further ones would wait in the
        # client, without an error.
        ("grpc.max_concurrent_streams", min(limits.calls_of_client, _LARGEST)),
        # A stream that its client resets counts until the client has answered a ping: otherwise a
        # flood of resets (CVE-2023-44487) fills the queue in which the calls of others wait.
        ("grpc.http2.ping_on_rst_stream_percent", 100),
        ("grpc.max_allowed_incoming_connections", min(limits.connections, _LARGEST)),
        ("grpc.server_handshake_timeout_ms", _milliseconds(_HANDSHAKE_SECONDS)),
        ("grpc.max_connection_idle_ms", _milliseconds(limits.idle_seconds)),
        ("grpc.max_connection_age_ms", _milliseconds(limits.connection_seconds)),
        # Calls that compute can end; a watch is resumed over the next connection.
        ("grpc.max_connection_age_grace_ms", _milliseconds(limits.computing_seconds)),
        ("grpc.keepalive_time_ms", _milliseconds(_PING_SECONDS)),
        ("grpc.keepalive_timeout_ms", _milliseconds(_PING_TIMEOUT_SECONDS)),
        # A client may ping as often as it likes, also without active calls: gRPC reads no more
        # while 10,000 answers wait. It would close the connection only when it can write to it, and
        # until then append to an error for each further ping, in quadratic time.
        ("grpc.http2.max_ping_strikes", 0),
        ("grpc.keepalive_permit_without_calls", 1),
    ]


def _milliseconds(seconds: int) -> int:
    return min(1000 * seconds, _LARGEST)
