"""Backups, without a transport."""

import hashlib
from contextlib import closing
from pathlib import Path

import pytest
from histories import SetClock, begin

from service.use_cases import backups
from service.use_cases.backups import Backup, Backups
from storage.sqlite import SqliteStore
from storage.verifying import verify_database
from training.cancellation import Cancellation, cancelled_by
from training.errors import CallCancelled, StoreUnavailable, TooManyCalls


def test_a_backup_is_described_and_read_in_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "CHUNK_BYTES", 1_000)
    with closing(SqliteStore(tmp_path / "store.db", SetClock())) as store:
        begin(store)
        found = Backups(store, SetClock()).back_up()
        chunks = list(found.chunks)
    content = b"".join(chunks)
    assert found == Backup(
        "clearprop-20260102T030405Z.db",
        len(content),
        hashlib.sha256(content).hexdigest(),
        found.chunks,
    )
    assert {len(chunk) for chunk in chunks[:-1]} == {1_000}
    (tmp_path / "backup.db").write_bytes(content)
    assert verify_database(tmp_path / "backup.db").networks == 1


def test_one_backup_is_made_at_a_time_however_it_ends(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "store.db", SetClock())) as store:
        made = Backups(store, SetClock())
        first = made.back_up()
        with pytest.raises(TooManyCalls, match="another backup"):
            made.back_up()
        del first  # a call that ends before it sends anything
        second = made.back_up()
        next(second.chunks)
        with pytest.raises(TooManyCalls):
            made.back_up()
        del second  # a client that leaves
        assert list(made.back_up().chunks)
        cancellation = Cancellation()
        cancellation.cancel(CallCancelled("the client has cancelled the call"))
        with cancelled_by(cancellation), pytest.raises(CallCancelled):
            made.back_up()
        assert list(made.back_up().chunks)
    with pytest.raises(StoreUnavailable):
        made.back_up()
    with pytest.raises(StoreUnavailable):
        made.back_up()
