"""Made-up histories for the tests of the stores: what they say is stored, never computed."""

import copy
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from training.generators import Generator, GeneratorKind
from training.identifiers import new_uid
from training.image_shape import ImageShape
from training.network import Array, Initializer, Network
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer, OptimizerState
from training.ports import Store
from training.run import Run, RunState
from training.settings import TrainingSettings
from training.training_set import Examples, TrainingSet
from training.update import Addition, Head, Keyframe, RunEvent, Segment, State, UpdateKind
from training.validation import NO_VALIDATIONS, Validations

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@dataclass
class SetClock:
    """A clock that shows what it is set to."""

    time: datetime = NOW

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def pass_(self, time: timedelta) -> None:
        self.time += time


def make_network(network_id: str = "net") -> Network:
    return Network(
        id=network_id,
        uid=new_uid(),
        layer_sizes=(2, 5, 1),
        activations=(Activation.SIGMOID, Activation.SIGMOID),
        cost_function=CostFunction.CROSS_ENTROPY,
        initializer=Initializer(InitializerKind.UNIFORM, seed=2**63 - 1, low=-0.1, high=1 / 3),
        create_time=NOW,
        labels={"team": "Käse & co"},
    )


#: An optimizer that remembers something, said in full.
ADAM = Optimizer(OptimizerKind.ADAM, beta1=1 / 3, weight_decay=0.1 + 0.2).completed()


def make_training_set(
    set_id: str = "set", examples: int = 3, *, weighted: bool = False
) -> tuple[TrainingSet, Examples]:
    inputs = np.arange(examples * 2, dtype=np.float64).reshape(examples, 2) / 7
    targets = np.arange(examples, dtype=np.float64).reshape(examples, 1) / 3
    weights = np.arange(examples) / 2.0 if weighted else None
    training_set = TrainingSet(
        *(set_id, new_uid(), 2, 1, examples, NOW),
        image_shape=ImageShape(1, 2) if weighted else None,
        generator=None if weighted else Generator(GeneratorKind.MOONS, examples, 0.5, 7),
    )
    return training_set, Examples(inputs, targets, weights)


@dataclass
class Story:
    """A network's history as it is made up, an addition after the other.

    Each addition is made for the head that the one before it leaves; `copy` lets two writers go on
    from the same head.
    """

    network: Network = field(default_factory=make_network)
    training_set: str = "some-set"
    validation_set: str = ""
    head: Head = field(default_factory=lambda: Head(""))
    run: Run | None = None

    @property
    def uid(self) -> str:
        return self.network.uid

    def copy(self) -> "Story":
        return copy.copy(self)

    def beginning(self) -> tuple[Network, Segment, Keyframe]:
        """Return what add_network takes."""
        self.head = Head(self.uid)
        segment = Segment(self.uid, UpdateKind.INITIAL, 0, 1, NOW)
        return self.network, segment, Keyframe(self.uid, self.state(0))

    def state(self, update: int) -> State:
        """Return the state that the story's keyframes have: every other with an optimizer's."""
        remembered = OptimizerState(ADAM, np.arange(32, dtype=np.float64) / 3 - update)
        parameters = np.arange(15, dtype=np.float64) / 7 + update
        return State(update, parameters, remembered if update % 2 else None)

    def opening(self) -> Addition:
        """Open a run that is PENDING."""
        number = self.head.last_run + 1
        latest = self.head.latest_update
        self.run = Run(
            network_uid=self.uid,
            number=number,
            settings=TrainingSettings(self.training_set, 0.1, 3, 10**6),
            training_set_uid=self.training_set,
            examples=3,
            state=RunState.PENDING,
            first_update=latest + 1,
            latest_update=latest,
            create_time=NOW,
            validation_set_uid=self.validation_set,
        )
        return self._addition(replace(self.head, last_run=number, active_run=number))

    def growth(
        self,
        count: int = 1,
        *,
        costs: Array | None = None,
        jumping: bool = False,
        keyframe: bool = False,
        validated: bool = False,
        state: RunState = RunState.RUNNING,
    ) -> Addition:
        """Add updates of the run, which is in `state` afterwards; an event where it changes.

        If they are `validated`, there is a validation after every other one of them. Costs that
        are `jumping` take 8 bytes each in a store.
        """
        assert self.run is not None
        first = self.head.latest_update + 1
        if costs is None:
            numbers = np.arange(first, first + count)
            costs = (1 + numbers % 2 if jumping else 1) / numbers
        latest = self.head.latest_update + len(costs)
        segment = Segment(
            self.uid,
            UpdateKind.GRADIENT,
            first,
            len(costs),
            NOW + timedelta(microseconds=first),
            self.run.number,
            self.run.updates_done,
            costs,
            self.validations(range(first, latest + 1, 2)) if validated else NO_VALIDATIONS,
        )
        self.run = replace(
            self.run,
            latest_update=latest,
            updates_done=self.run.updates_done + len(costs),
            latest_cost=float(costs[-1]),
            epoch_cost=self.run.epoch_cost + float(costs[-1]),
        )
        kept = Keyframe(self.uid, self.state(latest)) if keyframe else None
        return self._addition(replace(self.head, latest_update=latest), segment, kept, state)

    def validations(self, numbers: range) -> Validations:
        """Return validations after these updates, some of them without an accuracy."""
        updates = np.array(numbers, dtype=np.int64)
        return Validations(updates, 1 / (updates + 1), np.where(updates % 3, 0.5, np.nan))

    def change(self, state: RunState) -> Addition:
        """Change the run's state between two updates."""
        return self._addition(self.head, state=state)

    def _addition(
        self,
        after: Head,
        segment: Segment | None = None,
        keyframe: Keyframe | None = None,
        state: RunState = RunState.PENDING,
    ) -> Addition:
        assert self.run is not None
        events: tuple[RunEvent, ...] = ()
        if state is not self.run.state or self.run.number > self.head.last_run:
            if state is not self.run.state:
                self.run = self.run.become(state, NOW)
            after = replace(after, last_event=after.last_event + 1)
            events = (RunEvent(after.last_event, after.latest_update, self.run),)
        after = replace(
            after.renewed(),
            active_run=0 if self.run.is_over else self.run.number,
            keyframe=keyframe.state.update if keyframe else after.keyframe,
        )
        addition = Addition(self.head, after, segment, keyframe, self.run, events)
        self.head = after
        return addition


def begin(store: Store, network_id: str = "net", training_set: str = "some-set") -> Story:
    """Store a new network, and return its story."""
    story = Story(make_network(network_id), training_set)
    store.write(lambda writer: writer.add_network(*story.beginning())).result()
    return story


def append(store: Store, addition: Addition) -> RunState | None:
    """Store an addition, and wait until it is durable."""
    return store.write(lambda writer: writer.append(addition)).result()


def same_segment(one: Segment, other: Segment) -> bool:
    """Return whether two segments are equal to the bit."""
    bits = [
        [
            array.astype(np.float64).tobytes()
            for array in (
                segment.costs,
                segment.validations.updates,
                segment.validations.costs,
                segment.validations.accuracies,
            )
        ]
        for segment in (one, other)
    ]
    none = np.empty(0)
    return bits[0] == bits[1] and _plain(one, none) == _plain(other, none)


def same_keyframe(one: Keyframe, other: Keyframe) -> bool:
    """Return whether two keyframes are equal to the bit."""
    return _comparable(one) == _comparable(other)


def _comparable(keyframe: Keyframe) -> tuple[object, ...]:
    state, remembered = keyframe.state, keyframe.state.optimizer_state
    return (
        keyframe.network_uid,
        state.update,
        state.parameters.tobytes(),
        remembered and (remembered.optimizer, remembered.values.tobytes()),
    )


def same_examples(one: Examples, other: Examples) -> bool:
    """Return whether two sets of examples are equal to the bit."""
    nothing = np.empty(0)
    first, second = (
        (each.inputs, each.targets, nothing if each.weights is None else each.weights)
        for each in (one, other)
    )
    return all(
        ours.shape == theirs.shape and ours.tobytes() == theirs.tobytes()
        for ours, theirs in zip(first, second, strict=True)
    )


def _plain(segment: Segment, costs: Array) -> tuple[object, ...]:
    return (
        segment.network_uid,
        segment.kind,
        segment.first_update,
        segment.count,
        segment.commit_time,
        segment.run,
        segment.run_offset,
    )


def with_support() -> dict[str, str]:
    """Return an environment in which a child process finds this module."""
    return os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
