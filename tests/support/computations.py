"""A computation that a test ends, or that ends because it is cancelled."""

import asyncio
from threading import Event
from typing import Any

from patience import PATIENCE

from training.cancellation import check_cancelled


class Computation:
    """Goes on until it is cancelled or may end; deaf, it does not notice that it is cancelled."""

    def __init__(self, *, is_deaf: bool = False) -> None:
        self.is_deaf = is_deaf
        self.begun = Event()
        self.may_end = Event()
        self.ended = Event()
        self.error: Exception | None = None

    def __call__(self, *_: Any, **__: Any) -> str:
        self.begun.set()
        try:
            while not self.may_end.wait(0.001):
                if not self.is_deaf:
                    check_cancelled()
        except Exception as error:
            self.error = error
            raise
        finally:
            self.ended.set()
        return "computed"

    async def has_begun(self) -> None:
        assert await asyncio.to_thread(self.begun.wait, PATIENCE)

    async def has_ended(self) -> None:
        assert await asyncio.to_thread(self.ended.wait, PATIENCE)
