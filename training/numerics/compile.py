"""Makes the kernels ready before they are needed: `python -m training.numerics.compile`.

Compiling takes about a minute, loading what was compiled before half a second.  The service does
either before it takes its first call, and so no call waits for a compiler.
"""

import logging
import sys
import time

import numpy as np
from numba import typeof

from training.numerics.kernels import KERNELS

logger = logging.getLogger(__name__)


def warm_up() -> list[str]:
    """Load all kernels, or compile those that are not on disk, saying so once before.

    Returns the names of the kernels that had to be compiled.
    """
    compiled: list[str] = []

    def on_compile(name: str) -> None:
        if not compiled:
            logger.warning("compiling the kernels: about a minute, once for each processor")
        compiled.append(name)

    for kernel in KERNELS:
        kernel.prepare(on_compile)
    # Meeting its first array, Numba imports more of NumPy; better now than in the first call.
    typeof(np.empty(0))
    return compiled


def main() -> None:
    """Make the kernels ready and say in one line what was done."""
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
