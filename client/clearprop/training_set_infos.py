"""Read-only views of training sets and their examples, shared by both forms of the client."""

from datetime import UTC, datetime
from typing import NamedTuple

from clearprop.image_shapes import sizes_of
from clearprop.table_infos import TableInfo
from clearprop.training_warnings import TrainingWarning, warnings_of
from clearprop.v1 import training_set_pb2
from clearprop.v1.training_set_pb2 import GeneratorKind
from clearprop.values import Matrix, Vector, enum_word, matrix_of_rows, vector_of


class GeneratorInfo(NamedTuple):
    """How the service made the examples of a training set."""

    kind: str
    """What points, such as `spiral`."""
    examples: int
    noise: float
    """The standard deviation of what was added to both inputs."""
    seed: int


class TrainingSetInfo:
    """A training set; `message` is the message of the contract."""

    message: training_set_pb2.TrainingSet

    @property
    def id(self) -> str:
        """The training set's id, chosen by the client that created it, or generated."""
        return self.message.training_set

    @property
    def uid(self) -> str:
        """A unique identity that is never reused, even if the id is."""
        return self.message.uid

    @property
    def input_count(self) -> int:
        """The number of inputs of each example."""
        return self.message.input_count

    @property
    def target_count(self) -> int:
        """The number of targets of each example."""
        return self.message.target_count

    @property
    def example_count(self) -> int:
        """The number of examples."""
        return self.message.example_count

    @property
    def is_built_in(self) -> bool:
        """Whether the set is built in."""
        return self.message.built_in

    @property
    def table(self) -> TableInfo | None:
        """The named columns; None for a set of plain arrays, and in lists of sets."""
        return TableInfo(self.message.table) if self.message.HasField("table") else None

    @property
    def image_shape(self) -> tuple[int, ...] | None:
        """The height and width of the image that the inputs are, and its channels if several.

        For example (8, 8), or (8, 8, 3) with red, green and blue; None if they are not an image.
        """
        message = self.message
        return sizes_of(message.image_shape) if message.HasField("image_shape") else None

    @property
    def class_names(self) -> list[str]:
        """The names of the classes, one for each target; empty without names, and in lists."""
        names = self.message.table.targets.classes or self.message.class_names
        return list(names)

    @property
    def generator(self) -> GeneratorInfo | None:
        """How the service made the examples; None if a client sent them."""
        if not self.message.HasField("generator"):
            return None
        made = self.message.generator
        kind = enum_word(GeneratorKind, made.kind)
        return GeneratorInfo(kind, made.example_count, made.noise, made.seed)

    @property
    def warnings(self) -> list[TrainingWarning]:
        """What networks are unlikely to learn from it, and what to do.

        Only for sets that were just read: `client.training_set(id)`.
        """
        return warnings_of(self.message.warnings)

    @property
    def create_time(self) -> datetime:
        """When the set was created, in UTC."""
        return self.message.create_time.ToDatetime(UTC)

    def __repr__(self) -> str:
        shape = f"{self.example_count} × ({self.input_count} → {self.target_count})"
        return f"<{type(self).__name__} {self.id} {shape}>"


class Examples:
    """The examples of a training set; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: training_set_pb2.TrainingSet) -> None:
        self.message = message

    @property
    def inputs(self) -> Matrix:
        """The inputs [examples, inputs]."""
        return matrix_of_rows(example.inputs for example in self.message.examples)

    @property
    def targets(self) -> Matrix:
        """The target outputs [examples, targets]."""
        return matrix_of_rows(example.targets for example in self.message.examples)

    @property
    def weights(self) -> Vector:
        """The weights [examples], factors of their costs and gradients in training."""
        return vector_of(
            example.weight if example.HasField("weight") else 1.0
            for example in self.message.examples
        )
