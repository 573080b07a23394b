"""The fields of many updates in the order of the contract, each for all updates at once.

Creating a message object for each update takes longer than computing the update. The updates of a
part differ only in numbers that are in arrays already, so each form of an update writes them field
by field. Tests check that the results are those of message objects.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from clearprop.v1 import update_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from service.faces.messages.updates import UPDATE_KINDS, validation_after
from service.reading.points import Part
from service.reading.selection import Detail, Selection
from training.network import Array, Network

_FIELDS = update_pb2.Update.DESCRIPTOR.fields_by_name


class FieldWriter(Protocol):
    """Writes the fields of a known number of messages, one field after the other."""

    def same_number(self, field: FieldDescriptor, number: int) -> None:
        """Write an integer ≥ 0 or an enum that all messages share."""

    def numbers(self, field: FieldDescriptor, numbers: list[int]) -> None:
        """Write an integer ≥ 0 of each message."""

    def doubles(self, field: FieldDescriptor, values: Array) -> None:
        """Write an optional double (messages) that every message has."""

    def lists(self, field: FieldDescriptor, values: Array | None) -> None:
        """Write a list of doubles of each message (messages, length); None: all are empty."""

    def layers(self, field: FieldDescriptor, network: Network, values: Array | None) -> None:
        """Write the layers of each message (messages, parameters); None: there are none."""

    def messages(self, field: FieldDescriptor, messages: Sequence[Message | None]) -> None:
        """Write a message within each message, or nothing."""


def write_updates(writer: FieldWriter, network: Network, part: Part, selection: Selection) -> None:
    """Write the selected fields of updates."""
    run = part.run_of_batches
    writer.numbers(_FIELDS["update"], list(part.numbers))
    writer.same_number(_FIELDS["kind"], UPDATE_KINDS[part.kind])
    writer.same_number(_FIELDS["run"], part.run.number if part.run else 0)
    if run is None:
        for name in ("epoch", "first_example", "example_count"):
            writer.same_number(_FIELDS[name], 0)
    else:
        batches = run.batches
        positions = batches.positions(part.indices)
        epochs, first = np.divmod(positions, batches.epoch_examples)
        writer.numbers(_FIELDS["epoch"], (epochs + 1).tolist())
        writer.numbers(_FIELDS["first_example"], first.tolist())
        writer.numbers(_FIELDS["example_count"], batches.example_counts(positions).tolist())
        writer.doubles(_FIELDS["cost"], part.costs)
    _write_parameters(writer, network, part, selection)
    if run is not None:
        writer.doubles(_FIELDS["learning_rate"], part.learning_rates)
    if len(part.validations):
        results = [validation_after(part, number) for number in part.numbers]
        writer.messages(_FIELDS["validation"], results)


def _write_parameters(
    writer: FieldWriter, network: Network, part: Part, selection: Selection
) -> None:
    in_layers = chosen = gradients = chosen_gradients = None
    if selection.parameters:
        chosen, chosen_gradients = part.parameters, part.gradients
    elif selection.detail is not Detail.COST:
        in_layers, gradients = part.parameters, part.gradients
    writer.layers(_FIELDS["layers"], network, in_layers)
    writer.layers(_FIELDS["gradients"], network, gradients)
    writer.lists(_FIELDS["chosen"], chosen)
    writer.lists(_FIELDS["chosen_gradients"], chosen_gradients)
