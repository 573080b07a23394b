"""The answers of a network to a table, as CSV."""

import csv
from collections.abc import Iterator
from io import StringIO

from clearprop import NetworkInfo, Prediction
from clearprop.cli.number_format import number
from clearprop.v1 import table_pb2 as pb

#: Activations whose outputs are probabilities.
_PROBABILITIES = {"softmax", "sigmoid"}


def answers_of(prediction: Prediction) -> list[str]:
    """Return the answer of each row as a text; none if the network has no preparation."""
    if not prediction.output_names:
        return []
    return [
        "  ".join(map(number, each.values)) if each.values else ", ".join(each.classes)
        for each in prediction.message.predictions
    ]


def csv_of(network: NetworkInfo, prediction: Prediction) -> str:
    """Return a line for the names of columns, and a line for each row."""
    kind = network.message.preparation.table.targets.kind
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_header(network, prediction, kind))
    writer.writerows(_rows(prediction, kind))
    return text.getvalue()


def _header(
    network: NetworkInfo, prediction: Prediction, kind: pb.TargetKind.ValueType
) -> list[str]:
    if kind == pb.TARGET_KIND_NUMBERS:
        return prediction.output_names
    first = "class" if kind == pb.TARGET_KIND_CLASSES else "labels"
    word = "probability" if network.activations[-1] in _PROBABILITIES else "output"
    return [first, *(f"{word} {name}" for name in prediction.output_names)]


def _rows(prediction: Prediction, kind: pb.TargetKind.ValueType) -> Iterator[list[str]]:
    for each in prediction.message.predictions:
        if kind == pb.TARGET_KIND_NUMBERS:
            yield [repr(value) for value in each.values]
        else:
            yield [";".join(each.classes), *(repr(value) for value in each.outputs)]
