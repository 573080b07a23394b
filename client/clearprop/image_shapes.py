"""Inputs that are the pixels of an image."""

from collections.abc import Sequence
from operator import index

from clearprop.v1.training_set_pb2 import ImageShape


def image_shape_of(sizes: Sequence[int] | None) -> ImageShape | None:
    """Return the shape of an image: its height, width, and channels if there are several.

    Raises ValueError if the sizes are not 2 or 3 integers of at least 1.
    """
    if sizes is None:
        return None
    try:
        found = [index(size) for size in sizes]
    except TypeError:
        found = []
    if len(found) not in (2, 3) or not all(1 <= size < 2**31 for size in found):
        raise ValueError(
            "image_shape must be the height and width of the image, such as (8, 8), and the number"
            f" of channels if there are several, such as (8, 8, 3), not {sizes!r}."
        )
    height, width, *channels = found
    return ImageShape(height=height, width=width, channels=channels[0] if channels else 1)


def sizes_of(shape: ImageShape) -> tuple[int, ...]:
    """Return the height and width of an image, and its channels if there are several."""
    sizes = (shape.height, shape.width)
    return sizes if shape.channels == 1 else (*sizes, shape.channels)
