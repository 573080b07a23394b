"""All readers of histories from one store, with their shared caches."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.reading.cache_uses import CacheUses
from service.reading.examples_cache import ExamplesCache
from service.reading.history_replay import HistoryReplay
from service.reading.selection_reader import SelectionReader
from service.reading.state_cache import StateCache
from service.reading.state_reader import StateReader
from service.reading.update_pages import UpdatePages
from training.ports import Store


@dataclass(frozen=True, slots=True)
class Readers:
    """The readers of a store; each user gets only those that it needs."""

    examples: ExamplesCache
    states: StateReader
    pages: UpdatePages
    selections: SelectionReader
    replay: HistoryReplay
    cache_uses: Mapping[str, CacheUses]

    @classmethod
    def of(cls, store: Store) -> "Readers":
        """Return the readers of a store."""
        examples, state_cache = ExamplesCache(), StateCache()
        replay = HistoryReplay(store, examples)
        states = StateReader(store, state_cache, replay)
        pages = UpdatePages(store, state_cache, replay)
        selections = SelectionReader(store, examples, states, pages)
        uses = {
            "states": state_cache.uses,
            "examples": examples.uses,
            "pages": pages.uses,
            "live pages": pages.live_uses,
        }
        return cls(examples, states, pages, selections, replay, uses)
