"""Training sets."""

from collections.abc import Iterable

import numpy as np
from clearprop.v1 import training_set_pb2

from service.messages.times import timestamp
from training.network import Array
from training.training_set import Examples, TrainingSet


def example_rows(
    examples: Iterable[training_set_pb2.Example],
) -> list[tuple[Array, Array]]:
    """Translate examples as they came, of whatever lengths: inputs and targets of each."""
    return [
        (
            np.array(example.inputs, dtype=np.float64),
            np.array(example.targets, dtype=np.float64),
        )
        for example in examples
    ]


def training_set(
    source: TrainingSet, examples: Examples | None = None
) -> training_set_pb2.TrainingSet:
    """Translate a training set, with its numbers where they are given."""
    rows = zip(examples.inputs, examples.targets, strict=True) if examples else ()
    return training_set_pb2.TrainingSet(
        training_set=source.id,
        uid=source.uid,
        input_count=source.input_count,
        target_count=source.target_count,
        example_count=source.example_count,
        built_in=source.built_in,
        create_time=timestamp(source.create_time),
        examples=[
            training_set_pb2.Example(inputs=inputs, targets=targets) for inputs, targets in rows
        ],
    )
