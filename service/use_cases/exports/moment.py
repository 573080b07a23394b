"""What a file of a network says."""

from dataclasses import dataclass

from training.network import LayerParameters, Network, split_layers
from training.update import State, UpdateKind


@dataclass(frozen=True, slots=True)
class Moment:
    """A network at one of its updates; `run` is the number of the run that made it, if one did."""

    network: Network
    state: State
    kind: UpdateKind
    run: int | None

    @property
    def layers(self) -> list[LayerParameters]:
        """The parameters of each layer after the inputs."""
        network = self.network
        return split_layers(network.layer_sizes, network.bias, self.state.parameters)
