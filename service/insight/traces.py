"""Traces for OpenTelemetry: a span for each call, its transaction and its replays as children.

Imported only if a server sends traces: the libraries are in the extra `otel`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import time_ns
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.insight.calls import ObservedCall, current_call
from training.ports import Writer

_SERVICE = "clearprop.v1.TrainingService"
_HEADERS = ("traceparent", "tracestate")

#: How long an export may take, with its retries, in seconds: a server that stops waits for it.
_EXPORT_SECONDS = 2

#: Codes that are errors of the server, not of the client.
_ERRORS = {"INTERNAL", "DATA_LOSS", "UNAVAILABLE", "DEADLINE_EXCEEDED"}


class Traces:
    """Makes spans and hands them to a provider, which exports them."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("clearprop")
        self._context = TraceContextTextMapPropagator()
        # The calls of the current transaction; used in the thread that writes only.
        self._writing: list[Span] = []

    @classmethod
    def to(cls, endpoint: str, version: str) -> "Traces":
        """Export to an OTLP endpoint over gRPC, such as http://127.0.0.1:4317."""
        resource = Resource.create({"service.name": "clearprop", "service.version": version})
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(
            BatchSpanProcessor(OTLPSpanExporter(endpoint, timeout=_EXPORT_SECONDS))
        )
        return cls(provider)

    def call_began(self, call: ObservedCall) -> None:
        """Begin the span of a call, in the context that its caller sends."""
        sent = {name: value for name in _HEADERS if (value := call.header(name))}
        call.span = self._tracer.start_span(
            f"{_SERVICE}/{call.method}",
            self._context.extract(sent),
            SpanKind.SERVER,
            {"rpc.system": call.face, "rpc.service": _SERVICE, "rpc.method": call.method},
        )

    def call_ended(self, call: ObservedCall) -> None:
        """End the span of a call."""
        span = _span(call)
        if span is None:
            return
        span.set_attribute("clearprop.code", call.code)
        if call.network:
            span.set_attribute("clearprop.network", call.network[:100])
        if call.run:
            span.set_attribute("clearprop.run", call.run)
        if call.code in _ERRORS:
            span.set_status(StatusCode.ERROR)
        span.end()

    def prepare(self, work: Callable[[Writer], Any]) -> Callable[[Writer], Any]:
        """Return the work of a call, which notes that the call has a part in the transaction."""
        span = _span(current_call())
        if span is None:
            return work

        def noted(writer: Writer) -> Any:  # noqa: ANN401 (the result of the work)
            if span not in self._writing:  # it may be tried again
                self._writing.append(span)
            return work(writer)

        return noted

    def transaction_ended(self, seconds: float, is_committed: bool) -> None:
        """Add the transaction to the spans of its calls; called in the thread that writes."""
        writing, self._writing = self._writing, []
        end = time_ns()
        for parent in writing:
            child = self._tracer.start_span(
                "transaction",
                trace.set_span_in_context(parent),
                start_time=end - int(seconds * 1e9),
                attributes={"clearprop.committed": is_committed},
            )
            child.end(end)

    @contextmanager
    def replay(self) -> Iterator[None]:
        """Make a span for a replay, if it belongs to a call."""
        parent = _span(current_call())
        if parent is None:
            yield
            return
        with self._tracer.start_as_current_span("replay", trace.set_span_in_context(parent)):
            yield

    def close(self) -> None:
        """Export what is left."""
        self._provider.shutdown()


def _span(call: ObservedCall | None) -> Span | None:
    return None if call is None or not isinstance(call.span, Span) else call.span
