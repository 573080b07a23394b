"""Starts to send traces, if that is wanted and possible."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from service.insight.calls import ObservedCalls
from service.reading.history_replay import HistoryReplay
from training.ports import Store


class TraceExport:
    """Sends the traces of a server to an OTLP endpoint."""

    def __init__(
        self, endpoint: str, version: str, calls: ObservedCalls, store: Store, replay: HistoryReplay
    ) -> None:
        """Begin. Raises ValueError without the libraries."""
        try:
            from service.insight.traces import Traces  # noqa: PLC0415 (an extra)
        except ModuleNotFoundError as error:
            raise ValueError(
                f"--traces needs {error.name}: pip install 'clearprop-server[otel]'"
            ) from None
        self._traces = traces = Traces.to(endpoint, version)
        calls.on_begin(traces.call_began)
        calls.on_end(traces.call_ended)
        store.on_write(traces.prepare)
        store.on_transaction(traces.transaction_ended)
        observe = replay.observe

        @contextmanager
        def observed() -> Iterator[None]:
            with observe(), traces.replay():
                yield

        replay.observe = observed

    @property
    def close(self) -> Callable[[], None]:
        """Send what is left; this can take long if the endpoint does not answer."""
        return self._traces.close
