"""Training sets."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import repeat

import numpy as np
from clearprop.v1 import training_service_pb2, training_set_pb2

from service.faces.messages.enums import EnumTable, one_of
from service.faces.messages.fields import optional
from service.faces.messages.networks import ACTIVATIONS, COST_FUNCTIONS, sent_initializer
from service.faces.messages.runs import sent_settings
from service.faces.messages.tables import columns, read_table, table
from service.faces.messages.times import timestamp
from service.faces.messages.uniform_rows import uniform_rows
from service.faces.messages.warnings import warnings
from training.errors import LimitExceeded, Violations
from training.example_collector import Collector, Row
from training.generators import DEFAULT_EXAMPLES, Generator, GeneratorKind
from training.image_shape import ImageShape
from training.suggestion import Suggestion
from training.training_set import Examples, TrainingSet
from training.warnings.warning import TrainingWarning

#: The maximum size of an example without its inputs and targets, in bytes: three tags, three
#: lengths, and a weight.
_EXAMPLE_OVERHEAD = 27

#: The maximum size of a response without its examples, in bytes.
_REST_OF_RESPONSE = 4096


_GENERATOR_KINDS: EnumTable[training_set_pb2.GeneratorKind.ValueType, GeneratorKind] = EnumTable(
    training_set_pb2.GeneratorKind, GeneratorKind, GeneratorKind.CIRCLE, one_of(GeneratorKind)
)

#: What describes examples that are sent.
_OF_SENT_EXAMPLES = ("examples", "table", "columns", "weights", "image_shape", "class_names")

_Rows = (
    training_service_pb2.CreateTrainingSetRequest | training_service_pb2.UploadTrainingSetRequest
)


def expect_form(violations: Violations, collector: Collector, request: _Rows) -> None:
    """Have a collector expect the rows of the table of a request, and its image, if it has them."""
    if request.HasField("table"):
        table_of_request = read_table(violations, "table", request.table)
        collector.expect(violations, table_of_request, request.weights)
    if request.HasField("image_shape"):
        shape = request.image_shape
        image = ImageShape(shape.height, shape.width, shape.channels or 1)
        collector.expect_image(violations, image)
    if request.class_names:
        collector.expect_classes(violations, request.class_names)


def add_rows(violations: Violations, collector: Collector, request: _Rows) -> None:
    """Add the examples or columns of a request to a collector. Raises LimitExceeded."""
    if collector.table is None:
        violations.require(
            not request.columns, "columns", "must be empty unless the request has a table"
        )
        violations.require(
            not request.weights, "weights", "must be empty unless the request has a table"
        )
        collector.add(violations, example_rows(request))
        return
    violations.require(
        not request.examples, "examples", "must be empty with a table: send the columns"
    )
    violations.refuse()
    collector.add_columns(violations, columns(request.columns))


def read_generator(
    violations: Violations, request: training_service_pb2.CreateTrainingSetRequest
) -> Generator:
    """Convert the generator of a request, which must not have examples beside it."""
    for field, _ in request.ListFields():
        violations.require(
            field.name not in _OF_SENT_EXAMPLES,
            field.name,
            "must be empty with a generator, which makes the examples",
        )
    message = request.generator
    kind = _GENERATOR_KINDS.read(violations, "generator.kind", message.kind or -1)
    return Generator(
        kind, message.example_count or DEFAULT_EXAMPLES, message.noise, optional(message, "seed")
    )


def example_rows(request: _Rows) -> Examples | list[Row]:
    """Convert examples to matrices, or to rows if their lengths differ."""
    examples = request.examples
    if examples and examples[0].HasField("weight"):
        weighted = uniform_rows(request, "examples", ("inputs", "targets", "weight"))
        if weighted is not None:
            inputs, targets, weights = weighted
            return Examples(inputs, targets, weights.ravel())
    else:
        uniform = uniform_rows(request, "examples", ("inputs", "targets"))
        if uniform is not None:
            return Examples(*uniform)
    return [
        (
            np.array(example.inputs, dtype=np.float64),
            np.array(example.targets, dtype=np.float64),
            example.weight if example.HasField("weight") else 1.0,
        )
        for example in examples
    ]


def training_set(
    source: TrainingSet,
    examples: Examples | None = None,
    found: Sequence[TrainingWarning] = (),
    suggested: Suggestion | None = None,
) -> training_set_pb2.TrainingSet:
    """Convert a training set, with its examples, warnings and a suggestion if they are given."""
    return training_set_pb2.TrainingSet(
        training_set=source.id,
        uid=source.uid,
        input_count=source.input_count,
        target_count=source.target_count,
        example_count=source.example_count,
        built_in=source.built_in,
        create_time=timestamp(source.create_time),
        examples=_examples(examples) if examples else (),
        warnings=warnings(found),
        table=table(source.table) if source.table else None,
        suggestion=_suggestion(suggested) if suggested else None,
        image_shape=_image_shape(source.image_shape) if source.image_shape else None,
        class_names=source.class_names,
        generator=_generator(source.generator) if source.generator else None,
    )


def listed_set(source: TrainingSet) -> training_set_pb2.TrainingSet:
    """Convert a training set for a list: without its table and names, which may be large."""
    return training_set(replace(source, table=None, class_names=()))


def _examples(examples: Examples) -> Iterator[training_set_pb2.Example]:
    rows = zip(examples.inputs, examples.targets, strict=True)
    weights = repeat(None) if examples.weights is None else examples.weights
    for (inputs, targets), weight in zip(rows, weights, strict=False):
        yield training_set_pb2.Example(inputs=inputs, targets=targets, weight=weight)


def _image_shape(source: ImageShape) -> training_set_pb2.ImageShape:
    return training_set_pb2.ImageShape(
        height=source.height, width=source.width, channels=source.channels
    )


def _generator(source: Generator) -> training_set_pb2.Generator:
    return training_set_pb2.Generator(
        kind=_GENERATOR_KINDS.numbers[source.kind],
        example_count=source.example_count,
        noise=source.noise,
        seed=source.seed,
    )


def _suggestion(source: Suggestion) -> training_set_pb2.Suggestion:
    """Convert settings that fit a training set."""
    return training_set_pb2.Suggestion(
        layer_sizes=source.layer_sizes,
        activations=[ACTIVATIONS.numbers[each] for each in source.activations],
        bias=source.bias,
        cost_function=COST_FUNCTIONS.numbers[source.cost_function],
        initializer=sent_initializer(source.initializer),
        settings=sent_settings(source.settings),
    )


def check_response(source: TrainingSet, count: int, limit: int) -> None:
    """Reject `count` examples that would exceed the limit of a response, before they are read.

    Raises LimitExceeded.
    """
    size = count * (8 * (source.input_count + source.target_count) + _EXAMPLE_OVERHEAD)
    if size > limit - _REST_OF_RESPONSE:
        raise LimitExceeded(
            f"the examples of {source.id} take about {size:,} bytes, which exceeds the limit of"
            f" {limit:,} bytes per response: request fewer of them with example_indices",
            limit="response_bytes",
            value=limit,
        )
