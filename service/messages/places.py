"""Where parameters of the flat vector belong."""

from bisect import bisect_right
from collections.abc import Callable

from training.network import Network


def places(network: Network) -> Callable[[int], tuple[int, int, int | None]]:
    """Return what finds the layer, the unit and the input (None: the bias) of a parameter."""
    shapes = network.shapes
    offsets = [shape.offset for shape in shapes]

    def place(parameter: int) -> tuple[int, int, int | None]:
        layer = bisect_right(offsets, parameter)
        shape = shapes[layer - 1]
        if parameter >= shape.biases.start:
            return layer, parameter - shape.biases.start, None
        unit, source = divmod(parameter - shape.offset, shape.inputs)
        return layer, unit, source

    return place
