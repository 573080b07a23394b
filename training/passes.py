"""Forward and backward passes of the examples in a batch.

They use the readable loops, which keep every intermediate number. If only the gradient is needed,
the kernels compute it faster, with the same bits.
"""

from dataclasses import dataclass

from training.batch_update import BatchUpdate
from training.cancellation import check_cancelled
from training.engine import cost_and_gradient, structure_of
from training.network import Array
from training.numerics import loops
from training.numerics.dropout import unit_factors
from training.numerics.layout import Layer, Structure, to_flat, to_layers


@dataclass(frozen=True, slots=True)
class Pass:
    """The forward and backward pass of one example; lists are by layer after the inputs, then unit.

    `position` is its position in the batch; `deltas` are ∂C/∂z, times the weight. `factors` are
    those of dropout, for hidden layers; empty without dropout. `weight` is None without weights.
    """

    structure: Structure
    position: int
    inputs: list[float]
    targets: list[float]
    logits: loops.Units
    activations: loops.Units
    deltas: loops.Units
    factors: loops.Units
    weight: float | None = None

    @property
    def cost(self) -> float:
        """The cost of the example, times its weight."""
        cost = loops.example_cost(self.structure, self.logits, self.activations, self.targets)
        return cost if self.weight is None else loops.weigh_cost(cost, self.weight)

    @property
    def gradient(self) -> list[float]:
        """∂C/∂w for all parameters, flat."""
        return to_flat(loops.gradient(self.structure, self.inputs, self.activations, self.deltas))

    def undropped(self, layer: int, unit: int) -> float:
        """Return the activation of a unit before dropout; `layer` counts from 1."""
        if layer > len(self.factors):
            return self.activations[layer - 1][unit]
        z = self.logits[layer - 1][unit]
        return loops.undropped(self.structure.activations[layer - 1], [z])[0]

    def below(self, layer: int, unit: int) -> float:
        """Return the activation of a unit in the layer below `layer`, or an input for layer 1."""
        return self.inputs[unit] if layer == 1 else self.activations[layer - 2][unit]


class Passes:
    """The passes of the examples in a batch, with the parameters before the update."""

    def __init__(self, update: BatchUpdate) -> None:
        self._examples = update.examples
        self._dropout = update.dropout
        self._structure = structure_of(update.network)
        self.layers: list[Layer] = to_layers(self._structure, update.before.parameters.tolist())

    def __getitem__(self, position: int) -> Pass:
        structure, layers = self._structure, self.layers
        x: list[float] = self._examples.inputs[position].tolist()
        y: list[float] = self._examples.targets[position].tolist()
        check_cancelled()
        factors = unit_factors(self._dropout, structure.layer_sizes, position)
        logits, activations = loops.forward(structure, layers, x, factors)
        check_cancelled()
        weights = self._examples.weights
        weight = None if weights is None else float(weights[position])
        deltas = loops.backward(structure, layers, logits, activations, y, factors, weight)
        return Pass(structure, position, x, y, logits, activations, deltas, factors, weight)


def gradient_of(update: BatchUpdate, position: int) -> Array:
    """Return ∂C/∂w (parameters) of the example at a position in the batch, from the kernels."""
    examples = update.examples.select(slice(position, position + 1))
    dropout = update.dropout.after(position)
    return cost_and_gradient(update.network, update.before.parameters, examples, dropout)[1]
