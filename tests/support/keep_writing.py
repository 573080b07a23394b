"""Appends to a network for ever, and prints the head's latest update when it is durable."""

import sys
from pathlib import Path

from histories import SetClock, append, begin

from storage.sqlite import SqliteStore

store = SqliteStore(Path(sys.argv[1]), SetClock())
story = begin(store)
append(store, story.opening())
while True:
    # Segments of many pages, so that a kill falls into the writing of one.
    append(store, story.growth(1 + story.head.latest_update % 5000, keyframe=True))
    print(story.head.latest_update, flush=True)  # noqa: T201 — the test reads it
