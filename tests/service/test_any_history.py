"""Whatever happens to a network, every update has the bits of plain, uninterrupted loops.

Steps, runs, pauses, kills, edits, resets, forks, merges and letting go of what is old in any order,
on a database on disk; the loops know nothing of stores, kernels, segments or keyframes. A kill is a
copy of the files as they are in the middle of a transaction, which is what it would have left,
opened by another service.
"""

import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from explanations import places, recomputed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from numerics import same_bits
from plain import PlainHistory
from promises import Promise, rounds
from services import Service
from worlds import SteppingClock, plateaus, settings_for

from service.reading.readers import Readers
from service.use_cases.edits import NewWeights
from service.use_cases.inspection import Which
from service.use_cases.networks import NewNetwork
from service.use_cases.training_sets import NewTrainingSet
from storage import merging
from training import trainer
from training.errors import RunNotOver, RunOver
from training.network import Initializer, LayerParameters
from training.network_rules import WeightValue
from training.numerics.activations import Activation
from training.numerics.initializers import InitializerKind
from training.run import RunState
from training.settings import StopCondition, TrainingSettings
from training.snapshots import Snapshots
from training.tables.table import InputColumn, Scaling, Table, TargetKind, Targets
from training.training_set import BUILT_IN, Examples
from training.update import UpdateKind
from training.validation import Validation, ValidationUnit

#: The training sets of runs, by their ids; each also validates runs.
SETS = {
    "xor": next(examples for found, examples in BUILT_IN if found.id == "xor"),
    "seven": Examples(
        np.array([[k / 7, (k * k % 7) / 7] for k in range(7)]),
        np.array([[float(k in {1, 2, 4})] for k in range(7)]),
        np.array([1.0, 0.5, 2.0, 1.0, 0.0, 1.5, 1.0]),
    ),
}

TABLE = Table(
    (InputColumn("a"), InputColumn("b")),
    Targets(TargetKind.LABELS, ("y",)),
    Scaling.STANDARDIZE,
)

_VALIDATIONS = st.none() | st.builds(
    Validation,
    share=st.sampled_from([0.25, 0.5]),
    seed=st.integers(0, 9),
    every=st.integers(1, 3),
    unit=st.sampled_from(ValidationUnit),
)
_FOLDS = st.builds(
    Validation,
    seed=st.integers(0, 9),
    every=st.integers(1, 3),
    folds=st.integers(2, 4),
    fold=st.integers(1, 2),
)
_OF_ANOTHER_SET = st.builds(
    Validation,
    training_set=st.sampled_from(sorted(SETS)),
    every=st.integers(1, 3),
    unit=st.sampled_from(ValidationUnit),
)


@st.composite
def stops(draw: st.DrawFn, *, is_validated: bool) -> StopCondition:
    """When a run ends: mostly after its epochs."""
    patience = draw(st.integers(0, 9)) if is_validated else 0
    return StopCondition(
        cost_below=draw(st.none() | st.none() | st.floats(0.3, 0.8)),
        max_updates=draw(st.just(0) | st.just(0) | st.integers(1, 60)),
        non_finite_cost=draw(st.booleans()),
        patience=patience,
        min_delta=draw(st.sampled_from([0.0, 1e-3, 0.1])) if patience else 0.0,
        restore_best=is_validated and draw(st.booleans()),
    )


@st.composite
def recipes(draw: st.DrawFn) -> TrainingSettings:
    """Settings of runs of every kind; some end early, and return to their best state."""
    training_set = draw(st.sampled_from(sorted(SETS)))
    validation = draw(_VALIDATIONS | _FOLDS | _OF_ANOTHER_SET)
    count = len(SETS[training_set].inputs)
    count -= validation.held_out(count) if validation else 0
    settings = draw(settings_for(count, hidden_layers=True))
    schedule = settings.schedule
    if validation is not None and draw(st.booleans()):
        schedule = draw(plateaus)
    return replace(
        settings,
        training_set=training_set,
        epochs=draw(st.integers(1, 40) | st.integers(60, 120)),
        stop=draw(stops(is_validated=validation is not None)),
        validation=validation,
        schedule=schedule,
        label_smoothing=draw(st.sampled_from([0.0, 0.0, 0.1])),
        class_weights=draw(st.sampled_from([(), (), (0.5, 3.0)])),
    )


class AnyHistory(RuleBasedStateMachine):
    """Does the same to a service and to plain histories, and compares all their updates."""

    folder: Path
    count = 0
    compared = 0
    explained = 0
    restored = 0
    reduced = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).count += 1
        self.home = self.folder / f"example-{self.count}"
        self.home.mkdir()
        self.file = self.home / "life-0.db"
        self.lives = 0
        self.service = self.opened()
        self.histories: dict[str, PlainHistory] = {}
        self.prefix = ""

    def on_its_sets(self, recipe: TrainingSettings) -> TrainingSettings:
        """Return settings with the sets of this life, whose columns may have names."""
        validation = recipe.validation
        if validation is not None and validation.training_set:
            other = f"{self.prefix}{validation.training_set}"
            validation = replace(validation, training_set=other)
        training_set = f"{self.prefix}{recipe.training_set}"
        return replace(recipe, training_set=training_set, validation=validation)

    def opened(self) -> Service:
        # On a clock on which every look takes a while, segments are short and many.
        return Service(f"sqlite:///{self.file}", clock=SteppingClock(tick=0.008))

    @initialize(
        seed=st.integers(0, 99),
        sizes=st.sampled_from([(2, 3, 1), (2, 3, 2, 1)]),
        hidden=st.sampled_from([Activation.TANH, Activation.SIGMOID, Activation.RELU]),
        bias=st.booleans(),
        named=st.booleans(),
    )
    def create(
        self, seed: int, sizes: tuple[int, ...], hidden: Activation, bias: bool, named: bool
    ) -> None:
        self.service.training_sets.create("seven", SETS["seven"])
        sets = SETS
        if named:  # with columns that the network standardizes
            self.prefix = "named-"
            sets = {f"named-{name}": examples for name, examples in SETS.items()}
            for name, examples in sets.items():
                self.service.training_sets.store(NewTrainingSet(name, examples, TABLE))
        wanted = NewNetwork(
            "net-0",
            sizes,
            (*[hidden] * (len(sizes) - 2), Activation.SIGMOID),
            initializer=Initializer(InitializerKind.GLOROT, seed),
            bias=bias,
        )
        network = self.service.networks.create(wanted).network
        start = self.service.states.read(network, 0).parameters
        self.histories["net-0"] = PlainHistory(network, sets, [start], standardizes=named)

    # What can be done.

    @rule(data=st.data(), recipe=recipes(), count=st.integers(1, 5))
    def step(self, data: st.DataObject, recipe: TrainingSettings, count: int) -> None:
        name, recipe = self.a_network(data), self.on_its_sets(recipe)
        match self.state_of_run(name):
            case RunState.PENDING | RunState.RUNNING:
                return
            case RunState.PAUSED:
                self.service.step(count, network=name)
            case _:
                self.follow(name)
                self.service.step(count, recipe, network=name)
                self.histories[name].open_run(recipe)
        self.follow(name)

    @rule(data=st.data(), recipe=recipes())
    def train(self, data: st.DataObject, recipe: TrainingSettings) -> None:
        name, recipe = self.a_network(data), self.on_its_sets(recipe)
        if self.state_of_run(name) is None:
            self.follow(name)
            self.service.runs.train(name, recipe)
            self.histories[name].open_run(recipe)

    @rule(data=st.data())
    def pause(self, data: st.DataObject) -> None:
        name = self.a_network(data)
        if self.state_of_run(name) in {RunState.PENDING, RunState.RUNNING}:
            run = self.service.networks.get(name).head.last_run
            with suppress(RunOver):
                self.service.runs.begin_pause(name, run)
            self.settle(name)

    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        name = self.a_network(data)
        if self.state_of_run(name) is RunState.PAUSED:
            self.service.runs.resume(name, self.service.networks.get(name).head.active_run)

    @rule(data=st.data(), value=st.floats(-3, 3), unit=st.integers(0, 2), whole=st.booleans())
    def edit(self, data: st.DataObject, value: float, unit: int, whole: bool) -> None:
        name = self.a_network(data)
        if self.state_of_run(name) in {RunState.PENDING, RunState.RUNNING}:
            return
        history = self.histories[name]
        self.follow(name)
        changed = history.states[-1].copy()
        shape = history.network.shapes[1]
        if whole:
            changed[shape.weights] = value
            layer = LayerParameters(
                shape.units, shape.inputs, changed[shape.weights], changed[shape.biases]
            )
            wanted = NewWeights(layers={2: layer})
        else:
            changed[shape.place(0, unit)] = value
            wanted = NewWeights((WeightValue(2, 0, unit, value),))
        self.service.edits.set_weights(name, wanted)
        history.change(changed, forget=False)

    @rule(data=st.data(), seed=st.integers(0, 99))
    def reset(self, data: st.DataObject, seed: int) -> None:
        name = self.a_network(data)
        if self.state_of_run(name) in {RunState.PENDING, RunState.RUNNING}:
            return
        self.follow(name)
        network = self.histories[name].network
        made = self.service.edits.reset(name, Initializer(InitializerKind.HE, seed))
        twin = NewNetwork(
            f"twin-{network.uid}-{made.update}"[:60].lower(),
            network.layer_sizes,
            network.activations,
            initializer=Initializer(InitializerKind.HE, seed),
            bias=network.bias,
        )
        drawn = self.service.networks.create(twin).network
        start = self.service.states.read(drawn, 0).parameters
        self.histories[name].change(start, forget=True)

    @precondition(lambda self: len(self.histories) < 3)
    @rule(data=st.data(), part=st.floats(0, 1))
    def fork(self, data: st.DataObject, part: float) -> None:
        name = self.a_network(data)
        self.follow(name)
        source = self.histories[name]
        earliest = self.earliest(name)
        # How many there are depends on time.
        update = earliest + int(part * (source.latest - earliest))
        new = f"net-{len(self.histories)}"
        forked = self.service.networks.fork(name, update, new).network
        self.histories[new] = source.forked(forked, update)

    @rule(data=st.data(), part=st.floats(0, 1), which=st.integers(0, 99))
    def explain(self, data: st.DataObject, part: float, which: int) -> None:
        name = self.a_network(data)
        self.follow(name)
        history, earliest = self.histories[name], self.earliest(name)
        made = [update for update in history.made if update > earliest]
        if not made:
            return
        update = made[int(part * (len(made) - 1))]
        # How many there are depends on time, so nothing more is drawn.
        place = places(history.network)[which % len(places(history.network))]
        before, after = history.states[update - 1], history.states[update]
        offset = place.offset(history.network)
        found = self.service.explanations.explain(Which(name, update), place, 0, 0)
        assert found.positions == range(len(found.update.numbers))
        assert same_bits(recomputed(found), after[offset])
        assert same_bits([found.before, found.after], [before[offset], after[offset]])
        traced = self.service.inspection.trace(Which(name, update), 0, 0, vectors_only=False).trace
        assert same_bits(before - traced.step, after)
        cost, rate = history.made[update]
        assert same_bits([traced.cost, found.update.learning_rate], [cost, rate])
        type(self).explained += 1

    @rule(data=st.data(), part=st.floats(0, 1))
    def let_go(self, data: st.DataObject, part: float) -> None:
        name = self.a_network(data)
        latest = self.service.networks.get(name).head.latest_update
        if not latest:
            return
        with suppress(RunNotOver):  # which may return to one of these updates
            self.service.retention.delete_updates(name, 1 + int(part * (latest - 1)))

    @rule()
    def merge(self) -> None:
        while self.service.store.maintain():
            pass

    @precondition(lambda self: self.lives < 3)
    @rule()
    def kill(self) -> None:
        self.lives += 1
        copy = self.home / f"life-{self.lives}.db"

        def as_they_are(_: object) -> None:
            for part in ("", "-wal"):
                source = self.file.with_name(self.file.name + part)
                if source.exists():
                    shutil.copy(source, copy.with_name(copy.name + part))

        self.service.store.write(as_they_are).result()
        self.service.__exit__(None, None, None)
        self.file = copy
        self.service = self.opened()
        self.service.executor.adopt()

    # What must hold.

    @invariant()
    def any_update_has_the_bits_of_the_loops(self) -> None:
        for name in self.histories:
            self.follow(name)

    def teardown(self) -> None:
        try:
            for name in self.histories:
                self.settle(name)
                self.compare_all(name)
        finally:
            self.service.__exit__(None, None, None)
            shutil.rmtree(self.home)

    # How that is said.

    def a_network(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.histories)), "network")

    def state_of_run(self, name: str) -> RunState | None:
        """Return the state of the network's run that is not over; None where there is none."""
        head = self.service.networks.get(name).head
        if not head.active_run:
            return None
        run = self.service.runs.get(name, head.active_run).run
        return None if run.is_over else run.state

    def earliest(self, name: str) -> int:
        return self.service.networks.get(name).head.earliest_update

    def settle(self, name: str) -> None:
        """Wait until nothing trains the network, woken by commits; then follow it."""
        committed = Event()
        self.service.store.on_commit(lambda _: committed.set())
        while self.state_of_run(name) in {RunState.PENDING, RunState.RUNNING}:
            assert committed.wait(timeout=60), "nothing was committed for a minute"
            committed.clear()
        self.follow(name)

    def follow(self, name: str) -> None:
        """Let the loops make what the service has made, and compare the last of it."""
        history = self.histories[name]
        latest = self.service.networks.get(name).head.latest_update
        history.advance_to(latest)
        found = self.service.states.read(history.network, latest).parameters
        assert same_bits(found, history.states[latest])

    def compare_all(self, name: str) -> None:
        """Compare every kept update, each replayed by itself, and all of them read as pages."""
        history = self.histories[name]
        first = self.earliest(name)
        for update in range(history.latest, first - 1, -1):
            alone = Readers.of(self.service.store)  # remembers nothing
            found = alone.states.read(history.network, update).parameters
            assert same_bits(found, history.states[update])
            type(self).compared += 1
        expected_count = sum(update >= first for update in history.validated)
        validated = 0
        while first <= history.latest:
            for part in self.service.pages.read(history.network, first, history.latest):
                expected = history.states[part.first_update : part.last_update + 1]
                assert all(map(same_bits, part.parameters, expected))
                self.compare_made(history, part)
                for update in part.validations.updates.tolist():
                    result = part.validations.after(update)
                    assert result is not None
                    assert repr(result.cost) == repr(history.validated[update])
                validated += len(part.validations)
                first = part.last_update + 1
        assert validated == expected_count
        type(self).restored += history.restored
        type(self).reduced += history.reduced
        *_, end = self.service.verification.verify(name)
        assert end.done, end.difference

    def compare_made(self, history: PlainHistory, part: Snapshots) -> None:
        """Compare costs and learning rates; only updates of batches have them."""
        if part.kind is UpdateKind.GRADIENT:
            found = zip(part.costs, part.learning_rates, strict=True)
            assert same_bits([*found], [history.made[update] for update in part.numbers])
        else:
            assert history.made.keys().isdisjoint(part.numbers)


def test_every_update_has_the_bits_of_plain_loops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, promise: Promise
) -> None:
    AnyHistory.folder = tmp_path
    # So that runs can be caught in the middle, and segments are merged and keyframes made.
    monkeypatch.setattr(trainer, "_FIRST_SEGMENT_WORK", 300)
    monkeypatch.setattr(trainer, "_KEYFRAME_SECONDS", 3e-4)
    for name, value in (("FULL", 64), ("PIECE", 8), ("TAIL", 3)):
        monkeypatch.setattr(merging, name, value)
    run_state_machine_as_test(
        AnyHistory,
        settings=hypothesis_settings(
            max_examples=rounds(8, 400), stateful_step_count=20, deadline=None, print_blob=True
        ),
    )
    promise(
        "every update has the bits of plain loops",
        histories=AnyHistory.count,
        updates=AnyHistory.compared,
        explanations=AnyHistory.explained,
        returns_to_the_best_update=AnyHistory.restored,
        reductions_of_the_rate=AnyHistory.reduced,
    )
