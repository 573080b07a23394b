"""All stores return the same results in any sequence of operations."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import ClassVar
from unittest.mock import patch

import numpy as np
import pytest
from histories import SetClock, Story, make_network, make_training_set
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from postgres_server import Template
from promises import rounds

from storage import merging
from storage.codec import microseconds
from storage.memory_store import MemoryStore
from storage.postgres import PostgresStore
from storage.postgres_writer import PostgresReader
from storage.sqlite import SqliteStore
from training.error_kinds import ClearpropError
from training.ownership import WorkerExpired
from training.ports import Answer, Reader, Store, Writer
from training.run import RunState
from training.update import Addition, Head, Keyframe

names = st.sampled_from(["a", "b", "c"])
stops = st.sampled_from([RunState.RUNNING, RunState.PAUSED, RunState.SUCCEEDED])
SECONDS = 6.0
floats = st.lists(st.floats(width=64), min_size=1, max_size=5)


def said(read: Callable[[], object]) -> object:
    """Return what a read returns, or how it is refused, as something that compares by bits."""
    try:
        return _comparable(read())
    except ClearpropError as error:
        return type(error), error.message, error.metadata


def _comparable(value: object) -> object:
    # repr tells NaN from NaN by no means and -0.0 from 0.0, but shortens arrays.
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    state = getattr(value, "state", None)
    arrays = [
        getattr(holder, name)
        for holder in (value, state, getattr(state, "optimizer_state", None))
        for name in ("costs", "parameters", "values", "inputs", "targets")
        if hasattr(holder, name)
    ]
    return repr(value), [(array.shape, array.tobytes()) for array in arrays]


class Lockstep(RuleBasedStateMachine):
    """Does the same to a store in memory and to another one, and compares all that they say.

    Operations go to each of the `others` in turn, which are on the same database.
    """

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.clock = SetClock()
        self.memory = MemoryStore(self.clock)
        self.others: Sequence[Store] = self.open()
        self.turns = count()
        self.tokens = 0
        self.stories: list[Story] = []
        self.sets: list[str] = ["unknown"]
        self.workers: list[str] = ["unknown"]

    def open(self) -> Sequence[Store]:
        """Open the other stores; again after a restart."""
        if not hasattr(self, "folder"):
            self.folder = Path(tempfile.mkdtemp(dir=self.template.parent))
            shutil.copyfile(self.template, self.folder / "store.db")
        return [SqliteStore(self.folder / "store.db", self.clock)]

    def teardown(self) -> None:
        self.memory.close()
        for store in self.others:
            store.close()
        shutil.rmtree(self.folder)

    @property
    def other(self) -> Store:
        """The store whose turn it is."""
        return self.others[next(self.turns) % len(self.others)]

    def both(self, work: Callable[[Writer], object]) -> bool:
        """Do a work in both stores and return whether they did it."""
        tokens = count(self.tokens)
        with patch("secrets.randbits", lambda _: next(tokens)):  # both draw the same
            future = self.memory.write(work)
            result = said(future.result)
        tokens = count(self.tokens)
        with patch("secrets.randbits", lambda _: next(tokens)):
            assert said(partial(self.other.commit, work)) == result
        self.tokens += 1_000
        return future.exception() is None

    def add(self, addition: Addition, story: Story, told: Story) -> None:
        """Append what `told` came to, from where `story` is; remember it if that was done."""
        if self.both(lambda writer: writer.append(addition)):
            self.stories[self.stories.index(story)] = told

    @rule(name=names)
    def create(self, name: str) -> None:
        story = Story(make_network(name), self.sets[-1])
        beginning = story.beginning()
        if self.both(lambda writer: writer.add_network(*beginning)):
            self.stories.append(story)

    @rule(data=st.data(), stop=stops, costs=floats, keyframe=st.booleans())
    def grow(self, data: st.DataObject, stop: RunState, costs: list[float], keyframe: bool) -> None:
        if not self.stories:
            return
        story = data.draw(st.sampled_from(self.stories))
        told = story.copy()
        if told.run is None or told.run.is_over:
            self.add(told.opening(), story, told)
        else:
            addition = told.growth(
                costs=np.array(costs), keyframe=keyframe, validated=bool(len(costs) % 3), state=stop
            )
            self.add(addition, story, told)

    @rule(data=st.data(), fact=st.sampled_from(["latest_update", "last_event", "token"]))
    def come_late(self, data: st.DataObject, fact: str) -> None:
        if not self.stories:
            return
        head = data.draw(st.sampled_from(self.stories)).head
        wrong = replace(head, **{fact: getattr(head, fact) + 1})
        self.both(lambda writer: writer.append(Addition(wrong, replace(wrong, token=9))))

    @rule(data=st.data(), number=st.integers(0, 2))
    def want(self, data: st.DataObject, number: int) -> None:
        if self.stories:
            uid = data.draw(st.sampled_from(self.stories)).uid
            self.both(lambda writer: writer.want(uid, number, RunState.CANCELLED))

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        if self.stories:
            uid = data.draw(st.sampled_from(self.stories)).uid
            self.both(lambda writer: writer.delete_network(uid))

    @rule(data=st.data(), update=st.integers(0, 20))
    def compact(self, data: st.DataObject, update: int) -> None:
        if not self.stories:
            return
        story = data.draw(st.sampled_from(self.stories))
        kept = Keyframe(story.uid, story.state(update))
        self.both(lambda writer: _compacted(writer, kept))
        self.read_heads()

    @rule()
    def add_worker(self) -> None:
        name = f"worker-{len(self.workers)}"
        self.both(lambda writer: writer.add_worker(name, SECONDS))
        self.workers.append(name)

    @rule(data=st.data(), limit=st.integers(1, 3), is_carried_out=st.booleans())
    def claim(self, data: st.DataObject, limit: int, *, is_carried_out: bool) -> None:
        worker = data.draw(st.sampled_from(self.workers))
        carried_out = [(story.uid, 1) for story in self.stories[:1] if is_carried_out]
        self.both(lambda writer: _claimed(writer, worker, limit, carried_out))
        self.read_heads()

    @rule(data=st.data(), number=st.integers(1, 2))
    def change_worker(self, data: st.DataObject, number: int) -> None:
        worker = data.draw(st.sampled_from(self.workers))
        uid = data.draw(st.sampled_from([story.uid for story in self.stories] or ["unknown"]))
        change: Callable[[Writer], object] = data.draw(
            st.sampled_from(
                [
                    lambda writer: writer.renew_worker(worker, SECONDS),
                    lambda writer: writer.remove_worker(worker),
                    lambda writer: writer.release_run(uid, number, worker),
                ]
            )
        )
        self.both(change)

    @rule(seconds=st.integers(1, 4))
    def wait_a_little(self, seconds: int) -> None:
        self.clock.pass_(timedelta(seconds=seconds))

    def read_heads(self) -> None:
        """Continue all stories from the stored heads, whose tokens have changed."""
        with self.memory.read() as reader:
            heads = {head.network_uid: head for head in reader.heads([*map(_uid, self.stories)])}
        for story in self.stories:
            story.head = heads.get(story.uid, story.head)

    @rule(data=st.data(), labels=st.dictionaries(st.text(), st.text(), max_size=2))
    def label(self, data: st.DataObject, labels: dict[str, str]) -> None:
        if self.stories:
            uid = data.draw(st.sampled_from(self.stories)).uid
            self.both(lambda writer: writer.set_labels(uid, labels))

    @rule(name=names, weighted=st.booleans())
    def create_set(self, name: str, *, weighted: bool) -> None:
        training_set, examples = make_training_set(name, weighted=weighted)
        if self.both(lambda writer: writer.add_training_set(training_set, examples)):
            self.sets.append(training_set.uid)

    @rule(data=st.data())
    def delete_set(self, data: st.DataObject) -> None:
        uid = data.draw(st.sampled_from(self.sets))
        self.both(lambda writer: writer.delete_training_set(uid))

    @rule(name=names, content=st.binary(max_size=20))
    def remember(self, name: str, content: bytes) -> None:
        answer = Answer(name, b"digest", content, self.clock.now())
        self.both(lambda writer: writer.remember(answer))

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.clock.pass_(timedelta(days=days))

    @rule()
    def maintain(self) -> None:
        for store in (self.memory, *self.others):
            while store.maintain():
                pass

    @rule()
    def restart(self) -> None:
        for store in self.others:
            store.close()
        self.others = self.open()

    @rule(
        data=st.data(), first=st.integers(0, 20), last=st.integers(0, 30), limit=st.integers(1, 4)
    )
    def look_around(self, data: st.DataObject, first: int, last: int, limit: int) -> None:
        if not self.stories:
            return
        uid = data.draw(st.sampled_from(self.stories)).uid
        self.compare(lambda reader: reader.segments(uid, first, last, limit))
        self.compare(lambda reader: reader.outlines(uid, first, last, limit))
        self.compare(lambda reader: reader.keyframe(uid, last))
        self.compare(lambda reader: reader.keyframes(uid, first, last, limit))
        self.compare(lambda reader: reader.run_events(uid, first, limit, limit))
        self.compare(lambda reader: reader.runs(uid, first, limit))
        self.compare(lambda reader: reader.run(uid, limit - 1))
        self.compare(lambda reader: reader.wanted_state(uid, limit - 1))
        self.compare(lambda reader: reader.owner(uid, limit - 1))

    @invariant()
    def both_say_the_same(self) -> None:
        self.compare(lambda reader: reader.networks("", 10))
        self.compare(lambda reader: reader.networks("a", 1))
        self.compare(lambda reader: reader.count_networks())
        self.compare(lambda reader: reader.training_sets("", 10))
        self.compare(lambda reader: reader.count_training_sets())
        self.compare(lambda reader: reader.count_waiting_runs())
        self.compare(lambda reader: reader.workers())
        self.compare(lambda reader: sorted(reader.active_runs(), key=lambda run: run.network_uid))
        for name in ("a", "b", "c"):
            self.compare(lambda reader, name=name: reader.network(name))
            self.compare(lambda reader, name=name: reader.training_set(name))
            self.compare(lambda reader, name=name: reader.answer(name))
        for story in self.stories:
            self.compare(lambda reader, uid=story.uid: reader.head(uid))
            self.compare(lambda reader, uid=story.uid: reader.run_events(uid, 0, 0, 100))
        for uid in self.sets:
            self.compare(lambda reader, uid=uid: reader.training_set_by_uid(uid))
            self.compare(lambda reader, uid=uid: reader.examples(uid))
            self.compare(lambda reader, uid=uid: reader.run_using(uid) is None)

    def compare(self, read: Callable[[Reader], object]) -> None:
        """Read the same from both stores, and require the same."""
        with self.memory.read() as memory, self.other.read() as other:
            assert said(lambda: read(memory)) == said(lambda: read(other))


class PostgresLockstep(Lockstep):
    """Compares two stores on the same PostgreSQL database in turn."""

    databases: ClassVar[Template]

    def open(self) -> Sequence[Store]:
        if not hasattr(self, "copies"):
            self.copies = ExitStack()
            self.url = self.copies.enter_context(self.databases.copied())
        return [PostgresStore(self.url, self.clock) for _ in range(2)]

    @rule()
    def maintain(self) -> None:
        for store in self.others:
            assert isinstance(store, PostgresStore)
            store._is_searched = False  # notifications of the other one may come later
        super().maintain()

    def teardown(self) -> None:
        self.memory.close()
        for store in self.others:
            store.close()
        self.copies.close()


def _uid(story: Story) -> str:
    return story.uid


def _claimed(
    writer: Writer, worker: str, limit: int, carried_out: Sequence[tuple[str, int]]
) -> object:
    try:
        return writer.claim_runs(worker, limit, carried_out)
    except WorkerExpired:
        return "expired"


def _compacted(writer: Writer, keyframe: Keyframe) -> Head | str:
    try:
        return writer.compact(keyframe.network_uid, keyframe)
    except ValueError as error:
        return str(error)


@pytest.fixture
def short_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("FULL", 8), ("PIECE", 4), ("TAIL", 3), ("_OUTLINES", 5)):
        monkeypatch.setattr(merging, name, value)  # so that there is something to merge


def run(machine: type[Lockstep], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=examples, stateful_step_count=30, deadline=None),
    )


def test_the_stores_say_the_same_whatever_happens(empty_database: Path, short_groups: None) -> None:
    Lockstep.template = empty_database
    run(Lockstep, rounds(15, 2_000))


def test_two_stores_in_postgresql_say_the_same_whatever_happens(
    postgres_template: Template, short_groups: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        PostgresReader, "_store_time", lambda reader: microseconds(reader._clock.now())
    )
    PostgresLockstep.databases = postgres_template
    run(PostgresLockstep, rounds(3, 500))
