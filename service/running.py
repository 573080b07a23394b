"""Runs something until the process is told to stop."""

import asyncio
import signal
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from service import process

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Startable(Protocol[T_co]):
    """What can be started once, and stopped once."""

    async def start(self) -> T_co:
        """Start, and return what others have to know."""

    async def stop(self) -> bool:
        """Stop; return whether everything has ended."""


def run(
    make: Callable[[asyncio.AbstractEventLoop], Startable[T]], announce: Callable[[T], None]
) -> bool:
    """Run until SIGTERM or SIGINT; call `announce` with what the start has returned.

    Return whether everything has ended; otherwise the program must exit without waiting for it.
    Raises what `make` and the start raise.
    """
    process.configure()
    runner = asyncio.Runner()
    has_ended = True
    try:
        has_ended = runner.run(_run(make, announce))
    finally:
        if has_ended:  # otherwise closing would wait for what does not end
            runner.close()
    return has_ended


async def _run(
    make: Callable[[asyncio.AbstractEventLoop], Startable[T]], announce: Callable[[T], None]
) -> bool:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    made = make(loop)
    try:
        started = await made.start()
        process.settle()
        announce(started)
        await stopped.wait()
    finally:
        has_ended = await made.stop()
    return has_ended


async def finish(stopping: Iterable["asyncio.Future[None]"], seconds: float) -> bool:
    """Wait for what is stopping, but not longer than this; return whether all has stopped.

    Raises the errors of what has stopped.
    """
    done, remaining = await asyncio.wait(stopping, timeout=seconds)
    for each in done:
        each.result()
    return not remaining
