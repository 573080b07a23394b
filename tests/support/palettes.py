"""Few colours for pictures of the page, which makes their files several times as small."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COLOURS = 256

#: The most frequent colours stay as they are, such as those of text, grounds and frames. The
#: others, such as those of surfaces, are near one of the rest.
FREQUENT = 96


def palette_of(pictures: Sequence[Image.Image]) -> NDArray[np.uint8]:
    """Return the red, green and blue of up to 256 colours for all `pictures`, which are in RGB."""
    known, counts = np.unique(
        np.concatenate([_numbers(each).ravel() for each in pictures]), return_counts=True
    )
    frequent, others = np.split(_colours(known[np.argsort(-counts, kind="stable")]), [FREQUENT])
    if not len(others):
        return frequent
    few = Image.fromarray(others[np.newaxis]).quantize(COLOURS - FREQUENT, kmeans=4)
    return np.concatenate([frequent, np.array(few.getpalette(), np.uint8).reshape(-1, 3)])


def in_few_colours(picture: Image.Image, palette: NDArray[np.uint8]) -> Image.Image:
    """Return a picture with the nearest colours of a palette."""
    known, places = np.unique(_numbers(picture), return_inverse=True)
    differences = _colours(known)[:, np.newaxis].astype(int) - palette.astype(int)
    nearest = (differences**2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    made = Image.fromarray(nearest[places].reshape(picture.height, picture.width), "P")
    made.putpalette(palette.tobytes())
    return made


def _numbers(picture: Image.Image) -> NDArray[np.uint32]:
    """Return a number for the colour of each pixel."""
    parts: NDArray[np.uint32] = np.asarray(picture).astype(np.uint32)
    return np.asarray(parts[..., 0] << 16 | parts[..., 1] << 8 | parts[..., 2], np.uint32)


def _colours(numbers: NDArray[np.uint32]) -> NDArray[np.uint8]:
    return np.stack([numbers >> 16, numbers >> 8, numbers], axis=1).astype(np.uint8)
