"""The parameters of a network as NumPy arrays."""

from io import BytesIO
from zipfile import ZipFile, ZipInfo

import numpy as np

from service.use_cases.exports.moment import Moment


def npz(moment: Moment) -> bytes:
    """Return the arrays as a file for `numpy.load`, with the same bytes at any time."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, values in moment.arrays().items():
            # This ZipInfo has no time, which `numpy.savez` would write.
            with archive.open(ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, values, allow_pickle=False)
    return file.getvalue()
