"""How long updates took, so that a run like an earlier one begins with segments of the right size.

A trainer that does not know its speed begins with a few updates, and needs six segments to find it:
as many as a short run has otherwise.
"""

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import Final

from training.network import Network
from training.run import Run

#: The maximum number of kinds of runs whose speed is known; the latest ones.
_MOST: Final = 100

#: What makes two runs alike: all but the values of parameters, and how often examples are seen.
_Kind = tuple[object, ...]


class Speeds:
    """The seconds of an update, for the latest kinds of runs. Thread-safe."""

    def __init__(self) -> None:
        self._seconds: OrderedDict[_Kind, float] = OrderedDict()
        self._lock = Lock()

    def of(self, network: Network, run: Run) -> float:
        """Return the seconds of an update in the last run like this one; 0 if there was none."""
        with self._lock:
            return self._seconds.get(_kind(network, run), 0.0)

    def note(self, network: Network, run: Run, seconds: float) -> None:
        """Note how long an update of a run took, in seconds."""
        kind = _kind(network, run)
        with self._lock:
            self._seconds[kind] = seconds
            self._seconds.move_to_end(kind)
            if len(self._seconds) > _MOST:
                self._seconds.popitem(last=False)


def _kind(network: Network, run: Run) -> _Kind:
    like = replace(run.settings, learning_rate=1.0, epochs=1, shuffle_seed=None)
    layers = network.layer_sizes, network.bias, network.activations, network.cost_function
    return *layers, like, run.examples, run.validation_examples
