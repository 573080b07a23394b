"""The content of an exported network."""

from dataclasses import dataclass

from training.network import LayerParameters, Network, split_layers
from training.update import State, UpdateKind


@dataclass(frozen=True, slots=True)
class Moment:
    """A network at one of its updates; `run` is the number of its run, None without one."""

    network: Network
    state: State
    kind: UpdateKind
    run: int | None

    @property
    def layers(self) -> list[LayerParameters]:
        """The parameters of each layer after the inputs."""
        network = self.network
        return split_layers(network.layer_sizes, network.bias, self.state.parameters)
