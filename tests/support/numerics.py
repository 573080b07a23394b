"""Small problems for the loops and the kernels alike, and how to run both on them."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.batches import Batches, BatchMode
from training.numerics import kernels, loops, run_loops
from training.numerics.activations import ACTIVATIONS, SOFTMAX
from training.numerics.arguments import NOT_VALIDATING, Data, Plan, Scratch, Workspace, data_of
from training.numerics.dropout import NOTHING_DROPPED, DroppedUnits, unit_factors
from training.numerics.encoded_network import OPTIMIZER_CODES, EncodedNetwork, encoded
from training.numerics.gradient_rule import NO_RULE, GradientRule
from training.numerics.helpers import NO_HELPERS, Helpers
from training.numerics.layout import Layer, Structure, to_layers
from training.numerics.optimizers import OptimizerKind, Rates
from training.numerics.pcg64 import shuffling
from training.numerics.random import RandomStream, epoch_order

Floats = NDArray[np.float64]

#: Every activation of outputs with every cost that goes with it.
PAIRS = [
    ("sigmoid", "cross-entropy"),
    (SOFTMAX, "categorical-cross-entropy"),
    *product(ACTIVATIONS, ("squared-error", "quadratic")),
    *product(("identity", "tanh", "gelu"), ("huber", "hinge", "poisson")),
]


def uniform(seed: int, low: float, high: float, *shape: int) -> Floats:
    """Return random numbers that are the same on every machine."""
    return RandomStream(seed).uniform(low, high, math.prod(shape)).reshape(shape)


def targets_for(cost: str, seed: int, examples: int, outputs: int) -> Floats:
    """Return targets that make sense for a cost, such as probabilities, or any numbers."""
    if cost == "categorical-cross-entropy":
        chosen = uniform(seed, 0.0, outputs, examples).astype(np.int64)
        return np.eye(outputs)[chosen]
    if cost == "hinge":
        return np.sign(uniform(seed, -1.0, 1.0, examples, outputs))
    if cost == "poisson":
        return np.floor(uniform(seed, 0.0, 4.0, examples, outputs))
    return uniform(seed, 0.0 if cost == "cross-entropy" else -1.0, 1.0, examples, outputs)


def same_bits(numbers: Any, expected: Any) -> bool:
    """Whether numbers are equal bit for bit, but for which of the many NaNs one is."""
    numbers, expected = np.asarray(numbers, float), np.asarray(expected, float)
    return numbers.shape == expected.shape and one_nan(numbers) == one_nan(expected)


def one_nan(numbers: Floats) -> bytes:
    return np.where(np.isnan(numbers), np.nan, numbers).tobytes()


@dataclass
class Progress:
    """How far a run has come: what a later call of the kernel goes on from."""

    parameters: Floats
    memory: Floats
    epoch_cost: Floats = field(default_factory=lambda: np.zeros(1))
    updates_done: int = 0

    def bits(self) -> bytes:
        return b"".join(
            numbers.tobytes() for numbers in (self.parameters, self.memory, self.epoch_cost)
        )


@dataclass(frozen=True)
class Made:
    """What one call of the kernel made."""

    updates: int
    outcome: int
    costs: Floats
    recorded: Floats


@dataclass(frozen=True)
class Problem:
    """A network, a training set and how to train."""

    structure: Structure
    parameters: Floats
    inputs: Floats
    targets: Floats
    training: run_loops.Training
    weights: Floats | None = None

    @property
    def examples(self) -> int:
        return len(self.inputs)

    @property
    def batches(self) -> Batches:
        training = self.training
        used = training.epoch_examples or self.examples
        mode = BatchMode.END_WITH_EPOCH if training.ends_with_epoch else BatchMode.CROSS_EPOCHS
        return Batches(used, training.batch_size, training.epochs, mode=mode)

    @property
    def total_examples(self) -> int:
        return self.batches.total_examples

    @property
    def total_updates(self) -> int:
        return self.batches.total_updates

    @property
    def network(self) -> EncodedNetwork:
        return encoded(self.structure)

    @property
    def data(self) -> Data:
        return data_of(self.inputs, self.targets, self.weights)

    @property
    def layers(self) -> list[Layer]:
        return to_layers(self.structure, self.parameters.tolist())

    def begin(self) -> Progress:
        """Return where a run starts."""
        return Progress(self.parameters.copy(), self.fresh_memory())

    def fresh_memory(self) -> Floats:
        training = self.training
        dampened = training.rates.dampening != 0.0
        table = OptimizerKind(training.optimizer).definition
        return table.fresh(self.parameters.size, dampened=dampened)

    def advance(
        self,
        progress: Progress,
        count: int,
        *,
        record: bool = False,
        helpers: Helpers = NO_HELPERS,
    ) -> Made:
        """Let the kernel make up to `count` updates, and move `progress` on."""
        costs = np.empty(count)
        recorded = np.empty((count if record else 0, self.parameters.size))
        made, outcome = self.train(progress, costs, recorded, helpers=helpers)
        progress.updates_done += made
        return Made(made, outcome, costs[:made], recorded[:made])

    def train(
        self,
        progress: Progress,
        costs: Floats,
        recorded: Floats,
        given: Callable[[Scratch], Scratch] = lambda scratch: scratch,
        helpers: Helpers = NO_HELPERS,
    ) -> tuple[int, int]:
        """Call the kernel with these arrays, and with what `given` makes of its scratch."""
        training = self.training
        learning_rates = np.full(len(costs), training.rates.learning_rate)
        scheduled = training.learning_rates[progress.updates_done :][: len(costs)]
        learning_rates[: len(scheduled)] = scheduled
        learning_rates.flags.writeable = False
        plan = Plan(
            training.batch_size,
            self.total_examples,
            self.batches.examples,
            int(training.ends_with_epoch),
            self.batches.position(progress.updates_done),
            training.cost_below,
            OPTIMIZER_CODES[training.optimizer],
            training.rates,
            learning_rates,
            training.dropout._replace(update=progress.updates_done),
            training.gradient_rule,
            np.array([group.frozen for group in training.groups(self.structure)], dtype=np.int64),
        )
        workspace = Workspace(
            self.shuffling(progress.updates_done),
            progress.parameters.copy(),
            progress.memory.copy(),
            progress.parameters,
            progress.memory,
            progress.epoch_cost,
            costs,
            recorded,
            NOT_VALIDATING,
        )
        network, data = self.network, self.data
        threads = helpers.threads + 1
        scratch = given(kernels.scratch_for(network, data, plan, workspace, threads=threads))
        return kernels.train(network, data, plan, workspace, scratch, helpers)

    def shuffling(self, updates_done: int) -> NDArray[np.uint64]:
        seed = self.training.shuffle_seed
        if seed is None:
            return np.empty(0, np.uint64)
        epoch = self.batches.position(updates_done) // self.batches.examples + 1
        return shuffling(seed, epoch)

    def by_loops(self) -> list[run_loops.Update]:
        """Return all updates of the run as the loops make them."""
        return list(
            run_loops.train(
                self.structure,
                self.parameters.tolist(),
                self.inputs.tolist(),
                self.targets.tolist(),
                self.training,
                self.weights_of(range(self.examples)),
            )
        )

    def weights_of(self, examples: Iterable[int]) -> list[float]:
        """Return the weights of examples, as an argument of loops."""
        return [] if self.weights is None else [float(self.weights[e]) for e in examples]

    def example_at(self, position: int) -> int:
        """Return which example a run takes at a position, counted from 0."""
        epoch, place = divmod(position, self.batches.examples)
        seed = self.training.shuffle_seed
        return place if seed is None else epoch_order(seed, epoch + 1, self.examples)[place]

    def batch(self, update: int) -> list[int]:
        """Return the examples of an update, counted from 0."""
        begin, end = self.batches.position(update), self.batches.position(update + 1)
        return [self.example_at(position) for position in range(begin, end)]

    def cost_at(self, parameters: list[float], position: int) -> float:
        """Return the cost of a run's example at a position, as the loops compute it."""
        layers, example = to_layers(self.structure, parameters), self.example_at(position)
        update = self.batches.updates_reaching(position + 1) - 1
        place = position - self.batches.position(update)
        dropout = self.training.dropout._replace(update=update)
        factors = unit_factors(dropout, self.structure.layer_sizes, place)
        x: list[float] = self.inputs[example].tolist()
        logits, activations = loops.forward(self.structure, layers, x, factors)
        y: list[float] = self.targets[example].tolist()
        cost = loops.example_cost(self.structure, logits, activations, y)
        return loops.weigh_cost(cost, *weights) if (weights := self.weights_of([example])) else cost

    def epoch_cost(self, updates: list[run_loops.Update], end: int) -> float:
        """Return the sum of the costs, as trained, from the start of an epoch to a position.

        `end` is the position after the last; the epoch is that of the one before `end`.
        """
        states = [self.parameters.tolist(), *(update.parameters for update in updates)]
        used = self.batches.examples
        total = 0.0
        for position in range((end - 1) // used * used, end):
            update = self.batches.updates_reaching(position + 1) - 1
            total = total + self.cost_at(states[update], position)
        return total

    def epoch_cost_under_way(self, updates: list[run_loops.Update]) -> float:
        """Return the sum of the costs of those examples of the last epoch that were taken."""
        taken = self.batches.position(len(updates))
        return self.epoch_cost(updates, taken) if taken % self.batches.examples else 0.0


def a_problem(
    layer_sizes: tuple[int, ...] = (2, 3, 1),
    pair: tuple[str, str] = ("sigmoid", "cross-entropy"),
    *,
    hidden: str = "tanh",
    bias: bool = True,
    examples: int = 7,
    seed: int = 1,
    width: float = 1.0,
    **training: Any,
) -> Problem:
    """Return a problem with random numbers; what is not said of its training is plain."""
    activation, cost = pair
    structure = Structure(layer_sizes, (*[hidden] * (len(layer_sizes) - 2), activation), cost, bias)
    plain: dict[str, Any] = {
        "rates": rates_for(training.get("optimizer")),
        "batch_size": 3,
        "epochs": 4,
    }
    return Problem(
        structure,
        uniform(seed, -width, width, structure.parameters),
        uniform(seed + 1, -width, width, examples, layer_sizes[0]),
        targets_for(cost, seed + 2, examples, layer_sizes[-1]),
        run_loops.Training(**(plain | training)),
    )


def rates_for(optimizer: str | None, weight_decay: float = 0.0) -> Rates:
    """Return usual rates."""
    decouples = optimizer is not None and OptimizerKind(optimizer).definition.decouples_decay
    return Rates(
        0.01 if optimizer in {"adam", "adamw", "rmsprop"} else 0.1,
        0.0 if decouples else weight_decay,
        momentum=0.9,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        decoupled_decay=weight_decay if decouples else 0.0,
    )


#: Widths on both sides of where kernels go from one way of computing to another.
_WIDTHS = st.integers(1, 5) | st.sampled_from([7, 8, 9, 15, 16, 17, 18, 31, 32, 33])
_DECAYS = st.sampled_from([0.0, 0.5, 0.9, 0.999])


@st.composite
def structures(draw: st.DrawFn) -> Structure:
    """Networks of 1 to 5 layers of every kind; rarely are many of their layers wide."""
    sizes = tuple(draw(st.lists(_WIDTHS, min_size=2, max_size=6)))
    while sum(a * b for a, b in pairwise(sizes)) > 1300:
        sizes = sizes[1:] if len(sizes) > 2 else (sizes[0], 2)
    activation, cost = draw(st.sampled_from(PAIRS))
    hidden = [draw(st.sampled_from(list(ACTIVATIONS))) for _ in sizes[2:]]
    return Structure(sizes, (*hidden, activation), cost, draw(st.booleans()))


@st.composite
def gradient_rules(draw: st.DrawFn) -> GradientRule:
    """What can be done to gradients, each of it or not."""
    return GradientRule(
        l1=draw(st.sampled_from([0.0, 0.01])),
        l2=draw(st.sampled_from([0.0, 0.1])),
        clip_value=draw(st.sampled_from([math.inf, 0.05, 1.0])),
        clip_norm=draw(st.sampled_from([math.inf, 0.1, 2.0])),
        decays_biases=draw(st.sampled_from([0.0, 1.0])),
    )


@st.composite
def trainings(draw: st.DrawFn, examples: int, least: int = 1) -> run_loops.Training:
    """Settings of every kind for so many examples, with batches of at least so many."""
    rate = st.floats(1e-3, 0.5)
    rates = Rates(
        draw(rate),
        draw(st.sampled_from([0.0, 0.01, 0.3])),
        momentum=draw(_DECAYS),
        beta1=draw(_DECAYS),
        beta2=draw(_DECAYS),
        epsilon=draw(st.sampled_from([1e-12, 1e-8, 0.1])),
        decoupled_decay=draw(st.sampled_from([0.0, 0.01])),
    )
    batch_size = draw(st.integers(least, examples))
    optimizer = draw(st.sampled_from(list(OptimizerKind)))
    if optimizer is OptimizerKind.MOMENTUM:
        rates = rates._replace(dampening=draw(st.sampled_from([0.0, 0.25, 1.0])))
    return run_loops.Training(
        rates,
        batch_size=batch_size,
        epochs=draw(st.integers(1, 3)),
        optimizer=optimizer,
        gradient_rule=draw(st.just(NO_RULE) | gradient_rules()),
        frozen_layers=draw(st.just(()) | st.just((1,)) | st.just((2, 3))),
        frozen_biases=draw(st.booleans()),
        shuffle_seed=draw(st.none() | st.integers(0, 2**63 - 1)),
        cost_below=draw(st.just(-math.inf) | st.floats(0.0, 2.0)),
        learning_rates=draw(st.just(()) | st.lists(rate, min_size=60, max_size=60)),
        epoch_examples=draw(st.none() | st.just(examples // batch_size * batch_size)),
        ends_with_epoch=draw(st.booleans()),
    )


def dropouts(hidden: int) -> st.SearchStrategy[DroppedUnits]:
    """Dropout of a network with so many hidden layers, or none."""
    if not hidden:
        return st.just(NOTHING_DROPPED)
    rates = st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.9]), min_size=hidden, max_size=hidden)
    seeds = st.integers(0, 2**63 - 1)
    dropped = st.tuples(rates, seeds).map(lambda each: DroppedUnits(np.array(each[0]), each[1]))
    return st.just(NOTHING_DROPPED) | dropped


@st.composite
def problems(draw: st.DrawFn, *, extreme: bool = False, least: int = 1) -> Problem:
    """Problems of every kind, with batches of at least so many examples.

    In extreme ones some numbers are zeros of either sign, subnormal, or so large that sums
    overflow; and rates may be.
    """
    structure = draw(structures())
    examples = draw(st.integers(least, 20))
    training = draw(trainings(examples, least))
    dropout = draw(dropouts(len(structure.layer_sizes) - 2))
    training = replace(training, dropout=dropout)
    seed = draw(st.integers(0, 2**32))
    inputs, outputs = structure.layer_sizes[0], structure.layer_sizes[-1]
    problem = Problem(
        structure,
        uniform(seed, -1.5, 1.5, structure.parameters),
        uniform(seed + 1, -1.5, 1.5, examples, inputs),
        targets_for(structure.cost, seed + 2, examples, outputs),
        training,
        draw(st.none() | st.just(np.floor(uniform(seed + 3, 0.0, 4.0, examples)) / 2.0)),
    )
    if extreme:
        numbers = [problem.parameters, problem.inputs]
        if structure.cost in {"squared-error", "quadratic"}:
            numbers.append(problem.targets)
        for array in numbers:
            _make_extreme(draw, array.reshape(-1))
        rate = st.sampled_from([1e-310, 1.0, 1e100, 1e300])
        rates = training.rates._replace(learning_rate=draw(rate))
        training = replace(training, rates=rates, learning_rates=())
    return replace(problem, training=training)


def _make_extreme(draw: st.DrawFn, numbers: Floats) -> None:
    """Put some finite floats of any size into an array."""
    places = st.integers(0, numbers.size - 1)
    anything = st.floats(allow_nan=False, allow_infinity=False)
    for place, number in draw(st.dictionaries(places, anything, max_size=6)).items():
        numbers[place] = number
