"""The history of a network, for asyncio."""

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
from clearprop.summaries import Summaries
from clearprop.verifications import Verification
from clearprop.watches import Watched, WatchOptions, watch_request


@check_methods
class AsyncNetworkHistory(AsyncNetworkHandle):
    """Methods of a network that read its history."""

    async def state(self, update: int | None = None, *, full: bool = False) -> State:
        """Read the network's state at any update, by default the latest.

        With `full`, the state includes the gradients of the update, and the activations for the
        last example of its batch.
        """
        call = history.get_state(self.id, update, full=full)
        response = await self._connection.call(call)
        return State(response.state)

    def updates(
        self, *, start: int | None = None, end: int | None = None, detail: DetailName = "parameters"
    ) -> AsyncIterator[Snapshot]:
        """Yield the stored updates from `start` to `end`, by default all of them."""
        return self._connection.pages(history.list_updates(self.id, start, end, detail), Snapshot)

    async def history(
        self,
        max_points: int = 1_000,
        *,
        start: int | None = None,
        end: int | None = None,
        validated: bool = False,
    ) -> History:
        """Read the cost curve from `start` to `end`, by default of the whole history.

        A long history is downsampled to at most `max_points` updates, 2 to 10,000: the first, the
        last, and the lowest and highest costs between them. With `validated`, it has only updates
        with a validation, and is downsampled by the costs of these.
        """
        call = history.get_history(self.id, max_points, start, end, validated=validated)
        return History(await self._connection.call(call))

    async def watch(
        self, *, start: int | None = None, **options: Unpack[WatchOptions]
    ) -> AsyncIterator[Watched]:
        """Yield updates and state changes of runs as they happen. The iterator does not end.

        With `start`, stored updates from this number on come first; without it, only new ones come.
        Resumes automatically after a lost connection, without a gap or a duplicate. For the
        options, see `WatchOptions`.
        """
        request = watch_request(self.id, self.uid, start=start, **options)
        async for item in self._connection.watch(request):
            if not isinstance(item, Columns):
                yield item

    async def columns(
        self, *, start: int | None = None, **options: Unpack[WatchOptions]
    ) -> AsyncIterator[Columns]:
        """Yield the updates of `watch` as columns of numbers, many at a time."""
        request = watch_request(self.id, self.uid, start=start, columns=True, **options)
        async for item in self._connection.watch(request):
            if isinstance(item, Columns):
                yield item

    async def compare(
        self, base: int, update: int | None = None, *, base_network: str = "", most: int = 100
    ) -> Comparison:
        """Compare the parameters of two updates, `base` and `update`, by default the latest.

        With `base_network`, `base` is an update of another network with the same layers, such as
        the one that this network was forked from. The result has the `most` largest changes, 1 to
        1,000; `changes` yields all of them.
        """
        call = history.compare_updates(self.id, base, update, base_network, most)
        return Comparison(await self._connection.call(call))

    def changes(
        self, base: int, update: int | None = None, *, base_network: str = ""
    ) -> AsyncIterator[WeightChange]:
        """Yield all parameters that differ between two updates, the largest changes first.

        The arguments are those of `compare`.
        """
        pages = history.list_changes(self.id, base, update, base_network)
        return self._connection.pages(pages, WeightChange)

    async def summarize(
        self,
        max_points: int = 50,
        *,
        start: int | None = None,
        end: int | None = None,
        max_bins: int = 32,
        training_set: str = "",
    ) -> Summaries:
        """Summarize what training does to each layer, from `start` to `end`, by default always.

        A long history is thinned to at most `max_points` updates, 2 to 200. Each has, for each
        layer, the norms of its gradient and of its update, histograms with up to `max_bins` bins, 8
        to 64, and the numbers of dead and saturated units. Activations are those for up to 256
        examples of the training set, by default those of the latest run.
        """
        call = history.summarize_updates(
            self.id, max_points, start, end, max_bins=max_bins, training_set=training_set
        )
        return Summaries(await self._connection.call(call))

    async def verify(self) -> AsyncIterator[Verification]:
        """Recompute every update of the history, and compare the results with what is stored.

        Yields the progress several times per second. The last item is `done`, or has the first
        `difference`. To stop the verification, stop iterating.
        """
        async for response in self._connection.stream(history.verify_history(self.id)):
            yield Verification(response)
