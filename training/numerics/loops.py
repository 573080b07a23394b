"""Training in plain, readable Python: the reference for the kernels.

Every sum starts at +0.0 and adds its terms in the order of the loops.  The kernels keep this order,
and their results must be equal to those of the loops, bit for bit.

The letters are those of the formulas: x inputs, y targets, w weights, b biases, z logits,
a activations, δ deltas, C cost, G the gradient summed over a batch, g its mean.  Within a layer, i
counts its units and j its inputs, which are the units of the layer below; k counts the units of the
layer above.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from training.numerics.activations import ACTIVATIONS, SOFTMAX, softmax
from training.numerics.costs import CostFunction
from training.numerics.dropout import NOTHING_DROPPED, DroppedUnits, unit_factors
from training.numerics.gradient_rule import (
    NO_RULE,
    GradientRule,
    ParameterGroup,
    ParameterRule,
    parameter_rules,
    used_gradient,
)
from training.numerics.layout import Layer, Structure, to_flat, to_layers
from training.numerics.optimizers import OptimizerDefinition, OptimizerKind, Rates, Step

Vector = Sequence[float]
Units = list[list[float]]
"""A number for each unit, units[layer][unit]; layer 0 is the first after the inputs."""


def forward(
    structure: Structure, layers: list[Layer], x: Vector, factors: Sequence[Vector] = ()
) -> tuple[Units, Units]:
    """Return the logits and the activations of every layer after the inputs, for one example.

    For softmax outputs, the logits are returned as ln aₖ.  With dropout, the activations of hidden
    layers are those after it.

    Args:
        structure: the structure of the network.
        layers: its parameters.
        x: the inputs of the example.
        factors: those of dropout, from `unit_factors`; empty without dropout.
    """
    logits: Units = []
    activations: Units = []
    below = x  # a⁰ = x
    for number, (layer, activation) in enumerate(zip(layers, structure.activations, strict=True)):
        z, a = forward_layer(layer, activation, below)
        if number < len(factors):
            a = drop_activations(a, factors[number])
        logits.append(z)  # (units)
        activations.append(a)  # (units)
        below = a
    return logits, activations


def forward_layer(layer: Layer, activation: str, below: Vector) -> tuple[list[float], list[float]]:
    """Return the logits and the activations of one layer; `below` are its inputs."""
    z: list[float] = []
    a: list[float] = []
    for i, w_i in enumerate(layer.weights):  # (units, inputs of the layer)
        z_i = 0.0
        for j, a_j in enumerate(below):
            z_i = z_i + a_j * w_i[j]  # zᵢ = Σⱼ aⱼ·wᵢⱼ + bᵢ
        if layer.biases:
            z_i = z_i + layer.biases[i]
        z.append(z_i)
        if activation != SOFTMAX:
            a_i = ACTIVATIONS[activation].function(z_i)  # aᵢ = f(zᵢ)
            a.append(a_i)
    if activation == SOFTMAX:
        z, a = softmax(z)  # aₖ = e^zₖ / Σ e^z
    return z, a


def drop_activations(a: Vector, factors: Vector) -> list[float]:
    """Return the activations of a hidden layer after dropout."""
    kept: list[float] = []
    for i, a_i in enumerate(a):
        kept_i = a_i * factors[i]  # 0 if the unit is dropped
        kept.append(kept_i)
    return kept


def drop_deltas(delta: Vector, factors: Vector) -> list[float]:
    """Return the deltas of a hidden layer after dropout."""
    kept: list[float] = []
    for i, delta_i in enumerate(delta):
        kept_i = delta_i * factors[i]  # δᵢ·∂aᵢ/∂f(zᵢ)
        kept.append(kept_i)
    return kept


def example_cost(structure: Structure, logits: Units, activations: Units, y: Vector) -> float:
    """Return the cost of one example: the sum of the costs of its outputs."""
    return cost_of_outputs(structure.cost, logits[-1], activations[-1], y)


def cost_of_outputs(cost: str, z: Vector, a: Vector, y: Vector) -> float:
    """Return the cost of one example from its outputs and their targets."""
    cost_of = CostFunction(cost).definition.function
    outputs = float(len(y))
    c = 0.0
    for k, y_k in enumerate(y):
        c = c + cost_of(z[k], a[k], y_k, outputs)  # C = Σₖ C(zₖ, aₖ, yₖ)
    return c


def weigh_cost(c: float, weight: float) -> float:
    """Return the cost of one example times its weight."""
    weighted = c * weight  # w·C
    return weighted  # noqa: RET504 (a line of its own in a walk)


def weigh_deltas(delta: Vector, weight: float) -> list[float]:
    """Return the deltas of the outputs for one example, times its weight."""
    weighted: list[float] = []
    for k in range(len(delta)):
        weighted_k = delta[k] * weight  # δₖ = ∂(w·C)/∂zₖ
        weighted.append(weighted_k)
    return weighted


def backward(
    structure: Structure,
    layers: list[Layer],
    logits: Units,
    activations: Units,
    y: Vector,
    factors: Sequence[Vector] = (),
    weight: float | None = None,
) -> Units:
    """Return the deltas δ = ∂C/∂z of every layer after the inputs, for one example.

    Args:
        structure: the structure of the network.
        layers: its parameters.
        logits: the logits of the example from `forward`.
        activations: the activations of the example from `forward`.
        y: the targets of the example.
        factors: those of dropout; empty without it.
        weight: the weight of the example; None without weights.
    """
    downwards = backwards(structure, layers, logits, activations, y, factors, weight)
    return [delta for _, delta in downwards][::-1]


def backwards(
    structure: Structure,
    layers: list[Layer],
    logits: Units,
    activations: Units,
    y: Vector,
    factors: Sequence[Vector] = (),
    weight: float | None = None,
) -> Iterator[tuple[int, list[float]]]:
    """Yield the index of each layer and its deltas for one example, outputs first."""
    delta = output_deltas(structure, logits[-1], activations[-1], y)
    if weight is not None:
        delta = weigh_deltas(delta, weight)
    yield len(layers) - 1, delta
    for layer in range(len(layers) - 2, -1, -1):
        activation, above = structure.activations[layer], layers[layer + 1]
        z, a = logits[layer], activations[layer]
        if factors:
            a = undropped(activation, z)
        delta = hidden_deltas(activation, z, a, above, delta)
        if factors:
            delta = drop_deltas(delta, factors[layer])
        yield layer, delta


def undropped(activation: str, z: Vector) -> list[float]:
    """Return the activations of a hidden layer before dropout."""
    return [ACTIVATIONS[activation].function(z_i) for z_i in z]


def output_deltas(structure: Structure, z: Vector, a: Vector, y: Vector) -> list[float]:
    """Return the deltas of the outputs, for one example."""
    activation = structure.activations[-1]
    delta_of = CostFunction(structure.cost).definition.delta
    outputs = float(len(y))
    delta: list[float] = []
    for k, a_k in enumerate(a):
        slope_k = _slope(activation, z[k], a_k)  # f′(zₖ)
        delta_k = delta_of(a_k, y[k], slope_k, outputs)  # δₖ = ∂C/∂zₖ
        delta.append(delta_k)
    return delta


def hidden_deltas(
    activation: str, z: Vector, a: Vector, above: Layer, delta_above: Vector
) -> list[float]:
    """Return the deltas of a layer, from those of the layer above, for one example."""
    delta: list[float] = []
    for i, a_i in enumerate(a):
        s = 0.0
        for k, delta_k in enumerate(delta_above):
            s = s + delta_k * above.weights[k][i]  # s = Σₖ δₖ·wₖᵢ
        slope_i = _slope(activation, z[i], a_i)  # f′(zᵢ)
        delta_i = s * slope_i  # δᵢ = s·f′(zᵢ)
        delta.append(delta_i)
    return delta


def _slope(activation: str, z_i: float, a_i: float) -> float:
    """Return f′(z) of a unit; 1 for a softmax output, where it cancels out."""
    return 1.0 if activation == SOFTMAX else ACTIVATIONS[activation].derivative(z_i, a_i)


def gradient(structure: Structure, x: Vector, activations: Units, deltas: Units) -> list[Layer]:
    """Return ∂C/∂w for every weight w and ∂C/∂b for every bias b, for one example."""
    return [
        Layer(
            weights=[[delta_i * a_j for a_j in below] for delta_i in delta],  # ∂C/∂wᵢⱼ = δᵢ·aⱼ
            biases=delta if structure.bias else [],  # ∂C/∂bᵢ = δᵢ
        )
        for delta, below in zip(deltas, [x, *activations[:-1]], strict=True)
    ]


def zeros(structure: Structure) -> list[Layer]:
    """Return G before the first example: zeros for all parameters."""
    layers: list[Layer] = []
    for inputs, units in pairwise(structure.layer_sizes):
        weights = [[0.0] * inputs for _ in range(units)]
        layers.append(Layer(weights, [0.0] * (units * structure.bias)))
    return layers


def add_gradient(total: Layer, delta: Vector, below: Vector) -> None:
    """Add the gradient of a layer for one example to G of that layer."""
    for i, delta_i in enumerate(delta):
        total_i = total.weights[i]
        for j, a_j in enumerate(below):
            g_ij = delta_i * a_j  # ∂C/∂wᵢⱼ = δᵢ·aⱼ
            total_i[j] = total_i[j] + g_ij  # G = Σ ∂C/∂w
    biases = total.biases
    if biases:
        for i, delta_i in enumerate(delta):
            biases[i] = biases[i] + delta_i  # ∂C/∂bᵢ = δᵢ


def mean_gradient(total: Vector, n: float) -> list[float]:
    """Return G/n of a batch of n examples."""
    g: list[float] = []
    for p in range(len(total)):
        g_p = total[p] / n
        g.append(g_p)
    return g


def batch_gradient(
    structure: Structure,
    parameters: Vector,
    inputs: Sequence[Vector],
    targets: Sequence[Vector],
    dropout: DroppedUnits = NOTHING_DROPPED,
    weights: Vector = (),
) -> tuple[list[float], list[float]]:
    """Return the cost of each example, and the flat mean gradient G/n of a batch of n examples.

    With weights, one for each example, the cost and the gradient of each are multiplied by its
    weight; G is divided by n as without them.
    """
    layers = to_layers(structure, parameters)
    costs = []
    total = zeros(structure)
    for position, (x, y) in enumerate(zip(inputs, targets, strict=True)):
        factors = unit_factors(dropout, structure.layer_sizes, position)
        logits, activations = forward(structure, layers, x, factors)
        cost = example_cost(structure, logits, activations, y)
        weight = weights[position] if weights else None
        costs.append(cost if weight is None else weigh_cost(cost, weight))
        below = [x, *activations]
        for layer, delta in backwards(structure, layers, logits, activations, y, factors, weight):
            add_gradient(total[layer], delta, below[layer])
    return costs, mean_gradient(to_flat(total), float(len(inputs)))


def total(costs: Sequence[float], start: float = 0.0) -> float:
    """Return the sum of costs, added in their order."""
    c = start
    for cost in costs:
        c = c + cost
    return c


def step(
    optimizer: str,
    parameters: Vector,
    mean_gradient: Vector,
    memory: Vector,
    rates: Rates,
    gradient_rule: GradientRule = NO_RULE,
    groups: Sequence[ParameterGroup] = (),
) -> tuple[list[float], list[float]]:
    """Return the parameters and the optimizer state after one step.

    Args:
        optimizer: a name of `OptimizerKind`.
        parameters: the parameters before the step.
        mean_gradient: G/n.
        memory: the optimizer state: v of all parameters, then s of all, then β₁^t, β₂^t, as far as
            the optimizer has them.
        rates: the settings; the corrections of Adam are computed here.
        gradient_rule: what is done to the gradient before the step.
        groups: the groups of parameters that it applies to; none if it changes nothing.
    """
    table = OptimizerKind(optimizer).definition
    v, s, powers, rates = before_step(table, memory, len(parameters), rates)
    rules = [ParameterRule(rates)] * len(parameters)
    if groups:
        rules = parameter_rules(gradient_rule, groups, rates, parameters, mean_gradient)
    after, after_v, after_s = take_step(table.step, parameters, mean_gradient, v, s, rules)
    remembered = {"v": after_v, "s": after_s}
    return after, [*(m for letter in table.memory for m in remembered[letter]), *powers]


def before_step(
    table: OptimizerDefinition, memory: Vector, count: int, rates: Rates
) -> tuple[Vector, Vector, list[float], Rates]:
    """Return v and s of each parameter, the last numbers of the state, and the rates with them.

    These are β₁^t and β₂^t of the step; with dampening, the share of g in v at the next step.
    v or s is 0 for an optimizer without it.
    """
    powers = list(memory[table.memories * count :])
    if table.powers:
        powers = [powers[0] * rates.beta1, powers[1] * rates.beta2]  # β₁^t, β₂^t
        rates = rates._replace(correction1=1.0 - powers[0], correction2=math.sqrt(1.0 - powers[1]))
    elif powers:  # the share of g in v, with dampening
        rates = rates._replace(share=powers[0])
        powers = [1.0 - rates.dampening]
    of_letter: dict[str, Vector] = {"v": [0.0] * count, "s": [0.0] * count}
    for place, letter in enumerate(table.memory):
        of_letter[letter] = memory[place * count : (place + 1) * count]
    return of_letter["v"], of_letter["s"], powers, rates


def take_step(
    step_of: Step,
    parameters: Vector,
    gradient: Vector,
    v: Vector,
    s: Vector,
    rules: Sequence[ParameterRule],
) -> tuple[list[float], list[float], list[float]]:
    """Return the parameters after one step, and v and s after it."""
    after: list[float] = []
    after_v: list[float] = []
    after_s: list[float] = []
    for p, w_p in enumerate(parameters):
        g_p = used_gradient(gradient[p], w_p, rules[p])  # g = G/n + λ·w, or as it is asked
        after_p, v_p, s_p = moved(step_of, w_p, g_p, v[p], s[p], rules[p])  # w ← w − step
        after.append(after_p)
        after_v.append(v_p)
        after_s.append(s_p)
    return after, after_v, after_s


def moved(
    step_of: Step, w: float, g: float, v: float, s: float, rule: ParameterRule
) -> tuple[float, float, float]:
    """Return a parameter, and its v and s, after one step."""
    if rule.frozen:
        return w, v, s
    step, v, s = step_of(w, g, v, s, rule.rates)
    return w - step, v, s
