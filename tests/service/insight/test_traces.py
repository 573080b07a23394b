"""Spans of calls, transactions and replays."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest
from histories import SetClock
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from service.insight.calls import ObservedCall, ObservedCalls, ObservedMethod
from service.insight.metrics import Metrics
from service.insight.traces import Traces
from storage.memory_store import MemoryStore

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
METHOD = ObservedMethod("grpc", "Train", is_change=True)


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traces(exported: InMemorySpanExporter) -> Traces:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))
    return Traces(provider)


@pytest.fixture
def calls(traces: Traces) -> ObservedCalls:
    calls = ObservedCalls(Metrics())
    calls.on_begin(traces.call_began)
    calls.on_end(traces.call_ended)
    return calls


@pytest.fixture
def store(traces: Traces) -> Iterator[MemoryStore]:
    store = MemoryStore(SetClock())
    store.on_write(traces.prepare)
    store.on_transaction(traces.transaction_ended)
    yield store
    store.close()


def begin(calls: ObservedCalls, parent: str = "") -> ObservedCall:
    return calls.begin(METHOD, "", lambda name: parent if name == "traceparent" else "")


def parents(spans: tuple[ReadableSpan, ...]) -> dict[str, int | None]:
    return {span.name: span.parent.span_id if span.parent else None for span in spans}


async def test_a_call_has_its_transaction_and_its_replay_as_children(
    calls: ObservedCalls, store: MemoryStore, traces: Traces, exported: InMemorySpanExporter
) -> None:
    with begin(calls, PARENT) as call:
        call.network = "net"
        await asyncio.wrap_future(store.write(lambda _: None))
        with traces.replay():
            pass
    spans = exported.get_finished_spans()
    name = "clearprop.v1.TrainingService/Train"
    (own,) = (span for span in spans if span.name == name)
    assert own.context is not None
    assert parents(spans) == {
        "transaction": own.context.span_id,
        "replay": own.context.span_id,
        name: int(PARENT.split("-")[2], 16),
    }
    assert own.context.trace_id == int(PARENT.split("-")[1], 16)
    assert own.attributes is not None
    assert own.attributes["clearprop.network"] == "net"
    assert own.status.status_code is StatusCode.UNSET


async def test_a_call_without_context_begins_a_trace_and_shows_its_error(
    calls: ObservedCalls, exported: InMemorySpanExporter
) -> None:
    with begin(calls) as call:
        call.fail("INTERNAL", "INTERNAL", "", None)
    (span,) = exported.get_finished_spans()
    assert span.parent is None
    assert span.status.status_code is StatusCode.ERROR


async def test_what_belongs_to_no_call_has_no_span(
    store: MemoryStore, traces: Traces, exported: InMemorySpanExporter
) -> None:
    await asyncio.wrap_future(store.write(lambda _: None))
    with traces.replay():
        pass
    assert exported.get_finished_spans() == ()


def test_nothing_is_imported_for_traces_that_are_off() -> None:
    code = "import sys, service.app; assert not [n for n in sys.modules if 'opentelemetry' in n]"
    subprocess.run([sys.executable, "-c", code], check=True)
