"""A process for computations that would hold Python's interpreter lock for long.

It is started on first use, ends when it is not used any more, and is started again on the next use.
It is a plain subprocess:
`multiprocessing` would import the program that started the server again, and start a process that
tracks resources.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe
from threading import Lock, Timer
from typing import Any, Final, ParamSpec, TypeVar

from training.cancellation import check_cancelled
from training.error_kinds import ClearpropError

P = ParamSpec("P")
R = TypeVar("R")

#: How often a waiting call checks whether it is cancelled, in seconds.
_CHECK_SECONDS: Final = 0.02

#: How long the process has to stop a cancelled computation before it is killed, in seconds.
_STOP_SECONDS: Final = 0.1

#: How long the process stays when it has nothing to do, in seconds.
IDLE_SECONDS: Final = 20.0


class SideProcessEnded(Exception):
    """The process has ended during a computation, twice."""


class SideProcess:
    """Calls functions in another process, one at a time. Thread-safe."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._ends: Timer | None = None
        self._turn = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the result of a function of a module; it and its arguments are pickled.

        If the current computation is cancelled, the function is stopped: it ends at its next
        `check_cancelled()`, or with its process.

        Raises what the function raises, SideProcessEnded.
        """
        with self._its_turn():
            for _ in range(2):  # the process may have ended since the last call
                try:
                    is_result, found = self._answer((function, args, kwargs))
                except (EOFError, OSError):
                    self._kill()
                    continue
                if not is_result:
                    raise found
                result: R = found
                return result
        raise SideProcessEnded("the process for long computations has ended; retry the call")

    def stop(self) -> None:
        """End the process, and the computation in it."""
        if self._ends is not None:
            self._ends.cancel()
        process = self._process
        if process is not None:
            process.kill()  # a waiting call finds its connection closed
            process.wait()

    @contextmanager
    def _its_turn(self) -> Iterator[None]:
        while not self._turn.acquire(timeout=_CHECK_SECONDS):
            check_cancelled()
        try:
            if self._ends is not None:
                self._ends.cancel()
            yield
        finally:
            self._end_later()
            self._turn.release()

    def _end_later(self) -> None:
        """End the process after a time, unless it is used until then."""
        if self._process is not None:
            self._ends = Timer(self._idle_seconds, self._end)
            self._ends.daemon = True
            self._ends.start()

    def _end(self) -> None:
        if self._turn.acquire(blocking=False):  # else it is in use again
            try:
                self._kill()
            finally:
                self._turn.release()

    def _answer(self, call: object) -> tuple[bool, Any]:
        """Return whether the function has returned, and its result or its error."""
        connection = self._started()
        try:
            connection.send(call)
            while not connection.poll(_CHECK_SECONDS):
                check_cancelled()
        except ClearpropError:
            self._cancel(connection)
            raise
        answer: tuple[bool, Any] = connection.recv()
        return answer

    def _started(self) -> Connection:
        if self._connection is None:
            ours, theirs = Pipe()
            with theirs:
                number = theirs.fileno()
                module = "service.execution.side_process_main"
                self._process = subprocess.Popen(  # noqa: S603 (this module's own command)
                    [sys.executable, "-m", module, str(number)],
                    stdin=subprocess.DEVNULL,
                    pass_fds=(number,),
                )
            self._connection = ours
        return self._connection

    def _cancel(self, connection: Connection) -> None:
        """Stop the computation; its answer is not needed any more."""
        try:
            connection.send(None)
            if connection.poll(_STOP_SECONDS):
                connection.recv_bytes()
                return
        except (EOFError, OSError):
            pass
        self._kill()

    def _kill(self) -> None:
        if self._process is not None and self._connection is not None:
            self._process.kill()
            self._process.wait()
            self._connection.close()
        self._process = self._connection = None
