"""A log that callers cannot fill."""

import asyncio
import logging

#: Within so many seconds, at most so many lines of each kind are written.
PERIOD_SECONDS = 60.0
MOST_LINES = 5


class BoundedLog:
    """Writes the first lines of each kind in a period, and then how many were left out.

    The kinds must be few, and not chosen by callers. For one event loop.
    """

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._written: dict[str, int] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._is_closed = False

    def write(
        self,
        level: int,
        kind: str,
        event: str,
        fields: dict[str, object],
        error: BaseException | None = None,
    ) -> None:
        """Write a line, with the traceback of an error, unless there are too many of this kind."""
        if not self._logger.isEnabledFor(level) or (self._is_closed and level < logging.ERROR):
            return
        count = self._written[kind] = self._written.get(kind, 0) + 1
        if count == 1 and not self._is_closed:
            self._timers[kind] = asyncio.get_running_loop().call_later(
                PERIOD_SECONDS, self._end, level, kind
            )
        if count <= MOST_LINES:
            self._logger.log(level, event, extra=fields, exc_info=error)

    def close(self) -> None:
        """Write only errors from now on: that calls end when a server stops is expected."""
        self._is_closed = True
        for timer in self._timers.values():
            timer.cancel()

    def _end(self, level: int, kind: str) -> None:
        del self._timers[kind]
        more = self._written.pop(kind) - MOST_LINES
        if more > 0:
            fields = {"kind": kind, "count": more, "period": PERIOD_SECONDS}
            self._logger.log(level, "more calls of this kind were not logged", extra=fields)
