"""Runs in lockstep compute what each of them would compute alone."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numerics import one_nan
from promises import rounds
from worlds import World, schedules, worlds

from training.batches import BatchMode
from training.network import Array
from training.numerics.lockstep.vectors import LANES
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.schedule import LearningRateSchedule
from training.settings import StopCondition
from training.trainer import Trainer, advance_together
from training.training_set import Examples
from training.update_rule import Clipping, Frozen, Penalty

_SEEDS = st.integers(0, 2**32)

_STOPS = st.builds(
    StopCondition,
    cost_below=st.none() | st.floats(0.01, 2.0),
    max_updates=st.just(0) | st.integers(1, 40),
    non_finite_cost=st.booleans(),
)


def _optimizers(kind: OptimizerKind) -> st.SearchStrategy[Optimizer]:
    """Return optimizers of a kind, which may differ in all of their numbers."""
    shares = st.none() | st.floats(0.0, 0.99)
    numbers = {name: shares for name in kind.definition.defaults if name != "epsilon"}
    if kind.definition.dampens:
        numbers["dampening"] = shares
    decays = st.just(0.0) | st.floats(0.0, 0.1)
    return st.builds(Optimizer, st.just(kind), weight_decay=decays, **numbers)


@st.composite
def _alike(draw: st.DrawFn) -> list[World]:
    """Draw worlds whose runs can be trained in lockstep."""
    first = draw(worlds())
    kind = draw(st.sampled_from(OptimizerKind))
    is_shuffled = draw(st.booleans())
    crosses = first.settings.batch_size and len(first.examples.inputs) % first.settings.batch_size
    mode = BatchMode.CROSS_EPOCHS if crosses else draw(st.sampled_from(BatchMode))
    # A few settings that the runs draw from: drawing all of each takes long.
    optimizers = st.sampled_from([draw(_optimizers(kind)) for _ in range(2)])
    stops = st.sampled_from([StopCondition(), *(draw(_STOPS) for _ in range(2))])
    of_rates = st.sampled_from([LearningRateSchedule(), draw(schedules)])
    alike = []
    for number in range(draw(st.integers(1, LANES))):
        rows = np.roll(np.arange(len(first.examples.inputs)), number)
        world = World(
            replace(
                first.network, initializer=replace(first.network.initializer, seed=draw(_SEEDS))
            ),
            Examples(first.examples.inputs[rows] * (1 + number), first.examples.targets[rows]),
            first.training_set,
            replace(
                first.settings,
                learning_rate=draw(st.sampled_from([0.001, 0.3, 2.0, 1e3, 1e200])),
                optimizer=draw(optimizers),
                shuffle_seed=draw(_SEEDS) if is_shuffled else None,
                schedule=draw(of_rates),
                stop=draw(stops),
                batch_mode=mode,
                epochs=draw(st.integers(1, 30)),
                dropout=None,
                penalty=Penalty(),
                clipping=Clipping(),
                frozen=Frozen(),
                class_weights=(),
            ),
        )
        alike.append(world)
    return alike


def _carry_out_alone(trainer: Trainer) -> list[Array]:
    costs = []
    while trainer.run.is_active:
        segment = trainer.advance().addition.segment
        costs += [segment.costs] if segment else []
    return costs


def _carry_out_together(trainers: list[Trainer]) -> list[list[Array]]:
    costs: list[list[Array]] = [[] for _ in trainers]
    while able := [each for each in trainers if each.run.is_active and each.member]:
        for trainer, made in zip(able, advance_together(able), strict=True):
            if made and made.addition.segment:
                costs[trainers.index(trainer)].append(made.addition.segment.costs)
    alone = [_carry_out_alone(trainer) for trainer in trainers]  # a last, smaller batch
    return [[*first, *last] for first, last in zip(costs, alone, strict=True)]


def _bits(trainer: Trainer, costs: list[Array]) -> tuple[object, ...]:
    run, state = trainer.run, trainer.state
    kept = state.optimizer_state
    return (
        one_nan(np.concatenate([np.empty(0), *costs])),
        one_nan(np.array([run.epoch_cost])),
        (run.state, run.updates_done, run.latest_update, run.end_reason, run.failure),
        run.non_finite_cost,
        (state.update, state.parameters.tobytes(), kept and kept.values.tobytes()),
        trainer.head.latest_update,
    )


@settings(max_examples=rounds(60, 5_000))
@given(_alike(), st.integers(0, 3), st.sampled_from([1e-6, 0.003]))
def test_runs_in_lockstep_have_the_bits_of_runs_alone(
    alike: list[World], ahead: int, tick: float
) -> None:
    expected, trainers, before = [], [], []
    for number, world in enumerate(alike):
        alone = world.trainer(world.open())
        expected.append(_bits(alone, _carry_out_alone(alone)))
        # They begin at different places of their epochs.
        trainer = world.trainer(world.open(), 0.02)
        made = [
            trainer.advance().addition for _ in range(min(number, ahead)) if trainer.run.is_active
        ]
        before.append([each.segment.costs for each in made if each.segment])
        trainers.append(trainer)
    after = _carry_out_together(trainers)
    for trainer, wanted, first, then in zip(trainers, expected, before, after, strict=True):
        assert _bits(trainer, [*first, *then]) == wanted
