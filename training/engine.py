"""Calls the compiled kernels for a network and the settings of a run."""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf

import numpy as np

from training.batches import BatchMode
from training.chunks import chunks
from training.class_weights import weights_of
from training.dropout import dropped_units
from training.label_smoothing import smoothed
from training.learning_rates import learning_rates
from training.network import Array, Network
from training.numerics import kernels
from training.numerics.arguments import (
    NO_SCRATCH,
    NOT_VALIDATING,
    Data,
    Plan,
    Results,
    Validating,
    Workspace,
    data_of,
)
from training.numerics.dropout import NOTHING_DROPPED, DroppedUnits
from training.numerics.encoded_network import OPTIMIZER_CODES, EncodedNetwork, encoded
from training.numerics.helpers import NO_HELPERS, Helpers
from training.numerics.layout import Structure
from training.numerics.optimizers import Rates
from training.numerics.overflow import allow_overflow
from training.numerics.pcg64 import MASK, Words, shuffling
from training.numerics.scratch import SPARE_SCRATCH
from training.numerics.sums import sum_in_order
from training.optimizer import Optimizer, OptimizerState
from training.plateau import Plateau
from training.run import Run
from training.settings import StopCondition, TrainingSettings
from training.training_set import Examples
from training.update import State


class Outcome(StrEnum):
    """Why the engine stopped."""

    MADE = "made"
    """It made all requested updates, or all that the run has left."""
    DIVERGED = "diverged"
    """The next update would make a parameter infinite or NaN."""
    COST_REACHED = "cost reached"
    """The mean cost of an epoch is below the cost that ends the run."""
    NON_FINITE_COST = "non-finite cost"
    """The cost of the last update is infinite or NaN, and the settings end the run there."""


OUTCOMES = {
    kernels.MADE: Outcome.MADE,
    kernels.DIVERGED: Outcome.DIVERGED,
    kernels.COST_REACHED: Outcome.COST_REACHED,
}


@dataclass(frozen=True, slots=True)
class Updates:
    """Consecutive gradient updates from the kernel.

    `costs` (made) and `recorded` (made, parameters), or (0, parameters) if nothing was recorded.
    `state` is the state after the last update, `epoch_cost` the sum of the costs of the examples in
    the current epoch.
    """

    costs: Array
    recorded: Array
    state: State
    epoch_cost: float
    outcome: Outcome

    @property
    def made(self) -> int:
        """The number of applied updates."""
        return len(self.costs)

    @property
    def non_finite_cost(self) -> int | None:
        """The index of the first update whose cost is infinite or NaN; None if all are finite."""
        finite = np.isfinite(self.costs)
        return None if finite.all() else int(finite.argmin())

    def until(self, made: int, state: State, epoch_cost: float) -> "Updates":
        """Return the first ones, which lead to this state."""
        recorded = self.recorded[:made]
        return Updates(self.costs[:made], recorded, state, epoch_cost, Outcome.MADE)


class Engine:
    """Computes the gradient updates of one run, for training and replay, with the same bits.

    It keeps the memory for intermediate results: threads must not use an engine at the same time.
    `helpers` can be set before each call: they compute parts of its updates, with the same bits.
    """

    def __init__(self, network: Network, run: Run, examples: Examples) -> None:
        settings = run.settings
        self._run = run
        self._network = encoded_network(network)
        self._parameters = network.parameter_count
        trained = trained_on(network, settings, examples)
        self._data = data_of(trained.inputs, trained.targets, trained.weights)
        self._batches = run.batches
        self._optimizer = settings.optimizer.completed()
        self._optimizer_code = OPTIMIZER_CODES[str(self._optimizer.kind)]
        self._rates = rates_of(settings, settings.learning_rate)
        self._dropout = dropped_units(network, settings.dropout)
        rule = settings.rule_of(structure_of(network))
        self._gradient_rule, self._frozen = rule.gradient_rule, rule.frozen
        self._shuffle_seed = settings.shuffle_seed
        # The latest epoch that updates began with, and its words: an engine is often called again
        # for the next one, and making them anew takes longer than a few small updates.
        self._shuffled: tuple[int, Words] = (-1, np.empty(0, dtype=np.uint64))
        self._stop = settings.stop
        self._scratch = NO_SCRATCH
        self._scratch_of: tuple[int, ...] = ()  # what its size was computed for
        self.helpers: Helpers = NO_HELPERS

    def reduce(self, plateau: Plateau) -> None:
        """Continue with the learning rates that follow from what validations have led to."""
        self._run = replace(self._run, plateau=plateau)

    def advance(
        self,
        state: State,
        updates_done: int,
        count: int,
        *,
        record: bool = False,
        epoch_cost: float | None = None,
        validating: Validating = NOT_VALIDATING,
    ) -> Updates:
        """Make up to `count` updates after the first `updates_done` of the run, from `state`.

        With `record` the parameters after each update are returned. `epoch_cost` is the sum of the
        costs of the examples in the current epoch before these updates. Stop conditions that depend
        on costs apply only with it: in a replay the history says where the run ended. Fewer
        updates are made if the run ends, or if the next update would make a parameter infinite or
        NaN; the returned state is then the last finite one. What `validating` asks for is measured
        between the updates, and set in its arrays.
        """
        stop = self._stop if epoch_cost is not None else StopCondition()
        below = -inf if stop.cost_below is None else stop.cost_below
        batches = self._batches
        plan = Plan(
            batches.batch_size,
            batches.total_examples,
            batches.epoch_examples,
            int(batches.mode is not BatchMode.CROSS_EPOCHS),
            batches.position(updates_done),
            below,
            self._optimizer_code,
            self._rates,
            learning_rates(self._run, updates_done, count),
            self._dropout._replace(update=updates_done),
            self._gradient_rule,
            self._frozen,
        )
        updates = self._train(state, plan, validating, count, epoch_cost or 0.0, record=record)
        if not stop.non_finite_cost or updates.non_finite_cost is None:
            return updates
        # This happens at most once in a run, so the kernel does not check every cost.
        count = updates.non_finite_cost + 1
        if count < updates.made:
            updates = self._train(state, plan, validating, count, epoch_cost or 0.0, record=record)
        return replace(updates, outcome=Outcome.NON_FINITE_COST)

    @property
    def state_size(self) -> int:
        """The number of parameters and of the numbers of the optimizer state."""
        return self._parameters + self._optimizer.fresh_state(self._parameters).size

    def validated(self, validating: Validating, index: int, update: int) -> tuple[State, float]:
        """Return the state that a validation of a call measured, and the epoch's cost so far.

        `index` is that of the validation, and `update` the number of the update before it.
        """
        numbers = validating.states[index]
        memory = numbers[self._parameters : -1].copy()
        kept = OptimizerState(self._optimizer, memory) if memory.size else None
        return State(update, numbers[: self._parameters].copy(), kept), float(numbers[-1])

    def _train(
        self,
        state: State,
        plan: Plan,
        validating: Validating,
        count: int,
        epoch_cost: float,
        *,
        record: bool,
    ) -> Updates:
        costs = np.empty(count)
        recorded = np.empty((count if record else 0, len(state.parameters)))
        begun = remembered(state, self._optimizer)
        parameters, memory = np.empty_like(state.parameters), np.empty_like(begun)
        running_cost = np.array([epoch_cost])
        shuffled = self._shuffling(plan)
        workspace = Workspace(
            *(shuffled, state.parameters, begun, parameters, memory),
            *(running_cost, costs, recorded, validating),
        )
        network, data = self._network, self._data
        call = count, len(recorded), validating.after.size, self.helpers.threads
        if call != self._scratch_of:  # a step after a step needs the same
            self._scratch = kernels.scratch_for(
                network, data, plan, workspace, self._scratch, self.helpers.threads + 1
            )
            self._scratch_of = call
        made, outcome = kernels.train(network, data, plan, workspace, self._scratch, self.helpers)
        return Updates(
            costs[:made],
            recorded[:made],
            self._after(state, made, parameters, memory),
            float(running_cost[0]),
            OUTCOMES[outcome],
        )

    def _after(self, state: State, made: int, parameters: Array, memory: Array) -> State:
        if not made:
            return state
        kept = OptimizerState(self._optimizer, memory) if memory.size else None
        return State(state.update + made, parameters, kept)

    def _shuffling(self, plan: Plan) -> Words:
        if self._shuffle_seed is None:
            return np.empty(0, dtype=np.uint64)
        epoch = plan.position // plan.epoch_examples + 1
        known, words = self._shuffled
        if known + 1 == epoch:
            words = next_shuffling(words)
        elif known != epoch:
            words = shuffling(self._shuffle_seed, epoch)
        self._shuffled = epoch, words
        return words.copy()  # the kernel advances it


def trained_on(network: Network, settings: TrainingSettings, examples: Examples) -> Examples:
    """Return examples as a run trains on them: with smoothed targets, and with all weights."""
    targets = smoothed(network, settings, examples.targets)
    return Examples(examples.inputs, targets, weights_of(settings, examples))


def next_shuffling(words: Words) -> Words:
    """Return the shuffling of the next epoch: the state after a jump, as the kernel computes it."""
    state, increment = (int(words[place]) << 64 | int(words[place + 1]) for place in (0, 6))
    jump = int(words[4]) << 64 | int(words[5])
    state = (jump * state + increment) & MASK
    following = words.copy()
    following[0], following[1] = state >> 64, state & (2**64 - 1)
    return following


@SPARE_SCRATCH.kept()
def activations(
    network: Network,
    parameters: Array,
    inputs: Array,
    dropout: DroppedUnits = NOTHING_DROPPED,
) -> Array:
    """Return the activations of all layers after the inputs, for each row of inputs.

    `inputs` (n, inputs), the result (n, units of all layers after the inputs). With dropout, the
    activations of hidden layers are those after it.
    """
    result = np.empty((len(inputs), sum(network.layer_sizes[1:])))
    argument = encoded_network(network)
    for rows in chunks(network, len(inputs)):
        kernels.forward(argument, inputs[rows], parameters, dropout.after(rows.start), result[rows])
    return result


def outputs_and_costs(
    network: Network,
    parameters: Array,
    examples: Examples,
    dropout: DroppedUnits = NOTHING_DROPPED,
) -> tuple[Array, Array]:
    """Return the outputs (n, outputs) and the cost (n), times its weight, of each of n examples."""
    return _evaluated(network, parameters, examples, dropout, np.empty(0))


@allow_overflow
def cost_and_gradient(
    network: Network,
    parameters: Array,
    examples: Examples,
    dropout: DroppedUnits = NOTHING_DROPPED,
) -> tuple[float, Array]:
    """Return the mean cost of all examples and G/n (parameters), as if they were one batch."""
    costs, gradient_sum = costs_and_gradient_sum(network, parameters, examples, dropout)
    n = float(len(costs))
    return sum_in_order(costs) / n, gradient_sum / n


def costs_and_gradient_sum(
    network: Network,
    parameters: Array,
    examples: Examples,
    dropout: DroppedUnits = NOTHING_DROPPED,
) -> tuple[Array, Array]:
    """Return the cost (n) of each of n examples and G (parameters), as if they were one batch."""
    gradient_sum = np.zeros(len(parameters))
    _, costs = _evaluated(network, parameters, examples, dropout, gradient_sum)
    return costs, gradient_sum


@SPARE_SCRATCH.kept()
def _evaluated(
    network: Network,
    parameters: Array,
    examples: Examples,
    dropout: DroppedUnits,
    gradient_sum: Array,
) -> tuple[Array, Array]:
    """Return the outputs and costs; add G to `gradient_sum` (parameters), unless it is (0)."""
    outputs = np.empty((len(examples.inputs), network.layer_sizes[-1]))
    costs = np.empty(len(outputs))
    argument = encoded_network(network)
    data = data_of(examples.inputs, examples.targets, examples.weights)
    for rows in chunks(network, len(costs), gradient=gradient_sum.size > 0):
        of_rows = Data(data.inputs[rows], data.targets[rows], data.weights[rows])
        results = Results(outputs[rows], costs[rows], gradient_sum)
        kernels.evaluate(argument, of_rows, parameters, dropout.after(rows.start), results)
    return outputs, costs


def remembered(state: State, optimizer: Optimizer) -> Array:
    """Return the optimizer state that a completed optimizer continues from, which is only read.

    It is the initial one if the updates before were made by another optimizer, or other settings.
    """
    kept = state.optimizer_state
    if kept is not None and kept.optimizer == optimizer:
        return kept.values
    return optimizer.fresh_state(len(state.parameters))


def structure_of(network: Network) -> Structure:
    """Return the structure of a network for the numerics."""
    return Structure(network.layer_sizes, network.activations, network.cost_function, network.bias)


def encoded_network(network: Network) -> EncodedNetwork:
    """Return a network as an argument of kernels."""
    return encoded(structure_of(network))


def rates_of(settings: TrainingSettings, learning_rate: float) -> Rates:
    """Return the settings of the step of an update, 0 for those that do not apply."""
    optimizer = settings.optimizer.completed()
    decay, decouples = optimizer.weight_decay, optimizer.kind.definition.decouples_decay
    return Rates(
        learning_rate=learning_rate,
        weight_decay=0.0 if decouples else decay,
        decoupled_decay=decay if decouples else 0.0,
        momentum=optimizer.momentum or 0.0,
        beta1=optimizer.beta1 or 0.0,
        beta2=optimizer.beta2 or 0.0,
        epsilon=optimizer.epsilon or 0.0,
        dampening=optimizer.dampening or 0.0,
    )
