"""Timeouts for reading from and writing to callers, for every face."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from training.errors import UploadStalled, WatcherTooSlow
from training.limits import Limits

T = TypeVar("T")

#: A stream that cannot be written to for this many seconds is ended; its client can resume later.
WRITE_SECONDS = 10.0

#: A request that sends no data for this many seconds is ended, so that others can use its slot.
READ_SECONDS = 60.0


async def read_timeout(reading: Awaitable[T]) -> T:
    """Wait for the next data from a caller. Raises UploadStalled."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await reading
    except TimeoutError:
        raise UploadStalled(
            f"received no data for {READ_SECONDS:g} s and stored nothing: send the whole request"
            " again"
        ) from None


def body_timeout(limits: Limits) -> UploadStalled:
    """Return the error of a request that has not arrived in time, or a line of it."""
    seconds = limits.body_seconds
    return UploadStalled(
        f"the request, or a line of it, was not complete after {seconds} s: send it faster, or in"
        " smaller requests or lines",
        limit="body_seconds",
        value=seconds,
    )


async def write_timeout(writing: Awaitable[None]) -> None:
    """Wait until a caller has accepted data. Raises WatcherTooSlow."""
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await writing
    except TimeoutError:
        raise WatcherTooSlow(
            f"could not write to the stream for {WRITE_SECONDS:g} s: call again and read without"
            " long pauses; resume a watch from the update after the last one received"
        ) from None
