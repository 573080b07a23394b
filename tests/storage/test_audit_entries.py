"""The audit log in every store."""

from dataclasses import replace
from datetime import timedelta

from histories import NOW

from training.audit import AuditEntry
from training.ports import Store

ENTRY = AuditEntry(0, NOW, NOW, 1, "token:ci", "127.0.0.1", "Train", "demo", 0, "request-1", "OK")


def record(store: Store, entry: AuditEntry) -> int:
    return store.write(lambda writer: writer.record(entry)).result()


def entries(store: Store, before: int | None = None, limit: int = 10) -> list[AuditEntry]:
    with store.read() as reader:
        return reader.audit_entries(before, limit)


def test_entries_read_back_as_they_were_written_latest_first(store: Store) -> None:
    other = replace(ENTRY, method="PauseRun", run=3, code="NOT_FOUND", principal="")
    assert [record(store, ENTRY), record(store, other)] == [1, 2]

    assert entries(store) == [replace(other, number=2), replace(ENTRY, number=1)]
    assert entries(store, limit=1) == [replace(other, number=2)]
    assert entries(store, before=2) == [replace(ENTRY, number=1)]


def test_an_entry_with_a_number_replaces_the_stored_one(store: Store) -> None:
    record(store, ENTRY)
    later = replace(ENTRY, number=1, calls=2, last_time=NOW + timedelta(seconds=3), request_id="b")
    assert record(store, later) == 1
    assert entries(store) == [later]


def test_an_entry_whose_number_is_not_stored_gets_another_one(store: Store) -> None:
    assert record(store, replace(ENTRY, number=7)) == 1


def test_an_entry_never_replaces_that_of_another_caller(store: Store) -> None:
    record(store, ENTRY)
    other = replace(ENTRY, number=1, address="127.0.0.2", calls=2)
    assert record(store, other) == 2
    assert entries(store) == [replace(other, number=2), replace(ENTRY, number=1)]


def test_old_entries_are_deleted(store: Store) -> None:
    for day in range(3):
        record(store, replace(ENTRY, first_time=NOW + timedelta(days=day)))
    until = NOW + timedelta(days=1)
    assert store.write(lambda writer: writer.delete_audit_entries(until)).result()
    assert [entry.number for entry in entries(store)] == [3]
    assert not store.write(lambda writer: writer.delete_audit_entries(until)).result()


def test_what_is_queued_can_be_replaced(store: Store) -> None:
    store.on_write(lambda work: lambda writer: work(writer) + writer.record(ENTRY))
    assert record(store, ENTRY) == 1 + 2
