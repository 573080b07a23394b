"""Compiles the kernels before they are needed: `python -m training.numerics.compile`.

Compiling takes some minutes, loading the compiled code milliseconds.  The service does it before
the first call, so no call waits for the compiler.
"""

import logging
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from training.numerics import kernels
from training.numerics.lockstep.kernel import train_in_lockstep

logger = logging.getLogger(__name__)

#: All kernels of the numerics.
KERNELS = (*kernels.KERNELS, train_in_lockstep)

_WARNING = "compiling the kernels: takes some minutes, once per processor type"


def warm_up() -> list[str]:
    """Load all kernels, or compile those that are not on disk, after reporting it once.

    Returns the names of the kernels that were compiled.
    """
    compiled: list[str] = []

    def on_compile(name: str) -> None:
        if not compiled:
            logger.warning(_WARNING)
        compiled.append(name)

    for kernel in KERNELS:
        kernel.prepare(on_compile)
    return compiled


def main() -> None:
    """Prepare the kernels, and print one line about it."""
    started = time.perf_counter()
    missing = [kernel.name for kernel in KERNELS if not kernel.is_on_disk]
    if missing:
        logger.warning(_WARNING)
        _compile_at_once(missing)
    warm_up()
    loaded = [kernel.name for kernel in KERNELS if kernel.name not in missing]
    parts = [
        f"{what} {', '.join(names)}"
        for what, names in (("compiled", missing), ("loaded", loaded))
        if names
    ]
    seconds = time.perf_counter() - started
    sys.stdout.write(f"kernels: {'; '.join(parts)} in {seconds:.2f} s\n")


def _compile_at_once(names: list[str]) -> None:
    """Compile kernels in as many processes as there are processors."""
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as processes:
        list(processes.map(_compile, names))


def _compile(name: str) -> None:
    (kernel,) = (kernel for kernel in KERNELS if kernel.name == name)
    kernel.prepare()


if __name__ == "__main__":
    main()
