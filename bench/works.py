"""The works by which the engine is measured against its peers."""

import numpy as np

from bench.peers.work import Work
from training.numerics.random import RandomStream

_EXAMPLES = 1024


def xor(*, record: bool) -> Work:
    """Return 2-5-1 on XOR, all four examples a batch."""
    return Work(
        layer_sizes=(2, 5, 1),
        hidden="sigmoid",
        output="sigmoid",
        inputs=np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
        targets=np.array([[0.0], [1.0], [1.0], [0.0]]),
        parameters=RandomStream(7).uniform(-0.12, 0.12, 15),
        learning_rate=5.0,
        batch_size=4,
        record=record,
    )


def wide(
    layer_sizes: tuple[int, int, int],
    hidden: str,
    output: str,
    batch_size: int = 32,
    threads: int = 1,
) -> Work:
    """Return a network for images, on made-up ones with a class each."""
    inputs, units, outputs = layer_sizes
    stream = RandomStream(7)
    images = stream.uniform(0.0, 1.0, _EXAMPLES * inputs).reshape(_EXAMPLES, inputs)
    classes = (stream.uniform(0.0, 1.0, _EXAMPLES) * outputs).astype(np.int64)
    limit = inputs**-0.5
    return Work(
        layer_sizes=layer_sizes,
        hidden=hidden,
        output=output,
        inputs=images,
        targets=np.eye(outputs)[classes],
        parameters=stream.uniform(-limit, limit, units * (inputs + outputs)),
        learning_rate=0.1,
        batch_size=batch_size,
        record=False,
        threads=threads,
    )
