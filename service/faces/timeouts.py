"""How long a caller is waited for, whatever the face."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from training.errors import UploadStalled, WatcherTooSlow

T = TypeVar("T")

#: A stream that cannot be written to for this many seconds is cut: its client resumes elsewhere.
WRITE_SECONDS = 10.0

#: A request of which nothing comes for this many seconds is cut: others wait for its place.
READ_SECONDS = 60.0


async def read_timeout(reading: Awaitable[T]) -> T:
    """Wait for what a caller sends next. Raises UploadStalled."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await reading
    except TimeoutError:
        raise UploadStalled(
            f"nothing came of this request for {READ_SECONDS:g} s, and nothing of it is kept: send"
            " all of it again"
        ) from None


async def write_timeout(writing: Awaitable[None]) -> None:
    """Wait until a caller takes what is sent. Raises WatcherTooSlow."""
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await writing
    except TimeoutError:
        raise WatcherTooSlow(
            f"this stream could not be written to for {WRITE_SECONDS:g} s: call again, and read on"
            " without long breaks; a watch from the update after the last one that you have read"
        ) from None
