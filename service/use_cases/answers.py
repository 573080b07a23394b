"""What is kept of an answer for the time in which its request may be repeated.

That is the response as the caller's face wrote it, or where in the history it is found, never a
value of the domain: those may change from version to version.
"""

from dataclasses import dataclass

import msgspec

from service.execution.tickets import Ticket
from training.errors import DamagedHistory

#: The first byte of what is kept. Earlier versions wrote JSON, which begins with a printable
#: character, or MessagePack, whose objects and truth values begin with a byte above those.
_VERSION = 1
_LARGEST_VERSION = 0x1F


@dataclass(frozen=True, slots=True)
class UpdateRange:
    """The last `count` updates up to `last_update`, which an answer has and history keeps."""

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
    """An answer as it is kept.

    `response` has all but the updates of `updates`, which are read again. Of a call that waits it
    is None: `ticket` says where its answer is found. `run` is one that has to be carried out.
    `legacy` is what an earlier version wrote instead of all this; see legacy_answers.
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
    """Version 1. The names in quotation marks are those that are stored."""

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
    """Return the answer of stored bytes. Raises DamagedHistory for those of a later version."""
    version = content[0]
    if version > _LARGEST_VERSION:
        return StoredAnswer(legacy=content)
    if version != _VERSION:
        raise DamagedHistory(
            "the answer to this request was stored by a later version of the service, which alone"
            " can read it"
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
