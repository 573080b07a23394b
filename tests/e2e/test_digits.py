"""A network learns to read handwritten digits, through a server process and its client."""

import csv
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import clearprop
import numpy as np
import pytest
from calls import fresh_id
from console import CLEARPROP
from numpy.typing import NDArray
from servers import ServerProcess

Array = NDArray[np.float64]

UPDATES = 2_695  # 60 epochs of the 1,437 examples that are not held out, in batches of 32


@dataclass(frozen=True)
class Digits:
    """Images (examples, 64), 0 to 16, and their labels; every fifth example is held out."""

    images: Array
    labels: NDArray[np.uint8]
    held_out: NDArray[np.bool_]


@pytest.fixture(scope="module")
def digits() -> Digits:
    with np.load(Path(__file__).parents[1] / "data" / "digits.npz") as file:
        images, labels = file["images"].astype(np.float64), file["labels"]
    assert images.shape == (1797, 64)
    return Digits(images, labels, np.arange(1797) % 5 == 0)


@pytest.fixture
def client(server: ServerProcess) -> Iterator[clearprop.Client]:
    with clearprop.connect(server.target) as connected:
        yield connected


def learn(client: clearprop.Client, training_set: str) -> clearprop.Network:
    network = client.create_network(
        fresh_id("digits"),
        layer_sizes=[64, 32, 10],
        activations=["tanh", "softmax"],
        bias=True,
        initializer="glorot",
        seed=3,
    )
    run = network.train(training_set, learning_rate=0.3, batch_size=32, epochs=60)
    assert run.wait().updates_done == UPDATES
    return network


def test_a_network_learns_digits_that_are_uploaded(
    client: clearprop.Client, digits: Digits
) -> None:
    inputs, targets = digits.images / 16.0, np.eye(10)[digits.labels]
    seen, unseen = ~digits.held_out, digits.held_out
    learnt = client.upload_training_set(fresh_id("seen"), inputs[seen], targets[seen])
    tested = client.upload_training_set(fresh_id("unseen"), inputs[unseen], targets[unseen])
    assert (learnt.example_count, tested.example_count) == (1437, 360)

    network = learn(client, learnt.id)

    before, after = (network.evaluate(tested.id, update=update) for update in (0, UPDATES))
    assert after.example_count == 360
    assert after.accuracy is not None
    assert after.accuracy >= 0.96
    assert before.accuracy is not None
    assert before.accuracy < 0.3
    assert after.cost < before.cost
    assert network.evaluate(learnt.id).correct_count == 1437
    outputs = np.array(network.predict(inputs[unseen]).outputs)
    right = outputs.argmax(axis=1) == digits.labels[unseen]
    assert right.sum() == after.correct_count


def run(server: ServerProcess, *arguments: str) -> str:
    done = subprocess.run(
        [CLEARPROP, *arguments, "--server", server.target],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def write_csv(path: Path, images: Array, labels: NDArray[np.uint8]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["digit", *(f"pixel {pixel}" for pixel in range(64))])
        for label, image in zip(labels, images, strict=True):
            writer.writerow([label, *image])


def test_a_network_learns_digits_that_are_imported_from_csv(
    server: ServerProcess, client: clearprop.Client, digits: Digits, tmp_path: Path
) -> None:
    names = {}
    for name, chosen in (("seen", ~digits.held_out), ("unseen", digits.held_out)):
        path = tmp_path / f"{name}.csv"
        write_csv(path, digits.images[chosen], digits.labels[chosen])
        names[name] = fresh_id(name)
        run(
            server,
            *("import", str(path), "--name", names[name], "--shape", "8x8"),
            *("--targets", "digit", "--one-hot", "--divide-by", "16"),
        )
    unseen = client.training_set(names["unseen"])
    assert (unseen.example_count, unseen.image_shape) == (360, (8, 8))
    assert unseen.class_names == list("0123456789")

    network = learn(client, names["seen"])

    said = run(server, "evaluate", network.id, "--on", names["unseen"])
    found = re.search(r"(\d+) of 360 correct", said)
    assert found, said
    assert int(found[1]) >= 0.96 * 360
