"""Compiles the kernels before they are needed: `python -m training.numerics.compile`.

Compiling takes about a minute, loading the compiled code half a second.  The service does it before
the first call, so no call waits for the compiler.
"""

import logging
import sys
import time

import numpy as np
from numba import typeof

from training.numerics.kernels import KERNELS

logger = logging.getLogger(__name__)


def warm_up() -> list[str]:
    """Load all kernels, or compile those that are not on disk, after reporting it once.

    Returns the names of the kernels that were compiled.
    """
    compiled: list[str] = []

    def on_compile(name: str) -> None:
        if not compiled:
            logger.warning("compiling the kernels: takes about a minute, once per processor type")
        compiled.append(name)

    for kernel in KERNELS:
        kernel.prepare(on_compile)
    # With its first array, Numba imports more of NumPy: do it now, not in the first call.
    typeof(np.empty(0))
    return compiled


def main() -> None:
    """Prepare the kernels, and print one line about it."""
    started = time.perf_counter()
    compiled = warm_up()
    loaded = [kernel.name for kernel in KERNELS if kernel.name not in compiled]
    parts = [
        f"{what} {', '.join(names)}"
        for what, names in (("compiled", compiled), ("loaded", loaded))
        if names
    ]
    seconds = time.perf_counter() - started
    sys.stdout.write(f"kernels: {'; '.join(parts)} in {seconds:.2f} s\n")


if __name__ == "__main__":
    main()
