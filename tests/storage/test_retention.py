"""Compaction in every store: deleted updates are hidden, refused by name, and purged in chunks."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from histories import SetClock, Story, append, begin, same_keyframe, same_segment

from storage import purging
from storage.sqlite import SqliteStore
from training.error_kinds import ClearpropError
from training.errors import HeadMoved, HistoryCompacted, NetworkNotFound
from training.ports import Reader, Store
from training.update import Head, Keyframe, Segment

#: The updates of a segment after update 0, each segment with a keyframe at its end.
COUNTS = (3, 5, 2, 4)
LATEST = sum(COUNTS)


def trained(store: Store, network_id: str = "net") -> Story:
    story = begin(store, network_id)
    append(store, story.opening())
    for count in COUNTS:
        append(store, story.growth(count, keyframe=True, validated=True))
    return story


def compact(store: Store, story: Story, update: int) -> Head:
    keyframe = Keyframe(story.uid, story.state(update))
    return store.write(lambda writer: writer.compact(story.uid, keyframe)).result()


def maintain(store: Store) -> None:
    while store.maintain():
        pass


def costs(segments: list[Segment]) -> dict[int, float | None]:
    """Return the cost of every update that segments show, None where no run made it."""
    return {
        segment.first_update + index: float(segment.costs[index]) if segment.run else None
        for segment in segments
        for index in range(segment.count)
    }


@pytest.mark.parametrize("earliest", [1, 3, 4, 6, 8, 9, LATEST])
def test_kept_updates_are_unchanged_and_deleted_ones_are_refused(
    store: Store, earliest: int
) -> None:
    story = trained(store)
    with store.read() as reader:
        before = costs(reader.segments(story.uid, 0, LATEST, 100))
        keyframes = {update: reader.keyframe(story.uid, update) for update in range(LATEST + 1)}
        events = reader.run_events(story.uid, 0, 0, 100)
        runs = reader.runs(story.uid, None, 100)
    head = compact(store, story, earliest)
    assert head == replace(story.head, earliest_update=earliest, token=head.token)
    assert head.token != story.head.token
    assert head.etag != story.head.etag
    for _ in range(2):  # before the rows are removed, and after
        with store.read() as reader:
            assert reader.head(story.uid) == head
            kept = {update: cost for update, cost in before.items() if update >= earliest}
            segments = reader.segments(story.uid, earliest, LATEST, 100)
            assert costs(segments) == kept
            assert segments[0].first_update == earliest
            outlines = reader.outlines(story.uid, earliest, LATEST, 100)
            assert outlines == [segment.outline() for segment in segments]
            first = reader.keyframe(story.uid, earliest)
            assert same_keyframe(first, Keyframe(story.uid, story.state(earliest)))
            for update in range(earliest, LATEST + 1):
                found = reader.keyframe(story.uid, update)
                expected = keyframes[update]
                if expected.state.update < earliest:
                    expected = first
                assert same_keyframe(found, expected)
            assert reader.run_events(story.uid, 0, 0, 100) == events
            assert reader.runs(story.uid, None, 100) == runs
            assert_refused(reader, story, earliest)
        maintain(store)


def assert_refused(reader: Reader, story: Story, earliest: int) -> None:
    """Require that nothing before the earliest update is shown, whatever is asked for."""
    for update in range(earliest):
        for read in (
            lambda update=update: reader.segments(story.uid, update, LATEST, 1),
            lambda update=update: reader.segments(story.uid, update, update, 1),
            lambda update=update: reader.outlines(story.uid, update, LATEST, 9),
            lambda update=update: reader.keyframe(story.uid, update),
        ):
            with pytest.raises(HistoryCompacted, match=f"begins at update {earliest}") as error:
                read()
            assert error.value.metadata == {
                "network": "net",
                "update": str(update),
                "earliest_update": str(earliest),
                "latest_update": str(LATEST),
            }


def test_only_the_first_compaction_to_a_place_or_beyond_changes_anything(store: Store) -> None:
    story = trained(store)
    heads = [compact(store, story, update) for update in (6, 6, 4, 0, 1)]
    assert heads == [heads[0]] * 5
    assert compact(store, story, 7).earliest_update == 7
    with store.read() as reader:
        assert_refused(reader, story, 7)


def test_an_addition_for_an_old_head_is_refused_and_can_be_retried(store: Store) -> None:
    story = trained(store)
    late = story.copy().growth(2)
    story.head = compact(store, story, 9)
    with pytest.raises(HeadMoved):
        append(store, late)
    growth = story.growth(2, keyframe=True)
    append(store, growth)
    maintain(store)
    with store.read() as reader:
        assert reader.head(story.uid) == growth.after
        assert growth.after.earliest_update == 9
        segment = reader.segments(story.uid, LATEST + 1, LATEST + 2, 1)[0]
        assert growth.segment is not None
        assert same_segment(segment, growth.segment) or segment.count > growth.segment.count


def test_an_open_snapshot_is_unchanged(store: Store) -> None:
    story = trained(store)
    with store.read() as reader:
        before = costs(reader.segments(story.uid, 0, LATEST, 100))
        compact(store, story, LATEST)
        maintain(store)
        assert costs(reader.segments(story.uid, 0, LATEST, 100)) == before


def test_a_compaction_of_nothing_is_a_mistake(store: Store) -> None:
    story = trained(store)
    with pytest.raises(ValueError, match="there is the keyframe's update"):
        compact(store, story, LATEST + 1)
    with pytest.raises(NetworkNotFound):
        compact(store, Story(), 1)
    with store.read() as reader:
        assert reader.head(story.uid) == story.head


def test_rows_are_removed_in_bounded_pieces_and_those_of_others_stay(
    sqlite_store: SqliteStore, path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "_ROWS", 1)
    story, other = trained(sqlite_store), trained(sqlite_store, "other")
    compact(sqlite_store, story, 10)  # in the middle of the third segment, of updates 9 and 10
    pieces = 0
    while sqlite_store.maintain():
        pieces += 1
        with sqlite_store.read() as reader:
            assert list(costs(reader.segments(story.uid, 10, LATEST, 9))) == [10, 11, 12, 13, 14]
    assert pieces >= 3 + 3  # segments and keyframes
    sqlite_store.close()
    assert numbers(path, "SELECT network_uid, first_update FROM segments ORDER BY 2") == {
        story.uid: [9, 11],
        other.uid: [0, 1, 4, 9, 11],
    }
    assert numbers(path, "SELECT network_uid, at_update FROM keyframes ORDER BY 2") == {
        story.uid: [10, 14],
        other.uid: [0, 3, 8, 10, 14],
    }
    store = SqliteStore(path, clock)
    with store.read() as reader:
        assert_refused(reader, story, 10)
        assert len(costs(reader.segments(other.uid, 0, LATEST, 9))) == LATEST + 1
    store.close()


def numbers(path: Path, query: str) -> dict[str, list[int]]:
    """Return what a query of a database gives, by uid."""
    found: dict[str, list[int]] = {}
    with closing(sqlite3.connect(path)) as database:
        for uid, number in database.execute(query):
            found.setdefault(uid, []).append(number)
    return found


def test_a_deleted_network_that_was_compacted_is_removed_whole(store: Store) -> None:
    story = trained(store)
    compact(store, story, 5)
    store.write(lambda writer: writer.delete_network(story.uid)).result()
    maintain(store)
    with store.read() as reader, pytest.raises(ClearpropError):
        reader.segments(story.uid, 5, 5, 1)
    assert begin(store).uid != story.uid
