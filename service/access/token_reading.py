"""Reads the tokens again regularly, because another replica may create and revoke some."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from service.access.token_grants import TokenGrants
from service.background_task import BackgroundTask
from service.threads import Threads
from training.access import Token
from training.errors import DamagedHistory, StoreUnavailable

logger = logging.getLogger(__name__)

#: The interval in seconds: so long a token that another replica revokes may still be accepted.
_SECONDS = 1.0


class TokenReading(BackgroundTask):
    """Keeps the grants of a replica equal to the stored tokens."""

    def __init__(
        self, grants: TokenGrants, read: Callable[[], Sequence[Token]], threads: Threads
    ) -> None:
        self._grants = grants
        self._read = read
        self._threads = threads

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS)
            try:
                await self.read_again()
            except (StoreUnavailable, DamagedHistory) as error:
                logger.warning("the tokens cannot be read again: %s", error)

    async def read_again(self) -> None:
        """Read the tokens once. Raises StoreUnavailable, DamagedHistory."""
        changes = self._grants.changes
        tokens = await self._threads.run(self._read)
        # A token that was created or revoked here meanwhile may be missing among them, or not.
        if self._grants.changes == changes:
            self._grants.load(tokens)
