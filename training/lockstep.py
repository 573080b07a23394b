"""Runs of equal structure in lockstep: one call of a kernel makes the next updates of all of them.

Nothing that a run computes depends on the others: its updates are those that it would make alone,
to the bit. An update of a small network takes a third of the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final, NamedTuple

import numpy as np

from training.engine import (
    OUTCOMES,
    Outcome,
    Updates,
    encoded_network,
    rates_of,
    remembered,
    structure_of,
    trained_on,
)
from training.learning_rates import learning_rates
from training.network import Array, Network
from training.numerics.encoded_network import OPTIMIZER_CODES
from training.numerics.layout import Structure
from training.numerics.lockstep.arguments import LockstepPlan, LockstepWorkspace
from training.numerics.lockstep.kernel import lockstep_scratch, train_in_lockstep
from training.numerics.lockstep.vectors import LANES
from training.numerics.optimizers import OptimizerKind
from training.numerics.pcg64 import shuffling
from training.optimizer import OptimizerState
from training.run import Run
from training.run_examples import RunExamples
from training.training_set import Examples
from training.update import State

#: The most examples of a batch × parameters. Updates that take more fill the lanes of vectors with
#: their examples, and are not faster together.
_MOST_WORK: Final = 2_048

#: The most numbers in the examples of a run: each call copies them.
_MOST_NUMBERS: Final = 16_384


class Kind(NamedTuple):
    """What runs in lockstep have in common."""

    structure: Structure
    batch_size: int
    examples: int
    epoch_examples: int
    optimizer: OptimizerKind
    is_shuffled: bool


class Lane:
    """What does not change in a run that can be trained in lockstep; of `kind`."""

    def __init__(self, network: Network, run: Run, examples: Examples) -> None:
        settings = run.settings
        self.network = network
        self.examples = examples
        self.optimizer = settings.optimizer.completed()
        self.rates = np.array(rates_of(settings, settings.learning_rate))
        self.kind = Kind(
            structure_of(network),
            settings.batch_size,
            run.examples,
            run.batches.epoch_examples,
            self.optimizer.kind,
            settings.shuffle_seed is not None,
        )

    def begin(self, state: State) -> tuple[Array, Array]:
        """Return the parameters with v and s, and β₁^t, β₂^t and the share of the next gradient."""
        memory = remembered(state, self.optimizer)
        definition = self.optimizer.kind.definition
        last = definition.memories * len(state.parameters)
        counted = np.ones(3)
        counted[: definition.powers] = memory[last : last + definition.powers]
        if self.optimizer.is_dampened:
            counted[2] = memory[last]
        return np.concatenate([state.parameters, memory[:last]]), counted

    def after(self, state: State, made: int, numbers: Array, counted: Array) -> State:
        """Return the state after some updates, from numbers as those of `begin`."""
        if not made:
            return state
        size = len(state.parameters)
        counted = counted[2:] if self.optimizer.is_dampened else counted[: self._powers]
        memory = np.concatenate([numbers[size:], counted])
        kept = OptimizerState(self.optimizer, memory) if memory.size else None
        return State(state.update + made, numbers[:size].copy(), kept)

    @property
    def _powers(self) -> int:
        return self.optimizer.kind.definition.powers


def lane_of(network: Network, run: Run, examples: RunExamples) -> Lane | None:
    """Return the lane of a run; None if it can only be trained alone."""
    settings, given = run.settings, examples.training
    is_small = (
        settings.batch_size * network.parameter_count <= _MOST_WORK
        and given.inputs.size + given.targets.size <= _MOST_NUMBERS
    )
    is_plain = (
        run.validation_points is None
        and settings.dropout is None
        and not settings.rule_of(structure_of(network)).groups
    )
    if not (is_small and is_plain and run.batches.are_whole):
        return None
    trained = trained_on(network, settings, given)
    return Lane(network, run, trained) if trained.weights is None else None


@dataclass(frozen=True, slots=True)
class Member:
    """A run in lockstep, its lane, and its current state."""

    lane: Lane
    run: Run
    state: State

    @property
    def most(self) -> int:
        """The number of updates that it can make in lockstep: all but a last, smaller one."""
        return min(self.run.target, self.run.batches.whole_updates) - self.run.updates_done


def advance(members: Sequence[Member], count: int) -> list[Updates]:
    """Make up to `count` updates of each of up to LANES runs whose lanes are of one kind.

    `count` is at most the `most` of each. All make as many, and fewer if one of them ends: a run of
    which no update was made, and which has not ended, is where it was.
    """
    made = _advance(members, count)
    ends = [
        each.non_finite_cost + 1
        for member, each in zip(members, made, strict=True)
        if member.run.settings.stop.non_finite_cost and each.non_finite_cost is not None
    ]
    if not ends:
        return made
    first = min(ends)
    if first < made[0].made:
        made = _advance(members, first)
    return [
        replace(each, outcome=Outcome.NON_FINITE_COST)
        if member.run.settings.stop.non_finite_cost and each.non_finite_cost is not None
        else each
        for member, each in zip(members, made, strict=True)
    ]


def _advance(members: Sequence[Member], count: int) -> list[Updates]:
    # Lanes that are left over repeat the first run.
    all_ = [*members, *[members[0]] * (LANES - len(members))]
    network = encoded_network(members[0].lane.network)
    plan, workspace = _plan(all_, count), _workspace(all_, count)
    scratch = lockstep_scratch(network, plan, len(members[0].state.parameters))
    made = train_in_lockstep(network, plan, workspace, scratch)
    costs = np.ascontiguousarray(workspace.costs[:made].T)
    states = np.ascontiguousarray(workspace.states[made % 2].T)
    return [
        Updates(
            costs[lane],
            np.empty((0, len(member.state.parameters))),
            member.lane.after(member.state, made, states[lane], workspace.counted[:, lane]),
            float(workspace.epoch_cost[lane]),
            OUTCOMES[int(workspace.outcomes[lane])],
        )
        for lane, member in enumerate(members)
    ]


def _plan(members: Sequence[Member], count: int) -> LockstepPlan:
    kind = members[0].lane.kind
    stops = [member.run.settings.stop.cost_below for member in members]
    return LockstepPlan(
        kind.batch_size,
        kind.epoch_examples,
        OPTIMIZER_CODES[str(kind.optimizer)],
        kind.optimizer.definition.memories,
        np.stack([member.lane.examples.inputs for member in members]),
        np.stack([member.lane.examples.targets for member in members]),
        np.array([-inf if below is None else below for below in stops]),
        np.stack([member.lane.rates for member in members], axis=-1),
        np.stack(
            [learning_rates(each.run, each.run.updates_done, count) for each in members], axis=-1
        ),
    )


def _workspace(members: Sequence[Member], count: int) -> LockstepWorkspace:
    positions = [each.run.batches.position(each.run.updates_done) for each in members]
    epochs, places = np.divmod(positions, members[0].lane.kind.epoch_examples)
    seeds = [each.run.settings.shuffle_seed for each in members]
    words = [
        shuffling(seed, int(epoch) + 1)
        for seed, epoch in zip(seeds, epochs, strict=True)
        if seed is not None
    ]
    begun = [member.lane.begin(member.state) for member in members]
    numbers = np.stack([each for each, _ in begun], axis=-1)
    return LockstepWorkspace(
        places,
        np.array(words, dtype=np.uint64).reshape(-1, 8),
        np.stack([numbers, np.empty_like(numbers)]),
        np.stack([counted for _, counted in begun], axis=-1),
        np.array([member.run.epoch_cost for member in members]),
        np.empty((count, LANES)),
        np.empty(LANES, dtype=np.int64),
    )
