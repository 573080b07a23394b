"""The shape of inputs that are the pixels of an image."""

from dataclasses import dataclass

from training.errors import Violations
from training.tables.arrangement import named
from training.tables.table import ColumnKind, InputColumn, Table

_CHANNELS = (1, 3)


@dataclass(frozen=True, slots=True)
class ImageShape:
    """The height and width of an image in pixels, and its channels: 1, or 3 for colours.

    The inputs are the rows from the top, each from left to right, with the channels of a pixel next
    to each other.
    """

    height: int
    width: int
    channels: int = 1

    @property
    def input_count(self) -> int:
        """The number of inputs."""
        return self.height * self.width * self.channels

    @property
    def sizes(self) -> tuple[int, ...]:
        """The height and width, and the channels if there are several."""
        return (self.height, self.width, self.channels)[: 2 if self.channels == 1 else 3]

    def __str__(self) -> str:
        return " × ".join(map(str, self.sizes))


def image_shape_of(table: Table) -> ImageShape | None:
    """Return the shape of a table's image; None if its inputs are not an image."""
    sizes = table.shape
    is_image = len(sizes) in (2, 3) and set(sizes[2:]) <= set(_CHANNELS)
    return ImageShape(*sizes) if is_image and all(map(_is_pixel, table.inputs)) else None


def check_image_shape(violations: Violations, where: str, shape: ImageShape) -> bool:
    """Require the sizes of an image; return whether they are."""
    bad = [
        not violations.require(size >= 1, f"{where}.{name}", f"must be at least 1, not {size}")
        for name, size in (("height", shape.height), ("width", shape.width))
    ]
    is_known = violations.require(
        shape.channels in _CHANNELS,
        f"{where}.channels",
        f"must be 1 (grey) or 3 (red, green and blue), not {shape.channels}",
    )
    return is_known and not any(bad)


def check_image_inputs(
    violations: Violations, where: str, shape: ImageShape, input_count: int
) -> None:
    """Require an image with this number of inputs."""
    violations.require(
        shape.input_count == input_count,
        where,
        f"must fit the examples: {shape} is {shape.input_count:,} inputs, not {input_count:,}",
    )


def check_image_table(violations: Violations, where: str, shape: ImageShape, table: Table) -> None:
    """Require a table whose columns are the inputs of this image."""
    others = [column.name for column in table.inputs if not _is_pixel(column)]
    if others:
        violations.add(
            where, f"needs columns of numbers without missing values, unlike {named(others)}"
        )
    elif table.shape not in ((), shape.sizes, (*shape.sizes, 1)):
        violations.add(where, "must be the same as `table.shape`, or that must be empty")
    else:
        check_image_inputs(violations, where, shape, len(table.inputs))


def _is_pixel(column: InputColumn) -> bool:
    return column.kind is not ColumnKind.CATEGORY and not column.has_missing
