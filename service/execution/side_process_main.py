"""The main program of a `SideProcess`: computes what it receives, until nobody is there.

It receives a function with its arguments, or None to cancel the current computation, and answers
each function once: whether it returned, and its result or its error.
"""

import os
import signal
import sys
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

from training.cancellation import Cancellation, cancelled_by
from training.errors import CallCancelled

#: The calls of other clients come first.
_NICENESS: Final = 10


def main() -> None:
    """Serve the connection whose number is the only argument."""
    # Ctrl-C reaches all processes of a terminal; the server stops this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)
    connection = Connection(int(sys.argv[1]))
    received: SimpleQueue[tuple[Cancellation, Any]] = SimpleQueue()
    Thread(target=_receive, args=(connection, received), daemon=True).start()
    while True:
        cancellation, (function, args, kwargs) = received.get()
        try:
            with cancelled_by(cancellation):
                answer = True, function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 (raised by the caller)
            answer = False, error
        connection.send(answer)


def _receive(connection: Connection, received: "SimpleQueue[tuple[Cancellation, Any]]") -> None:
    """Pass on calls, and cancel the current one at once; end the process with its server."""
    current = Cancellation()
    while True:
        try:
            call = connection.recv()
        except (EOFError, OSError):
            os._exit(0)
        if call is None:
            current.cancel(CallCancelled("the call was cancelled"))
        else:
            current = Cancellation()
            received.put((current, call))


if __name__ == "__main__":
    main()
