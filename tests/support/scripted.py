"""A server that says what a test tells it to say: breaks streams, loses replies, is unavailable.

A real server does none of that on demand. What a real one can show is tested with a real one.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

import grpc
from clearprop.v1 import training_service_pb2 as pb
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

SERVICE = pb.DESCRIPTOR.services_by_name["TrainingService"]


@dataclass(frozen=True)
class Refusal:
    """An error as the service sends it."""

    code: grpc.StatusCode
    message: str = "no"
    reason: str = ""
    retry_after: float | None = None
    violations: Sequence[tuple[str, str]] = ()
    metadata: tuple[tuple[str, str], ...] = ()

    def status(self) -> grpc.Status:
        status = Status(code=self.code.value[0], message=self.message)
        if self.reason:
            info = ErrorInfo(reason=self.reason, domain="clearprop", metadata=dict(self.metadata))
            status.details.add().Pack(info)
        if self.violations:
            bad = BadRequest()
            for field, description in self.violations:
                bad.field_violations.add(field=field, description=description)
            status.details.add().Pack(bad)
        if self.retry_after is not None:
            delay = Duration(nanos=int(self.retry_after * 1e9))
            status.details.add().Pack(RetryInfo(retry_delay=delay))
        return rpc_status.to_status(status)


#: What a call is answered with; for a stream a list of it.
Answer: TypeAlias = Message | Refusal

SOON = Refusal(grpc.StatusCode.UNAVAILABLE, "stopping", "DRAINING", retry_after=0.01)


class ScriptedServer:
    """Answers each call of a method with the next of the answers that it was told."""

    def __init__(self, credentials: grpc.ServerCredentials | None = None) -> None:
        self.requests: dict[str, list[Any]] = defaultdict(list)
        #: The header `authorization` of each call, None without one.
        self.authorizations: list[str | bytes | None] = []
        self._script: dict[str, deque[Sequence[Answer]]] = defaultdict(deque)
        self._server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers(
            [
                grpc.method_handlers_generic_handler(
                    SERVICE.full_name,
                    {method.name: self._handler(method) for method in SERVICE.methods},
                )
            ]
        )
        free = "127.0.0.1:0"
        if credentials is None:
            port = self._server.add_insecure_port(free)
        else:
            port = self._server.add_secure_port(free, credentials)
        self.target = f"127.0.0.1:{port}"
        self._server.start()

    def answers(self, method: str, *answers: Answer) -> None:
        """Answer the next calls of a method with these, one for each call."""
        self._script[method].extend([answer] for answer in answers)

    def streams(self, method: str, *streams: Sequence[Answer]) -> None:
        """Answer the next calls of a streaming method with these, one stream for each call."""
        self._script[method].extend(streams)

    def stop(self) -> None:
        self._server.stop(None).wait()

    def _handler(self, method: Any) -> Any:
        kind = grpc.unary_unary_rpc_method_handler
        if method.server_streaming:
            kind = grpc.unary_stream_rpc_method_handler
        if method.client_streaming:
            kind = grpc.stream_unary_rpc_method_handler
        return kind(
            self._uploads(method.name)
            if method.client_streaming
            else self._behaviour(method.name, streaming=method.server_streaming),
            request_deserializer=GetMessageClass(method.input_type).FromString,
            response_serializer=GetMessageClass(method.output_type).SerializeToString,
        )

    def _behaviour(self, name: str, *, streaming: bool) -> Callable[[Any, Any], Any]:
        def stream(request: Any, context: grpc.ServicerContext) -> Iterator[Message]:
            self._note(context)
            self.requests[name].append(request)
            for answer in self._script[name].popleft():
                if isinstance(answer, Refusal):
                    context.abort_with_status(answer.status())
                else:
                    yield answer

        return stream if streaming else lambda request, context: next(stream(request, context))

    def _note(self, context: grpc.ServicerContext) -> None:
        self.authorizations.append(dict(context.invocation_metadata()).get("authorization"))

    def _uploads(self, name: str) -> Callable[[Any, Any], Any]:
        """A call that sends a stream: a refusal comes after its first message, else all are read.

        `requests` then has a list of messages for each call.
        """

        def receive(requests: Iterator[Any], context: grpc.ServicerContext) -> Message:
            self._note(context)
            received: list[Any] = []
            self.requests[name].append(received)
            (answer,) = self._script[name].popleft()
            received.append(next(requests))
            if isinstance(answer, Refusal):
                context.abort_with_status(answer.status())
            received.extend(requests)
            return answer

        return receive
