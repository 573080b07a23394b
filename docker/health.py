"""Exits with code 0 if the server in this container is healthy, and with code 1 otherwise."""

import sys

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc


def is_serving(target: str) -> bool:
    """Return whether the server at `target` (HOST:PORT) is healthy."""
    with grpc.insecure_channel(target) as channel:
        request = health_pb2.HealthCheckRequest()
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=4.0)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


if __name__ == "__main__":
    sys.exit(0 if is_serving("127.0.0.1:50051") else 1)
