"""The networks with which the page is measured, from five units to a million parameters."""

from collections.abc import Callable
from pathlib import Path

import clearprop
import numpy as np
from sklearn.datasets import load_wine

_DIGITS = Path(__file__).parents[1] / "tests" / "data" / "digits.npz"
_LARGE_EXAMPLES = 512


def _plane(client: clearprop.Client) -> clearprop.Run:
    network = client.create_network("plane", layer_sizes=[2, 5, 1], seed=7)
    return network.train("xor", learning_rate=5.0, batch_size=4, epochs=3000)


def _wine(client: clearprop.Client) -> clearprop.Run:
    wine = load_wine()
    table = dict(zip(wine.feature_names, wine.data.T, strict=True))
    table["cultivar"] = [str(wine.target_names[each]) for each in wine.target]
    client.upload_table("wine", table, targets="cultivar", one_hot=True, scaling="standardize")
    network = client.create_network(
        "wine", layer_sizes=[13, 8, 3], activations=["tanh", "softmax"], bias=True, seed=1
    )
    return network.train("wine", learning_rate=0.1, batch_size=16, epochs=60, shuffle_seed=1)


def _digits(client: clearprop.Client) -> clearprop.Run:
    images, targets = _images()
    client.upload_training_set("digits", images, targets, image_shape=(8, 8))
    network = client.create_network(
        "digits", layer_sizes=[64, 32, 10], activations=["relu", "softmax"], bias=True, seed=1
    )
    return network.train(
        "digits", learning_rate=0.003, batch_size=32, epochs=12, optimizer="adam", shuffle_seed=1
    )


def _images_of_digits(client: clearprop.Client) -> clearprop.Run:
    """Train on digits that are enlarged to the 28 × 28 pixels of larger collections."""
    images, targets = _images()
    images = images[:_LARGE_EXAMPLES].reshape(-1, 8, 8)
    large = np.pad(np.kron(images, np.ones((3, 3))), ((0, 0), (2, 2), (2, 2)))
    inputs = large.reshape(len(large), -1)
    client.upload_training_set("images", inputs, targets[:_LARGE_EXAMPLES], image_shape=(28, 28))
    network = client.create_network(
        "images", layer_sizes=[784, 100, 10], activations=["relu", "softmax"], bias=True, seed=1
    )
    return network.train(
        "images", learning_rate=0.001, batch_size=32, epochs=16, optimizer="adam", shuffle_seed=1
    )


def _million(client: clearprop.Client) -> clearprop.Run:
    generator = np.random.default_rng(1)
    inputs = generator.random((_LARGE_EXAMPLES, 1000))
    targets = np.eye(100)[generator.integers(0, 100, _LARGE_EXAMPLES)]
    client.upload_training_set("million", inputs, targets)
    network = client.create_network(
        "million", layer_sizes=[1000, 900, 100], activations=["relu", "softmax"], bias=True, seed=1
    )
    return network.train("million", learning_rate=0.01, batch_size=32, epochs=12)


def _images() -> tuple[np.ndarray, np.ndarray]:
    """Return the inputs (n, 64) and the targets (n, 10) of digits."""
    found = np.load(_DIGITS)
    return found["images"] / 16.0, np.eye(10)[found["labels"]]


#: A function that trains each network, by the network's id.
NETWORKS: dict[str, Callable[[clearprop.Client], clearprop.Run]] = {
    "plane": _plane,
    "wine": _wine,
    "digits": _digits,
    "images": _images_of_digits,
    "million": _million,
}


def train(client: clearprop.Client, name: str) -> int:
    """Train one of the networks, and return the number of its latest update."""
    return NETWORKS[name](client).wait().latest_update
