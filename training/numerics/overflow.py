"""How numbers that are allowed to overflow are computed with NumPy, without its warnings."""

from typing import Final

import numpy as np

#: A decorator for functions that use NumPy's arithmetic on costs, gradients or parameters. As in
#: the kernels, results that are too large become infinite and undefined ones NaN, without a
#: warning.
allow_overflow: Final = np.errstate(all="ignore")
