"""Conversion of domain objects to and from rows.

Every row that is read is checked against its CRC; a mismatch raises codec.NotAsWritten. The columns
of a row are in the order of the constant `…_COLUMNS` of its table.
"""

import numpy as np

from storage import codec, packed_costs, schema
from storage.records import (
    network_record,
    optimizer_record,
    run_record,
    training_set_record,
)
from storage.session import Row, Values
from training.access import Scope, Token
from training.audit import AuditEntry
from training.network import Network
from training.optimizer import OptimizerState
from training.ports import Answer
from training.run import Run
from training.training_set import Examples, TrainingSet
from training.update import Head, Keyframe, RunEvent, Segment, SegmentOutline, State, UpdateKind
from training.validation import NO_VALIDATIONS, Validations

NETWORK_COLUMNS = (schema.networks.c.uid, schema.networks.c.document, schema.networks.c.crc)


def network_values(network: Network) -> Values:
    """Return the row of a network that is not deleted."""
    document = network_record.write(network)
    crc = codec.checksum((network.uid,), document)
    return {
        "uid": network.uid,
        "id": network.id,
        "deleted": False,
        "document": document,
        "crc": crc,
    }


def network(row: Row) -> Network:
    """Return the network of a row."""
    uid, document, crc = row
    codec.check(crc, (uid,), document)
    return network_record.read(document)


HEAD_COLUMNS = tuple(schema.heads.c)


def head_values(head: Head) -> Values:
    """Return the row of a head."""
    values: Values = {
        "network_uid": head.network_uid,
        "latest_update": head.latest_update,
        "active_run": head.active_run,
        "last_run": head.last_run,
        "last_event": head.last_event,
        "keyframe": head.keyframe,
        "token": head.token,
        "earliest_update": head.earliest_update,
    }
    values["crc"] = codec.checksum(tuple(values.values()))
    return values


def head(row: Row) -> Head:
    """Return the head of a row."""
    *fields, crc = row
    codec.check(crc, tuple(fields))
    return Head(*fields)


#: What is requested of a run, and who carries it out: no history, and not covered by a CRC.
_NO_HISTORY = ("wanted_state", "owner", "claim_time")
RUN_COLUMNS = tuple(column for column in schema.runs.c if column.name not in _NO_HISTORY)


def run_values(run: Run) -> Values:
    """Return the row of a run without its requested state."""
    values: Values = {
        "network_uid": run.network_uid,
        "number": run.number,
        "state": run.state.value,
        "training_set_uid": run.training_set_uid,
    }
    validation_set_uid = run.validation_set_uid or None
    fields = (*values.values(), *_given(validation_set_uid))
    return values | _run_document(fields, run) | {"validation_set_uid": validation_set_uid}


def run(row: Row) -> Run:
    """Return the run of a row."""
    *fields, cost, document, crc, epoch_cost, validation_set_uid = row
    fields += _given(validation_set_uid)
    return _documented_run(tuple(fields), cost, document, crc, epoch_cost)


def _given(value: object) -> tuple[object, ...]:
    """Return the value of a column that rows of earlier revisions lack, for the CRC."""
    return () if value is None else (value,)


RUN_EVENT_COLUMNS = tuple(schema.run_events.c)


def run_event_values(event: RunEvent) -> Values:
    """Return the row of an event."""
    values: Values = {
        "network_uid": event.run.network_uid,
        "at_update": event.update,
        "number": event.number,
    }
    return values | _run_document(tuple(values.values()), event.run)


def run_event(row: Row) -> RunEvent:
    """Return the event of a row."""
    *fields, cost, document, crc, epoch_cost = row
    run = _documented_run(tuple(fields), cost, document, crc, epoch_cost)
    _, update, number = fields
    return RunEvent(number, update, run)


def _run_document(fields: tuple[object, ...], run: Run) -> Values:
    # Costs have columns of their own: JSON has no infinity and no NaN.
    document = run_record.write(run)
    cost = codec.pack_number(run.latest_cost)
    epoch_cost = codec.pack_number(run.epoch_cost)
    crc = codec.checksum(fields, document, cost or b"", epoch_cost or b"")
    return {"latest_cost": cost, "document": document, "crc": crc, "epoch_cost": epoch_cost}


def _documented_run(
    fields: tuple[object, ...],
    cost: bytes | None,
    document: bytes,
    crc: int,
    epoch_cost: bytes | None,
) -> Run:
    codec.check(crc, fields, document, cost or b"", epoch_cost or b"")
    return run_record.read(document, codec.unpack_number(cost), codec.unpack_number(epoch_cost))


SEGMENT_COLUMNS = tuple(schema.segments.c)
_COMMIT_TIME = SEGMENT_COLUMNS.index(schema.segments.c.commit_time)
OUTLINE_COLUMNS = SEGMENT_COLUMNS[: SEGMENT_COLUMNS.index(schema.segments.c.outline_crc) + 1]


def segment_values(segment: Segment) -> Values:
    """Return the row of a segment."""
    costs = packed_costs.pack(segment.costs)
    outline = segment.outline()
    values: Values = {
        "network_uid": segment.network_uid,
        "first_update": segment.first_update,
        "update_count": segment.count,
        "kind": segment.kind.value,
        "run": segment.run,
        "run_offset": segment.run_offset,
        "commit_time": codec.microseconds(segment.commit_time),
        "min_cost": outline.min_cost,
        "min_update": outline.min_update,
        "max_cost": outline.max_cost,
        "max_update": outline.max_update,
    }
    of_outline = codec.checksum(tuple(values.values()))
    validations = _packed_validations(segment.validations)
    crc = codec.checksum((of_outline,), costs, validations or b"", after=of_outline)
    return values | {
        "outline_crc": of_outline,
        "crc": crc,
        "costs": costs,
        "validations": validations,
    }


def segment(row: Row) -> Segment:
    """Return the segment of a row."""
    *fields, crc, costs, validations = row
    found = outline(fields)
    of_outline = fields[-1]
    codec.check(crc, (of_outline,), costs, validations or b"", after=of_outline)
    return Segment(
        network_uid=found.network_uid,
        kind=found.kind,
        first_update=found.first_update,
        count=found.count,
        commit_time=codec.time_at(fields[_COMMIT_TIME]),
        run=found.run,
        run_offset=found.run_offset,
        costs=packed_costs.unpack(costs, found.count),
        validations=_unpacked_validations(validations),
    )


def _packed_validations(source: Validations) -> bytes | None:
    """Return the numbers of updates, the costs and the accuracies, each as float64."""
    if not len(source):
        return None
    return codec.pack(np.stack([source.updates, source.costs, source.accuracies]))


def _unpacked_validations(blob: bytes | None) -> Validations:
    if blob is None:
        return NO_VALIDATIONS
    updates, costs, accuracies = codec.unpack(blob, 3, -1)
    return Validations(updates.astype(np.int64), costs, accuracies)


def outline(row: Row) -> SegmentOutline:
    """Return the outline of a row without costs."""
    *fields, crc = row
    codec.check(crc, tuple(fields))
    uid, first_update, count, kind, run_number, run_offset, _, *extremes = fields
    return SegmentOutline(
        uid, UpdateKind(kind), first_update, count, run_number, run_offset, *extremes
    )


KEYFRAME_COLUMNS = tuple(schema.keyframes.c)


def keyframe_values(keyframe: Keyframe) -> Values:
    """Return the row of a keyframe."""
    uid, update = keyframe.network_uid, keyframe.state.update
    parameters = codec.pack(keyframe.state.parameters)
    remembered = keyframe.state.optimizer_state
    optimizer = optimizer_record.write(remembered.optimizer) if remembered else None
    values = codec.pack(remembered.values) if remembered else None
    return {
        "network_uid": uid,
        "at_update": update,
        "crc": codec.checksum((uid, update), parameters, optimizer or b"", values or b""),
        "parameters": parameters,
        "optimizer": optimizer,
        "optimizer_values": values,
    }


def keyframe(row: Row) -> Keyframe:
    """Return the keyframe of a row."""
    uid, update, crc, parameters, optimizer, values = row
    codec.check(crc, (uid, update), parameters, optimizer or b"", values or b"")
    remembered = None
    if optimizer is not None:
        remembered = OptimizerState(optimizer_record.read(optimizer), codec.unpack(values, -1))
    return Keyframe(uid, State(update, codec.unpack(parameters, -1), remembered))


TRAINING_SET_COLUMNS = tuple(schema.training_sets.c[name] for name in ("uid", "document", "crc"))


def training_set_values(training_set: TrainingSet) -> Values:
    """Return the row of a training set that is not deleted."""
    document = training_set_record.write(training_set)
    return {
        "uid": training_set.uid,
        "id": training_set.id,
        "deleted": False,
        "document": document,
        "crc": codec.checksum((training_set.uid,), document),
    }


def training_set(row: Row) -> TrainingSet:
    """Return the training set of a row."""
    uid, document, crc = row
    codec.check(crc, (uid,), document)
    return training_set_record.read(document)


EXAMPLES_COLUMNS = tuple(schema.examples.c)


def examples_values(uid: str, examples: Examples) -> Values:
    """Return the row of the examples of a training set."""
    inputs, targets = codec.pack(examples.inputs), codec.pack(examples.targets)
    weights = None if examples.weights is None else codec.pack(examples.weights)
    return {
        "training_set_uid": uid,
        "crc": codec.checksum((uid,), inputs, targets, weights or b""),
        "inputs": inputs,
        "targets": targets,
        "weights": weights,
    }


def examples(row: Row, training_set: TrainingSet) -> Examples:
    """Return the examples of a training set."""
    uid, crc, inputs, targets, weights = row
    codec.check(crc, (uid,), inputs, targets, weights or b"")
    count = training_set.example_count
    return Examples(
        codec.unpack(inputs, count, training_set.input_count),
        codec.unpack(targets, count, training_set.target_count),
        None if weights is None else codec.unpack(weights, count),
    )


ANSWER_COLUMNS = tuple(
    schema.answers.c[name] for name in ("request_id", "create_time", "digest", "content", "crc")
)


def answer_values(answer: Answer) -> Values:
    """Return the row of an answer."""
    created = codec.microseconds(answer.create_time)
    crc = codec.checksum((answer.request_id, created), answer.digest, answer.content)
    return {
        "request_id": answer.request_id,
        "create_time": created,
        "digest": answer.digest,
        "content": answer.content,
        "crc": crc,
    }


def answer(row: Row) -> Answer:
    """Return the answer of a row."""
    request_id, created, digest, content, crc = row
    codec.check(crc, (request_id, created), digest, content)
    return Answer(request_id, digest, content, codec.time_at(created))


TOKEN_COLUMNS = tuple(schema.tokens.c)


def token_values(token: Token) -> Values:
    """Return the row of a token."""
    values: Values = {
        "name": token.name,
        "scope": token.scope.value,
        "create_time": codec.microseconds(token.create_time),
        "expire_time": token.expire_time and codec.microseconds(token.expire_time),
    }
    crc = codec.checksum(tuple(values.values()), token.digest)
    return {**values, "digest": token.digest, "crc": crc}


def token(row: Row) -> Token:
    """Return the token of a row."""
    name, scope, digest, created, expires, crc = row
    codec.check(crc, (name, scope, created, expires), digest)
    expire_time = None if expires is None else codec.time_at(expires)
    return Token(name, Scope(scope), digest, codec.time_at(created), expire_time)


AUDIT_COLUMNS = tuple(schema.audit_entries.c)


def audit_values(entry: AuditEntry) -> Values:
    """Return the row of an entry of the audit log."""
    values: Values = {
        "number": entry.number,
        "first_time": codec.microseconds(entry.first_time),
        "last_time": codec.microseconds(entry.last_time),
        "calls": entry.calls,
        "principal": entry.principal,
        "address": entry.address,
        "method": entry.method,
        "resource": entry.resource,
        "run": entry.run,
        "request_id": entry.request_id,
        "code": entry.code,
    }
    return {**values, "crc": codec.checksum(tuple(values.values()))}


def audit_entry(row: Row) -> AuditEntry:
    """Return the entry of the audit log of a row."""
    *values, crc = row
    codec.check(crc, tuple(values))
    number, first, last, *others = values
    return AuditEntry(number, codec.time_at(first), codec.time_at(last), *others)
