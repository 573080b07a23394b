"""The content of an exported network."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.network import LayerParameters, Network, split_layers
from training.update import State, UpdateKind

#: Larger numbers are rounded to infinity.
_LARGEST_FLOAT32 = float(np.finfo(np.float32).max)


@dataclass(frozen=True, slots=True)
class Moment:
    """A network at one of its updates; `run` is the number of its run, None without one."""

    network: Network
    state: State
    kind: UpdateKind
    run: int | None
    float32: bool = False
    """Whether formats of arrays round the numbers to 32 bits."""

    @property
    def layers(self) -> list[LayerParameters]:
        """The parameters of each layer after the inputs."""
        network = self.network
        return split_layers(network.layer_sizes, network.bias, self.state.parameters)

    @property
    def is_beyond_float32(self) -> bool:
        """Whether a finite parameter is infinite with 32 bits."""
        return bool(np.abs(self.state.parameters).max() > _LARGEST_FLOAT32)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return `layer_1_weights` [units, inputs], `layer_1_biases` [units] if any, and so on."""
        number = np.float32 if self.float32 else np.float64
        named: dict[str, NDArray[Any]] = {}
        for place, layer in enumerate(self.layers, start=1):
            weights = layer.weights.reshape(layer.units, layer.inputs)
            named[f"layer_{place}_weights"] = weights.astype(number)
            if layer.biases.size:
                named[f"layer_{place}_biases"] = layer.biases.astype(number)
        return named
