"""The parameter that is explained, and its symbol."""

from dataclasses import dataclass

from training.explanation.terms import Symbol
from training.network import Network


@dataclass(frozen=True, slots=True)
class WeightPlace:
    """A weight, or without an input a bias.

    `layer` counts from 1, the first after the inputs; `unit` and `input` count from 0.
    """

    layer: int
    unit: int
    input: int | None = None

    def offset(self, network: Network) -> int:
        """Return its index in the flat parameters of a network that has it."""
        return network.shapes[self.layer - 1].place(self.unit, self.input)

    @property
    def symbol(self) -> Symbol:
        """Its symbol in formulas: w[unit, input] or b[unit] of its layer."""
        if self.input is None:
            return Symbol("b", self.layer, (self.unit + 1,))
        return Symbol("w", self.layer, (self.unit + 1, self.input + 1))


def unit_symbol(letter: str, layer: int, unit: int) -> Symbol:
    """Return the symbol of a number of a unit: z, a or δ; x for the inputs."""
    if layer == 0:
        return Symbol("x", indices=(unit + 1,))
    return Symbol(letter, layer, (unit + 1,))


def target_symbol(output: int) -> Symbol:
    """Return the symbol of a target."""
    return Symbol("y", indices=(output + 1,))
