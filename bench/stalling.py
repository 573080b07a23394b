"""Watchers that read one message and then wait to be stopped: `python -m bench.stalling TARGET …`.

With the names of a server, a network and how many watchers, each on a connection of its own. When
their input ends they read on, and tell how their streams end, a line each.
"""

import sys
from typing import Any

import grpc
from clearprop.v1.training_service_pb2 import WatchUpdatesRequest, WatchUpdatesResponse

WATCH = "/clearprop.v1.TrainingService/WatchUpdates"
_OPTIONS = [
    # Otherwise a slow machine looks like a long line, whose client lets the server send megabytes.
    ("grpc.http2.bdp_probe", 0),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", 64 * 2**20),
]


def main(target: str, network: str, count: str) -> None:
    """Watch until the process is stopped, or ended."""
    streams = []
    for _ in range(int(count)):
        channel = grpc.insecure_channel(target, options=_OPTIONS)
        watch = channel.unary_stream(
            WATCH,
            request_serializer=WatchUpdatesRequest.SerializeToString,
            response_deserializer=WatchUpdatesResponse.FromString,
        )
        streams.append(watch(WatchUpdatesRequest(network=network, start_update=0)))
        next(streams[-1])
    sys.stdout.write("watching\n")
    sys.stdout.flush()
    sys.stdin.read()
    for stream in streams:
        sys.stdout.write(f"{_end(stream)}\n")


def _end(stream: Any) -> str:  # noqa: ANN401 (an iterator and a call, for which gRPC has no type)
    try:
        while True:
            next(stream)
    except grpc.RpcError:
        return f"{stream.code().name}: {stream.details()}"


if __name__ == "__main__":
    main(*sys.argv[1:])
