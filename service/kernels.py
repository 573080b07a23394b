"""All kernels of the server, compiled before they are needed: `python -m service.kernels`."""

from service.faces.messages.element_count import count_elements
from training.numerics import compile as numerics


def warm_up() -> None:
    """Load all kernels, or compile those that are not on disk."""
    numerics.warm_up()
    count_elements.prepare()


def missing_kernels() -> list[str]:
    """Return the names of kernels that are not on disk for this processor; nothing is compiled."""
    return [kernel.name for kernel in numerics.KERNELS if not kernel.is_on_disk]


if __name__ == "__main__":
    numerics.main()
    count_elements.prepare()
