"""Writes scikit-learn's digits for the tests: `python -m bench.record_digits`.

Needs scikit-learn, so it runs in the environment of the peers.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TARGET = Path(__file__).parents[1] / "tests" / "data" / "digits.npz"


def main() -> None:
    """Write the images (1797, 64) with values 0 to 16, and the labels (1797), as bytes."""
    found = load_digits()
    images, labels = found.data.astype(np.uint8), found.target.astype(np.uint8)
    if not ((images == found.data).all() and images.shape == (1797, 64) and images.max() == 16):
        raise ValueError("these are not the digits that the tests expect")
    np.savez_compressed(TARGET, images=images, labels=labels)


if __name__ == "__main__":
    main()
