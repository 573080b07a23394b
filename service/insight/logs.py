"""The one place in which logging is configured, for this project and for its libraries.

All modules write with `logging`, and give fields in `extra`; structlog renders them.
"""

import logging
import sys
from collections.abc import Sequence
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Libraries that write more than what an operator needs: their least levels.
_LEVELS = {
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
    "numba": logging.WARNING,
    # It warns before each retry, and reports an export that failed as an error.
    "opentelemetry": logging.ERROR,
    # Warnings of uvicorn are about invalid requests from clients.
    "uvicorn.error": logging.ERROR,
}

#: gRPC's logger of what its server meets.
_GRPC = "grpc._cython.cygrpc"

#: A longer text is cut: it may come from a client.
_LONGEST_TEXT = 500

#: The keys of texts with several lines.
_TRACEBACKS = {"exception", "stack"}


def configure(form: str, level: str) -> None:
    """Write all logs to the standard error, as text or json, from a level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(form),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name, least in _LEVELS.items():
        logging.getLogger(name).setLevel(max(least, logging.getLogger().level))
    logging.getLogger(_GRPC).addFilter(_is_not_a_departure)


def _is_not_a_departure(record: logging.LogRecord) -> bool:
    """Return False if gRPC reports that a client had gone before it was answered.

    It does so as an error, with a traceback. The call itself has its own line and metrics.
    """
    error = record.exc_info[1] if record.exc_info else None
    return type(error).__name__ != "ExecuteBatchError"


def _rendering(form: str) -> Sequence[Processor]:
    if form == "json":
        return [
            structlog.processors.format_exc_info,
            _printable,
            structlog.processors.JSONRenderer(),
        ]
    # The default shows the variables of each frame in a traceback, which can be weights.
    text = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        pad_event_to=0,
        pad_level=False,
        exception_formatter=structlog.dev.plain_traceback,
    )
    return [_printable, _upper_level, text]


def _upper_level(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["level"] = event["level"].upper()
    return event


def _printable(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Cut texts, and escape control characters, which could change what a terminal shows.

    Fields that begin with _ are those of a library, such as Ray, for itself.
    """
    return {
        key: value if key in _TRACEBACKS else _shown(value)
        for key, value in event.items()
        if not key.startswith("_")
    }


def _shown(value: Any) -> Any:  # noqa: ANN401 (of any type)
    if not isinstance(value, str):
        return value
    text = value[: _LONGEST_TEXT + 1]
    if not text.isprintable():
        text = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
