"""Observes every call, from its arrival to its last byte, for both faces."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from time import monotonic
from types import TracebackType
from typing import Self

from service.admission.call_kinds import CALL_KINDS, COMPUTING, LISTING, QUICK, CallKind
from service.insight.bounded_log import BoundedLog
from service.insight.metrics import Metrics
from service.use_cases.caller import CALLER

logger = logging.getLogger(__name__)

#: A call that takes longer than this, in seconds, is in the log. Others wait for something.
_SLOW_SECONDS: Mapping[CallKind, float] = {QUICK: 1.0, LISTING: 1.0, COMPUTING: 10.0}
_SLOW_SECONDS_OF = {name: _SLOW_SECONDS.get(kind, inf) for name, kind in CALL_KINDS.items()}

#: The level of each code that does not mean that the client made a mistake.
_LEVELS = {
    "DATA_LOSS": logging.ERROR,
    "INTERNAL": logging.ERROR,
    "DEADLINE_EXCEEDED": logging.WARNING,
    "RESOURCE_EXHAUSTED": logging.WARNING,
    "UNAVAILABLE": logging.WARNING,
}

#: Returns a header of a request by its name in lower case, empty if there is none.
Header = Callable[[str], str]

#: The fields of requests, and of calls, that say what they are about.
DESCRIBING = ("network", "run", "training_set", "name", "request_id")

_CURRENT: ContextVar["ObservedCall | None"] = ContextVar("observed_call", default=None)


@dataclass(frozen=True, slots=True)
class ObservedMethod:
    """A method of a face, and whether it changes something."""

    face: str
    name: str
    is_change: bool


class ObservedCall:
    """One call of a face. A context: leaving it ends the call.

    `is_change` if its method changes something; `is_recorded` once its change is in the audit log.
    `span` is that of its trace.
    """

    __slots__ = (
        "_began",
        "_calls",
        "_error",
        "_reason",
        "address",
        "code",
        "face",
        "header",
        "is_change",
        "is_recorded",
        "limit",
        "method",
        "name",
        "network",
        "request_id",
        "resource",
        "run",
        "span",
        "training_set",
    )

    def __init__(
        self, calls: "ObservedCalls", method: ObservedMethod, address: str, header: Header
    ) -> None:
        self._calls = calls
        self._error: BaseException | None = None
        self._reason = ""
        self.face = method.face
        self.method = method.name
        self.is_change = method.is_change
        self.is_recorded = False
        self.span: object = None
        self.address = address
        self.header = header
        self.code = "OK"
        self.limit = ""
        self.network = self.training_set = self.name = self.resource = self.request_id = ""
        self.run = 0

    def fail(self, code: str, reason: str, limit: str, error: BaseException | None) -> None:
        """Note the status with which the call ends; the error if it is an internal one."""
        self.code, self.limit = code, limit
        self._reason, self._error = reason, error

    def sent(self, size: int) -> None:
        """Count bytes of the responses of a stream."""
        self._calls.sent_bytes[self.face] += size

    def __enter__(self) -> Self:
        _CURRENT.set(self)
        self._began = monotonic()
        self._calls.began(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None and self.code == "OK":
            self.code = "CANCELLED"
        self._calls.ended(self, monotonic() - self._began)
        _CURRENT.set(None)

    @property
    def error(self) -> BaseException | None:
        """The internal error with which the call ended."""
        return self._error

    def fields(self, seconds: float) -> dict[str, object]:
        """Return what the log says about it: no content of its request."""
        found = {
            "method": self.method,
            "face": self.face,
            "code": self.code,
            "reason": self._reason,
            "limit": self.limit,
            "principal": CALLER.get(),
            "address": "" if self.address == CALLER.get() else self.address,
            "network": self.network,
            "run": self.run,
            "training_set": self.training_set,
            "request_id": self.request_id or self.header("x-request-id"),
            "latency": round(seconds, 6),
        }
        return {name: value for name, value in found.items() if value not in ("", 0)}


class ObservedCalls:
    """What happens to the calls of a server. For one event loop.

    `sent_bytes` are those of the responses of streams, by face.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._log = BoundedLog(logger)
        self._metrics = metrics
        self._count = 0
        self._begin_listeners: tuple[Callable[[ObservedCall], None], ...] = ()
        self._end_listeners: tuple[Callable[[ObservedCall], None], ...] = ()
        self.sent_bytes: Counter[str] = Counter()

    def count(self) -> int:
        """Return the number of calls under way."""
        return self._count

    def on_begin(self, listener: Callable[[ObservedCall], None]) -> None:
        """Call `listener` with each call when it begins."""
        self._begin_listeners += (listener,)

    def on_end(self, listener: Callable[[ObservedCall], None]) -> None:
        """Call `listener` with each call when it ends."""
        self._end_listeners += (listener,)

    def begin(self, method: ObservedMethod, address: str, header: Header) -> ObservedCall:
        """Return a call that begins when it is entered; `address` is that of the caller."""
        return ObservedCall(self, method, address, header)

    def began(self, call: ObservedCall) -> None:
        """Note a call that has begun."""
        self._count += 1
        for listener in self._begin_listeners:
            listener(call)

    def ended(self, call: ObservedCall, seconds: float) -> None:
        """Note a call that has ended."""
        self._count -= 1
        self._metrics.call_ended(call.face, call.method, call.code, seconds)
        for listener in self._end_listeners:
            listener(call)
        if call.limit:
            self._metrics.limit_hit(call.limit)
        if call.code not in ("OK", "CANCELLED"):
            self._log_failure(call, seconds)
        elif seconds > _SLOW_SECONDS_OF[call.method]:
            self._log.write(logging.WARNING, "SLOW", "slow call", call.fields(seconds))

    def close(self) -> None:
        """Stop to log calls: the server stops, which ends all of them."""
        self._log.close()

    def _log_failure(self, call: ObservedCall, seconds: float) -> None:
        level = _LEVELS.get(call.code, logging.INFO)
        event = "call failed" if level == logging.ERROR else "call refused"
        if call.error is not None:
            event = "internal error while handling a call"
        fields = call.fields(seconds)
        self._log.write(level, str(fields.get("reason", call.code)), event, fields, call.error)


def current_call() -> ObservedCall | None:
    """Return the call to which the current code belongs; None outside of calls."""
    return _CURRENT.get()


def describe(request: object, names: Sequence[str]) -> None:
    """Note what a request of the current call is about; later ones of a stream leave it out.

    `names` are those of DESCRIBING that it has: asking for others would take long.
    """
    call = _CURRENT.get()
    if call is None:
        return
    for name in names:
        value = getattr(request, name)
        if value:
            setattr(call, name, value)
    call.resource = call.network or call.training_set or call.name


def count_sent(size: int) -> None:
    """Count bytes of a response of the stream of the current call."""
    call = _CURRENT.get()
    if call is not None:
        call.sent(size)
