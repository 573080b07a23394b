"""All kernels of the server, compiled before they are needed: `python -m service.kernels`."""

from service.faces.messages.element_count import count_elements
from training.numerics import compile as numerics


def warm_up() -> None:
    """Load all kernels, or compile those that are not on disk."""
    numerics.warm_up()
    count_elements.prepare()


if __name__ == "__main__":
    numerics.main()
    count_elements.prepare()
