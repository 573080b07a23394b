"""Whether the server accepts calls, and why not."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """A word for the state of the server, and the reason if it does not accept calls."""

    status: str
    reason: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether calls should be sent to this server."""
        return not self.reason


_SERVING = Status("serving")
_DRAINING = Status("draining", "the server is stopping")
_STORE_FAILING = Status("store failing", "the store is not writable; runs wait until it is")
_NOT_CONNECTED = Status(
    "not connected",
    "the store cannot be read, or does not tell what other processes change",
)
_SLOW = Status("slow", "calls wait too long")


class Readiness:
    """What is known of the state of the server. `changed` is called with each new status."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, changed: Callable[[Status], object]
    ) -> None:
        self._loop = loop
        self._changed = changed
        self._is_writable = self._is_connected = self._is_responding = True
        self._is_draining = False

    @property
    def status(self) -> Status:
        """The status now; the reason that lasts longest if there are several."""
        if self._is_draining:
            return _DRAINING
        if not self._is_writable:
            return _STORE_FAILING
        if not self._is_connected:
            return _NOT_CONNECTED
        return _SERVING if self._is_responding else _SLOW

    def store_changed(self, is_writable: bool) -> None:
        """Note whether the store can be written; called in the thread that writes."""
        if is_writable:
            logger.info("the store is writable again; health is SERVING")
        else:
            logger.error("%s; health is NOT_SERVING", _STORE_FAILING.reason)
        self._loop.call_soon_threadsafe(self._set_writable, is_writable)

    def connection_changed(self, is_connected: bool) -> None:
        """Note whether a shared store can be read, and tells what other processes change."""
        if is_connected:
            logger.info("the store is connected again; health is SERVING")
        else:
            logger.error("%s; health is NOT_SERVING", _NOT_CONNECTED.reason)
        self._is_connected = is_connected
        self._changed(self.status)

    def response_changed(self, is_responding: bool) -> None:
        """Note whether calls are served in time."""
        if is_responding:
            logger.info("calls are served in time again; health is SERVING")
        else:
            logger.warning("%s; health is NOT_SERVING", _SLOW.reason)
        self._is_responding = is_responding
        self._changed(self.status)

    def drain(self) -> None:
        """Note that the server stops, permanently."""
        self._is_draining = True

    def _set_writable(self, is_writable: bool) -> None:
        self._is_writable = is_writable
        self._changed(self.status)
