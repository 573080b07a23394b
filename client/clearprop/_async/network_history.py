"""The updates of a network, kept and to come, for asyncio."""

from collections.abc import AsyncIterator
from typing import Unpack

from clearprop._async.network_handle import AsyncNetworkHandle
from clearprop.calls import history
from clearprop.changes import Comparison, WeightChange
from clearprop.columns import Columns
from clearprop.keywords import check_methods
from clearprop.options import (
    DetailName,
)
from clearprop.snapshots import History, Snapshot, State
from clearprop.verifications import Verification
from clearprop.watches import Watched, WatchOptions, watch_request


@check_methods
class AsyncNetworkHistory(AsyncNetworkHandle):
    """What a network offers about its history."""

    async def state(self, update: int | None = None, *, full: bool = False) -> State:
        """Read the network at any update, by default the latest.

        With `full` the mean gradient that made it comes too, and the activations for the last
        example of its batch.
        """
        call = history.get_state(self.id, update, full=full)
        response = await self._connection.call(call)
        return State(response.state)

    def updates(
        self, *, start: int | None = None, end: int | None = None, detail: DetailName = "parameters"
    ) -> AsyncIterator[Snapshot]:
        """Yield the updates that there are, from `start` to `end`, by default all that are kept."""
        return self._connection.pages(history.list_updates(self.id, start, end, detail), Snapshot)

    async def history(
        self, max_points: int = 1_000, *, start: int | None = None, end: int | None = None
    ) -> History:
        """Read the way of the cost from `start` to `end`, by default of all that is kept.

        At most `max_points` updates, 2 to 10,000, however long the history is: all of them, or
        the first, the last, and the lowest and highest costs between.
        """
        call = history.get_history(self.id, max_points, start, end)
        return History(await self._connection.call(call))

    async def watch(
        self, *, start: int | None = None, **options: Unpack[WatchOptions]
    ) -> AsyncIterator[Watched]:
        """Yield updates and changes of runs as they happen, without an end.

        `start` is the first update to be yielded, those that there are come first; without it only
        those to come. Goes on by itself after a lost connection, without a gap or a duplicate.
        `options`: see WatchOptions.
        """
        request = watch_request(self.id, self.uid, start=start, **options)
        async for item in self._connection.watch(request):
            if not isinstance(item, Columns):
                yield item

    async def columns(
        self, *, start: int | None = None, **options: Unpack[WatchOptions]
    ) -> AsyncIterator[Columns]:
        """Yield the updates that `watch` yields as columns of numbers, many at once."""
        request = watch_request(self.id, self.uid, start=start, columns=True, **options)
        async for item in self._connection.watch(request):
            if isinstance(item, Columns):
                yield item

    async def compare(
        self, base: int, update: int | None = None, *, base_network: str = "", most: int = 100
    ) -> Comparison:
        """Set two updates side by side, by default with the latest.

        `base` is an update of `base_network` where that is given: another network with the same
        layers, such as the one that this was forked from. `most` of the changes come with it, the
        largest, 1 to 1,000; `changes` yields all of them.
        """
        call = history.compare_updates(self.id, base, update, base_network, most)
        return Comparison(await self._connection.call(call))

    def changes(
        self, base: int, update: int | None = None, *, base_network: str = ""
    ) -> AsyncIterator[WeightChange]:
        """Yield all parameters that differ between two updates, the largest change first.

        `base_network` as in `compare`.
        """
        pages = history.list_changes(self.id, base, update, base_network)
        return self._connection.pages(pages, WeightChange)

    async def verify(self) -> AsyncIterator[Verification]:
        """Verify the history: make every update again, and compare all that is stored.

        Yields how far it has come, some times a second; the last is `done`, or has the first
        `difference`. Stop iterating to stop the work.
        """
        async for response in self._connection.stream(history.verify_history(self.id)):
            yield Verification(response)
