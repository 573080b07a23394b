"""Threads of two processes do random things to the same networks, all at once."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from histories import NOW, SetClock, Story, append, begin
from promises import Promise, rounds

from storage import merging
from storage.postgres import PostgresStore
from training.errors import HeadMoved, NetworkExists, NetworkNotFound, RunNotFound
from training.network import Array
from training.ports import Answer, Store, Writer
from training.run import RunState
from training.update import Keyframe

NAMES = ("one", "two", "three")
STATES = (*[RunState.RUNNING] * 8, RunState.PAUSED, RunState.SUCCEEDED)

#: What is refused if another thread was first.
TOO_LATE = (HeadMoved, NetworkExists, NetworkNotFound, RunNotFound)


@dataclass
class Actor:
    """A thread that does random things in a store, and notes what was acknowledged."""

    store: Store
    random: Random
    worker: str
    grown: list[tuple[str, int, Array]] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)

    def act(self, times: int) -> None:
        self.store.commit(lambda writer: writer.add_worker(self.worker, 60))
        rare = [self.want, self.label, self.compact, self.recreate, self.ask, self.claim]
        for _ in range(times):
            with suppress(*TOO_LATE):
                self.random.choice([*rare, *[self.grow] * 6, self.maintain])()

    def story(self) -> Story:
        """Return what is stored of a random network, to continue it."""
        with self.store.read() as reader:
            network = reader.network(self.random.choice(NAMES))
            story = Story(network, head=reader.head(network.uid))
            last = story.head.last_run
            story.run = reader.run(network.uid, last) if last else None
        return story

    def grow(self) -> None:
        story = self.story()
        if story.run is None or story.run.is_over:
            append(self.store, story.opening())
            return
        costs = np.array([self.random.random() for _ in range(self.random.randint(1, 4))])
        first, is_kept = story.head.latest_update + 1, self.random.random() < 0.2
        state = self.random.choice(STATES)
        addition = story.growth(costs=costs, keyframe=is_kept, state=state)
        self.store.commit(lambda writer: writer.append(addition), story.uid)
        self.grown.append((story.uid, first, costs))

    def want(self) -> None:
        uid = self.story().uid
        self.store.commit(lambda writer: writer.want(uid, 1, RunState.PAUSED), uid)

    def label(self) -> None:
        uid = self.story().uid
        labels = {"label": str(self.random.random())}
        self.store.commit(lambda writer: writer.set_labels(uid, labels), uid)

    def compact(self) -> None:
        story = self.story()
        kept = Keyframe(story.uid, story.state(self.random.randint(0, story.head.latest_update)))
        self.store.commit(lambda writer: writer.compact(story.uid, kept), story.uid)

    def recreate(self) -> None:
        if self.random.random() < 0.3:
            uid = self.story().uid
            self.store.commit(lambda writer: writer.delete_network(uid), uid)
        begin(self.store, self.random.choice(NAMES))

    def ask(self) -> None:
        request, content = f"request-{self.random.randint(0, 9)}", self.random.randbytes(4)

        def once(writer: Writer) -> bytes:
            found = writer.answer(request)
            if found is None:
                writer.remember(Answer(request, b"", content, NOW))
            return found.content if found else content

        self.answers.setdefault(request, self.store.commit(once))

    def claim(self) -> None:
        self.store.commit(lambda writer: writer.claim_runs(self.worker, 2))

    def maintain(self) -> None:
        while self.store.maintain():
            pass


@pytest.mark.parametrize("seed", range(rounds(1, 100)))
def test_what_two_processes_acknowledge_at_once_is_kept_and_whole(
    postgres_url: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch, seed: int, promise: Promise
) -> None:
    for name, value in (("FULL", 8), ("PIECE", 4), ("TAIL", 3), ("_OUTLINES", 5)):
        monkeypatch.setattr(merging, name, value)  # so that there is something to merge
    stores = [PostgresStore(postgres_url, clock) for _ in range(2)]
    actors = [Actor(stores[k % 2], Random(100 * seed + k), f"worker-{k}") for k in range(4)]
    with ThreadPoolExecutor(len(actors)) as threads:
        for done in [threads.submit(actor.act, 60) for actor in actors]:
            done.result()
    kept = _check(stores[0], actors)
    promise("two processes keep what they acknowledge", updates=kept)
    for store in stores:
        store.close()


def _check(store: Store, actors: list[Actor]) -> int:
    """Check all that is stored; return the number of updates."""
    grown: dict[str, list[tuple[int, Array]]] = defaultdict(list)
    for actor in actors:
        for uid, first, costs in actor.grown:
            grown[uid].append((first, costs))
    updates = 0
    with store.read() as reader:
        for network in reader.networks("", 10):
            head = reader.head(network.uid)
            earliest = head.earliest_update
            # This raises if an update is missing or stored twice.
            found = reader.segments(network.uid, earliest, head.latest_update, 10**6)
            costs = np.concatenate([segment.costs for segment in found])
            parts = sorted(grown[network.uid], key=lambda part: part[0])
            expected = np.concatenate([np.empty(0), *(costs for _, costs in parts)])
            assert np.array_equal(costs, expected[max(earliest - 1, 0) :])
            for (first, before), (following, _) in pairwise(parts):
                assert following == first + len(before)
            reader.run_events(network.uid, 0, 0, 10**6)
            reader.keyframe(network.uid, head.latest_update)
            updates += head.latest_update
        for actor in actors:
            for request, content in actor.answers.items():
                answer = reader.answer(request)
                assert answer is not None
                assert answer.content == content
    return updates
