"""The chain rule for one weight and one example, one operation per line.

The order is that of `numerics.loops`: δ of the unit that the weight belongs to, from the targets or
from the deltas of the layer above, then ∂C/∂w = δ·a.
"""

from typing import Final

from training.explanation.derivatives import ERRORS, SLOPES, outputs_operand
from training.explanation.lines import Lines, Operand, Source, SourceKind, constant
from training.explanation.place import WeightPlace, target_symbol, unit_symbol
from training.explanation.terms import Derivative, Operation, Slope, Symbol
from training.network import Network
from training.numerics.layout import Layer
from training.passes import Pass

#: How many terms are shown of a layer above with more units.
MOST_TERMS: Final = 1_000


class Chain:
    """Writes the lines of one weight, example by example."""

    def __init__(self, network: Network, layers: list[Layer], place: WeightPlace) -> None:
        self._network = network
        self._layers = layers
        self._place = place

    def write(self, lines: Lines, through: Pass) -> Operand:
        """Write how ∂C/∂w of the example is computed, and return it."""
        place = self._place
        lines.begin(through.position)
        delta = self._delta(lines, through)
        if place.input is None:  # ∂C/∂b = δ: there is nothing to compute
            return delta
        layer = place.layer - 1
        below = Operand(
            unit_symbol("a", layer, place.input),
            through.below(place.layer, place.input),
            Source(
                SourceKind.ACTIVATION if layer else SourceKind.INPUT,
                layer=layer,
                unit=place.input,
                position=through.position,
            ),
        )
        name = Derivative(place.symbol, through.position + 1)
        return lines.write(name, Operation.MULTIPLY, delta, below)

    def _delta(self, lines: Lines, through: Pass) -> Operand:
        layer, unit = self._place.layer, self._place.unit
        name = unit_symbol("δ", layer, unit)
        if layer < len(self._layers):
            reaching = self._from_above(lines, through)
            slope = self._slope(lines, through)
            if not through.factors:
                return lines.write(name, Operation.MULTIPLY, reaching, slope)
            undropped = lines.write(None, Operation.MULTIPLY, reaching, slope)
            return lines.write(name, Operation.MULTIPLY, undropped, self._factor(through))
        return self._output_delta(lines, through, unit, name)

    def _output_delta(self, lines: Lines, through: Pass, unit: int, name: Symbol) -> Operand:
        """Write the delta of an output, times the weight of the example."""
        layer, weight = len(self._layers), through.weight
        of_output = None if weight is not None else name
        if self._cancels:
            delta = _error(lines, through, layer, unit, of_output)
        else:
            outputs = outputs_operand(self._network.layer_sizes[-1])
            write = ERRORS[self._network.cost_function]
            error = write(lines, *_output_and_target(through, layer, unit), outputs)
            slope = self._slope(lines, through)
            delta = lines.write(of_output, Operation.MULTIPLY, error, slope)
        if weight is None:
            return delta
        source = Source(SourceKind.EXAMPLE_WEIGHT, position=through.position)
        operand = Operand(Symbol("ω", subscript=through.position + 1), weight, source)
        return lines.write(name, Operation.MULTIPLY, delta, operand)

    @property
    def _cancels(self) -> bool:
        """Whether f′(z) cancels out of the deltas of the outputs."""
        return self._network.cost_function.definition.activation is not None

    def _from_above(self, lines: Lines, through: Pass) -> Operand:
        """Write ∂C/∂a = Σₖ δₖ·wₖᵢ over the units k of the layer above."""
        above, unit = self._place.layer + 1, self._place.unit
        deltas = through.deltas[above - 1]
        name = Derivative(unit_symbol("a", self._place.layer, unit), through.position + 1)
        total = constant(0.0)
        for k in range(min(len(deltas), MOST_TERMS)):
            weight = WeightPlace(above, k, unit)
            value = self._layers[above - 1].weights[k][unit]
            term = lines.write(
                None,
                Operation.MULTIPLY,
                self._delta_above(lines, through, k),
                Operand(weight.symbol, value, _weight_source(weight)),
            )
            last = k == len(deltas) - 1
            partial = name if last else Symbol("Σ", subscript=k + 1)
            total = lines.write(partial, Operation.ADD, total, term)
        if len(deltas) > MOST_TERMS:
            value = _sum_from_above(deltas, self._layers[above - 1], unit)
            return Operand(name, value, Source(SourceKind.SUM, position=through.position))
        return total

    def _delta_above(self, lines: Lines, through: Pass, k: int) -> Operand:
        """Return a delta of the layer above; write it if it is a − y, perhaps times a weight."""
        above, position = self._place.layer + 1, through.position
        name = unit_symbol("δ", above, k)
        if above == len(self._layers) and self._cancels:
            return self._output_delta(lines, through, k, name)
        source = Source(SourceKind.DELTA, None, above, k, self._place.unit, position)
        return Operand(name, through.deltas[above - 1][k], source)

    def _factor(self, through: Pass) -> Operand:
        """Return the factor of the unit that the weight belongs to."""
        layer, unit, position = self._place.layer, self._place.unit, through.position
        source = Source(SourceKind.FACTOR, None, layer, unit, None, position)
        return Operand(unit_symbol("m", layer, unit), through.factors[layer - 1][unit], source)

    def _slope(self, lines: Lines, through: Pass) -> Operand:
        """Write f′(z) of the unit that the weight belongs to."""
        layer, unit, position = self._place.layer, self._place.unit, through.position
        z = Operand(
            unit_symbol("z", layer, unit),
            through.logits[layer - 1][unit],
            Source(SourceKind.LOGIT, None, layer, unit, None, position),
        )
        dropped = layer <= len(through.factors)
        kind = SourceKind.UNDROPPED if dropped else SourceKind.ACTIVATION
        a = Operand(
            unit_symbol("f" if dropped else "a", layer, unit),
            through.undropped(layer, unit),
            Source(kind, None, layer, unit, None, position),
        )
        write = SLOPES[self._network.activations[layer - 1]]
        return write(lines, Slope(unit_symbol("z", layer, unit)), z, a)


def _output_and_target(through: Pass, layer: int, unit: int) -> tuple[Operand, Operand]:
    """Return a and y of an output."""
    position = through.position
    output = Source(SourceKind.ACTIVATION, None, layer, unit, None, position)
    target = Source(SourceKind.TARGET, None, layer, unit, None, position)
    return (
        Operand(unit_symbol("a", layer, unit), through.activations[-1][unit], output),
        Operand(target_symbol(unit), through.targets[unit], target),
    )


def _error(lines: Lines, through: Pass, layer: int, unit: int, name: Symbol | None) -> Operand:
    """Write a − y of an output."""
    a, y = _output_and_target(through, layer, unit)
    return lines.write(name, Operation.SUBTRACT, a, y)


def _weight_source(place: WeightPlace) -> Source:
    return Source(SourceKind.WEIGHT, None, place.layer, place.unit, place.input)


def _sum_from_above(deltas: list[float], above: Layer, unit: int) -> float:
    total = 0.0
    for delta, weights in zip(deltas, above.weights, strict=True):
        total = total + delta * weights[unit]
    return total
