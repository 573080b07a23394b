"""The stored form of a training set; its examples have a row of their own."""

from dataclasses import astuple
from datetime import datetime

from msgspec import UNSET, UnsetType

from storage.records.record import Documents, Part, Record, named
from storage.records.table_record import TablePart, part_of_table, table_of
from training.generators import Generator, GeneratorKind
from training.image_shape import ImageShape, image_shape_of
from training.tables.table import Table
from training.training_set import TrainingSet


class ImageShapePart(Part, frozen=True):
    """The shape of inputs that are an image."""

    height: int
    width: int
    channels: int


class GeneratorPart(Part, frozen=True):
    """What made the examples."""

    kind: str
    example_count: int
    noise: float
    seed: int


class TrainingSetRecord(Record, frozen=True, kw_only=True):
    """Version 1."""

    id: str
    uid: str
    input_count: int
    target_count: int
    example_count: int
    create_time: datetime
    built_in: bool = False
    table: TablePart | UnsetType = UNSET
    image_shape: ImageShapePart | UnsetType = UNSET
    class_names: tuple[str, ...] | UnsetType = UNSET
    generator: GeneratorPart | UnsetType = UNSET


_documents = Documents(TrainingSetRecord)


def write(training_set: TrainingSet) -> bytes:
    """Return a training set as a document."""
    shape, generator = training_set.image_shape, training_set.generator
    return _documents.write(
        TrainingSetRecord(
            id=training_set.id,
            uid=training_set.uid,
            input_count=training_set.input_count,
            target_count=training_set.target_count,
            example_count=training_set.example_count,
            create_time=training_set.create_time,
            built_in=training_set.built_in,
            table=part_of_table(training_set.table) if training_set.table else UNSET,
            image_shape=ImageShapePart(*astuple(shape)) if shape else UNSET,
            class_names=training_set.class_names or UNSET,
            generator=GeneratorPart(*astuple(generator)) if generator else UNSET,
        )
    )


def read(document: bytes) -> TrainingSet:
    """Return the training set of a document. Raises NotAsWritten."""
    record, _ = _documents.read(document)  # a training set is never written again
    table = table_of(record.table) if record.table else None
    return TrainingSet(
        id=record.id,
        uid=record.uid,
        input_count=record.input_count,
        target_count=record.target_count,
        example_count=record.example_count,
        create_time=record.create_time,
        built_in=record.built_in,
        table=table,
        image_shape=_image_shape_of(record, table),
        class_names=record.class_names or (),
        generator=_generator_of(record.generator) if record.generator else None,
    )


def _generator_of(part: GeneratorPart) -> Generator:
    kind = named(GeneratorKind, part.kind)
    return Generator(kind, part.example_count, part.noise, part.seed)


def _image_shape_of(record: TrainingSetRecord, table: Table | None) -> ImageShape | None:
    """Return the shape of an image; documents of earlier versions only have that of the table."""
    if record.image_shape:
        part = record.image_shape
        return ImageShape(part.height, part.width, part.channels)
    return image_shape_of(table) if table else None
