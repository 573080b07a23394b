"""The stored form of an answer, for repeated requests.

It is the response as the face of the caller encoded it, or its position in the history, but never a
domain object: these may change from version to version.
"""

from dataclasses import dataclass

import msgspec

from service.execution.tickets import Ticket
from training.errors import DamagedHistory

#: The first byte of a stored answer. Earlier versions wrote JSON, which starts with a printable
#: character, or MessagePack, whose objects and Booleans start with a larger byte.
_VERSION = 1
_LARGEST_VERSION = 0x1F


@dataclass(frozen=True, slots=True)
class UpdateRange:
    """The last `count` updates up to `last_update`, which are part of an answer."""

    network_uid: str
    last_update: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class RunReference:
    """The run that a request started."""

    network_uid: str
    number: int


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A stored answer.

    `response` has everything except the updates in `updates`, which are read from the history. It
    is None for a call that waits: `ticket` says where its outcome is found. `run` is a run to
    execute. `legacy` is the answer of an earlier version; see legacy_answers.
    """

    response: bytes | None = None
    updates: UpdateRange | None = None
    ticket: Ticket | None = None
    run: RunReference | None = None
    legacy: bytes | None = None


class _Range(msgspec.Struct, frozen=True):
    network_uid: str = msgspec.field(name="network_uid")
    last_update: int = msgspec.field(name="last_update")
    count: int = msgspec.field(name="count")


class _Ticket(msgspec.Struct, frozen=True):
    network_id: str = msgspec.field(name="network")
    network_uid: str = msgspec.field(name="network_uid")
    run_number: int = msgspec.field(name="run")
    after_event: int = msgspec.field(name="after_event")
    updates_done: int = msgspec.field(name="updates_done")


class _Run(msgspec.Struct, frozen=True):
    network_uid: str = msgspec.field(name="network_uid")
    number: int = msgspec.field(name="run")


class _Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """Version 1. The names in quotation marks are the stored ones."""

    response: bytes | None = msgspec.field(default=None, name="response")
    updates: _Range | None = msgspec.field(default=None, name="updates")
    ticket: _Ticket | None = msgspec.field(default=None, name="ticket")
    run: _Run | None = msgspec.field(default=None, name="run")


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Record)


def pack(answer: StoredAnswer) -> bytes:
    """Return an answer as the bytes that are stored."""
    updates, run = answer.updates, answer.run
    record = _Record(
        response=answer.response,
        updates=(
            _Range(updates.network_uid, updates.last_update, updates.count) if updates else None
        ),
        ticket=_packed_ticket(answer.ticket) if answer.ticket else None,
        run=_Run(run.network_uid, run.number) if run else None,
    )
    return bytes([_VERSION]) + _encoder.encode(record)


def unpack(content: bytes) -> StoredAnswer:
    """Return a stored answer. Raises DamagedHistory for one of a later version."""
    version = content[0]
    if version > _LARGEST_VERSION:
        return StoredAnswer(legacy=content)
    if version != _VERSION:
        raise DamagedHistory(
            "the answer to this request was stored by a newer version of Clearprop: install that"
            " version"
        )
    record = _decoder.decode(memoryview(content)[1:])
    updates, run = record.updates, record.run
    return StoredAnswer(
        response=record.response,
        updates=(
            UpdateRange(updates.network_uid, updates.last_update, updates.count)
            if updates
            else None
        ),
        ticket=_ticket(record.ticket) if record.ticket else None,
        run=RunReference(run.network_uid, run.number) if run else None,
    )


def _packed_ticket(ticket: Ticket) -> _Ticket:
    return _Ticket(
        ticket.network_id,
        ticket.network_uid,
        ticket.run_number,
        ticket.after_event,
        ticket.updates_done,
    )


def _ticket(record: _Ticket) -> Ticket:
    return Ticket(
        record.network_id,
        record.network_uid,
        record.run_number,
        record.after_event,
        record.updates_done,
    )
