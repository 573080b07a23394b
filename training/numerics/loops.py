"""Training, step by step, in plain Python: what the kernels do, written to be read.

Every sum starts at +0.0 and is taken in the order that is written here.  The kernels keep this
order; these loops say which bits are right.

The letters are those of the formulas: x inputs, y targets, w weights, b biases, z logits,
a activations, δ deltas, C cost, G the gradient summed over a batch, g its mean.  Within a layer i
counts its units and j its inputs, which are the units of the layer below; k counts the units of the
layer above.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from training.numerics.activations import ACTIVATIONS, SOFTMAX, softmax
from training.numerics.costs import COSTS
from training.numerics.layout import Layer, Structure, to_flat, to_layers
from training.numerics.optimizers import OPTIMIZERS, Rates, decayed
from training.numerics.random import epoch_order

Vector = Sequence[float]
Units = list[list[float]]
"""A number for each unit, units[layer][unit]; layer 0 is the first after the inputs."""


def forward(structure: Structure, layers: list[Layer], x: Vector) -> tuple[Units, Units]:
    """Return the logits and the activations of every layer after the inputs, for one example.

    Of softmax outputs the logits are returned as ln aₖ: they mean nothing one by one.

    Args:
        structure: what the network is made of.
        layers: its parameters.
        x: the example's inputs.
    """
    logits: Units = []
    activations: Units = []
    below = x  # a⁰ = x
    for layer, activation in zip(layers, structure.activations, strict=True):
        z = []
        for i, w_i in enumerate(layer.weights):  # (units, inputs of the layer)
            z_i = 0.0
            for a_j, w_ij in zip(below, w_i, strict=True):
                z_i = z_i + a_j * w_ij  # zᵢ = Σⱼ aⱼ·wᵢⱼ + bᵢ
            if structure.bias:
                z_i = z_i + layer.biases[i]
            z.append(z_i)
        if activation == SOFTMAX:
            z, a = softmax(z)  # aₖ = e^zₖ / Σ e^z
        else:
            a = [ACTIVATIONS[activation].function(z_i) for z_i in z]  # aᵢ = f(zᵢ)
        logits.append(z)  # (units)
        activations.append(a)  # (units)
        below = a
    return logits, activations


def example_cost(structure: Structure, logits: Units, activations: Units, y: Vector) -> float:
    """Return the cost of one example: the sum of the costs of its outputs."""
    cost = COSTS[structure.cost].function
    outputs = float(len(y))
    c = 0.0
    for z_k, a_k, y_k in zip(logits[-1], activations[-1], y, strict=True):
        c = c + cost(z_k, a_k, y_k, outputs)  # C = Σₖ C(zₖ, aₖ, yₖ)
    return c


def backward(
    structure: Structure, layers: list[Layer], logits: Units, activations: Units, y: Vector
) -> Units:
    """Return the deltas δ = ∂C/∂z of every layer after the inputs, for one example.

    Args:
        structure: what the network is made of.
        layers: its parameters.
        logits: those that `forward` gave for the example.
        activations: and the activations.
        y: the example's targets.
    """
    slopes = _slopes(structure, logits, activations)
    delta_of = COSTS[structure.cost].delta
    outputs = float(len(y))
    delta = [
        delta_of(a_k, y_k, slope_k, outputs)  # δₖ = ∂C/∂zₖ
        for a_k, y_k, slope_k in zip(activations[-1], y, slopes[-1], strict=True)
    ]
    deltas = [delta]  # (outputs)
    for layer in range(len(layers) - 1, 0, -1):
        weights_above = layers[layer].weights  # (units above, units)
        delta_above = deltas[0]
        delta = []
        for i, slope_i in enumerate(slopes[layer - 1]):
            s = 0.0
            for delta_k, w_k in zip(delta_above, weights_above, strict=True):
                s = s + delta_k * w_k[i]  # s = Σₖ δₖ·wₖᵢ
            delta.append(s * slope_i)  # δᵢ = s·f′(zᵢ)
        deltas.insert(0, delta)  # (units)
    return deltas


def _slopes(structure: Structure, logits: Units, activations: Units) -> Units:
    """Return f′(z) of every unit; of softmax outputs 1, for there it has cancelled out."""
    return [
        [
            1.0 if activation == SOFTMAX else ACTIVATIONS[activation].derivative(z_i, a_i)
            for z_i, a_i in zip(z, a, strict=True)
        ]
        for activation, z, a in zip(structure.activations, logits, activations, strict=True)
    ]


def gradient(structure: Structure, x: Vector, activations: Units, deltas: Units) -> list[Layer]:
    """Return ∂C/∂w for every weight w and ∂C/∂b for every bias b, for one example."""
    return [
        Layer(
            weights=[[delta_i * a_j for a_j in below] for delta_i in delta],  # ∂C/∂wᵢⱼ = δᵢ·aⱼ
            biases=delta if structure.bias else [],  # ∂C/∂bᵢ = δᵢ
        )
        for delta, below in zip(deltas, [x, *activations[:-1]], strict=True)
    ]


def batch_gradient(
    structure: Structure,
    parameters: Vector,
    inputs: Sequence[Vector],
    targets: Sequence[Vector],
) -> tuple[list[float], list[float]]:
    """Return each example's cost, and the mean gradient G/n of a batch of n examples, flat."""
    layers = to_layers(structure, parameters)
    costs = []
    g = [0.0] * len(parameters)
    for x, y in zip(inputs, targets, strict=True):
        logits, activations = forward(structure, layers, x)
        costs.append(example_cost(structure, logits, activations, y))
        deltas = backward(structure, layers, logits, activations, y)
        of_example = to_flat(gradient(structure, x, activations, deltas))
        g = [g_p + h_p for g_p, h_p in zip(g, of_example, strict=True)]  # G = Σ ∂C/∂w
    n = float(len(inputs))
    return costs, [g_p / n for g_p in g]


def total(costs: Sequence[float], start: float = 0.0) -> float:
    """Return the sum of costs in their order."""
    c = start
    for cost in costs:
        c = c + cost
    return c


def step(
    optimizer: str, parameters: Vector, mean_gradient: Vector, memory: Vector, rates: Rates
) -> tuple[list[float], list[float]]:
    """Return the parameters after one step, and what the optimizer remembers after it.

    Args:
        optimizer: a name of `OPTIMIZERS`.
        parameters: those before the step.
        mean_gradient: G/n.
        memory: what the optimizer remembers: v of all parameters, then s of all, then β₁^t, β₂^t.
        rates: what was asked for; Adam's corrections are filled in here.
    """
    table = OPTIMIZERS[optimizer]
    count = len(parameters)
    powers = list(memory[table.memories * count :])
    if table.powers:
        powers = [powers[0] * rates.beta1, powers[1] * rates.beta2]  # β₁^t, β₂^t
        rates = rates._replace(correction1=1.0 - powers[0], correction2=math.sqrt(1.0 - powers[1]))
    nothing = [0.0] * count
    v = memory[:count] if table.memories >= 1 else nothing
    s = memory[count : 2 * count] if table.memories == 2 else nothing
    stepped = [
        table.step(w, decayed(g, w, rates), v_p, s_p, rates)
        for w, g, v_p, s_p in zip(parameters, mean_gradient, v, s, strict=True)
    ]
    kept = [[new[1] for new in stepped], [new[2] for new in stepped]][: table.memories]
    return [new[0] for new in stepped], [*(m for each in kept for m in each), *powers]


@dataclass(frozen=True, slots=True)
class Update:
    """One update of a run."""

    cost: float
    """The mean cost of the batch, measured with the parameters before the update."""
    gradient: list[float]
    """G/n, the mean gradient of the batch, computed with the parameters before the update."""
    parameters: list[float]
    """The parameters after the update."""
    memory: list[float]
    """What the optimizer remembers after the update."""


@dataclass(frozen=True)
class Training:
    """How a run trains; see `training.settings` for what each means."""

    rates: Rates
    batch_size: int
    epochs: int
    optimizer: str = "gradient-descent"
    shuffle_seed: int | None = None
    cost_below: float = field(default=-math.inf)


def train(
    structure: Structure,
    parameters: Vector,
    inputs: Sequence[Vector],
    targets: Sequence[Vector],
    training: Training,
) -> Iterator[Update]:
    """Yield the updates of a run, one after the other.

    The run takes the examples in order, again and again: a batch may straddle the end of an epoch,
    and the last batch holds what is left.  The run ends early where the next update would make a
    parameter infinite or NaN, and at the end of the first update with which an epoch ends whose
    examples' costs, as trained, have a mean below `training.cost_below`.

    Args:
        structure: what the network is made of.
        parameters: the parameters to start from, flat.
        inputs: inputs[example][input].
        targets: targets[example][output].
        training: how to train; the optimizer remembers nothing yet.
    """
    examples = len(inputs)
    places = list(_order(examples, training))
    memory = OPTIMIZERS[training.optimizer].fresh(len(parameters)).tolist()
    epoch_cost = 0.0
    for start in range(0, len(places), training.batch_size):
        batch = places[start : start + training.batch_size]
        costs, mean_gradient = batch_gradient(
            structure, parameters, [inputs[e] for e in batch], [targets[e] for e in batch]
        )
        parameters, memory = step(
            training.optimizer, parameters, mean_gradient, memory, training.rates
        )
        if not all(map(math.isfinite, parameters)):
            return
        yield Update(total(costs) / float(len(batch)), mean_gradient, list(parameters), memory)
        left = examples - start % examples  # of the epoch, with this batch
        epoch_cost = total(costs[:left], epoch_cost)
        if len(batch) >= left:
            if epoch_cost / float(examples) < training.cost_below:
                return
            epoch_cost = total(costs[left:])


def _order(examples: int, training: Training) -> Iterator[int]:
    for epoch in range(1, training.epochs + 1):
        if training.shuffle_seed is None:
            yield from range(examples)
        else:
            yield from epoch_order(training.shuffle_seed, epoch, examples)
