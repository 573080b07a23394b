"""All kernels of the server, compiled before they are needed: `python -m service.kernels`."""

from contextlib import suppress

from service.faces.messages.element_count import count_elements
from training.numerics import compile as numerics
from training.numerics.kernels import KERNELS


def warm_up() -> None:
    """Load all kernels, or compile those that are not on disk."""
    numerics.warm_up()
    count_elements.prepare()


def missing_kernels() -> list[str]:
    """Return the names of kernels that are not on disk for this processor; nothing is compiled."""
    names: list[str] = []

    def on_compile(name: str) -> None:
        names.append(name)
        raise _NotOnDisk

    for kernel in KERNELS:
        with suppress(_NotOnDisk):
            kernel.prepare(on_compile)
    return names


class _NotOnDisk(Exception):
    """A kernel would have to be compiled."""


def processor() -> str:
    """Return the name of the processor that kernels are compiled for, as LLVM calls it."""
    _, name, _ = KERNELS[0].dispatcher.targetctx.codegen().magic_tuple()
    return str(name)


if __name__ == "__main__":
    numerics.main()
    count_elements.prepare()
