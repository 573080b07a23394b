"""Small made-up networks, training sets and histories for the tests of the domain."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st

from training.engine import Engine
from training.network import (
    Activation,
    Array,
    CostFunction,
    Initializer,
    InitializerKind,
    Network,
    initial_parameters,
)
from training.replay import Snapshots, Sources, replay
from training.run import Run
from training.settings import TrainingSettings
from training.trainer import Trainer, open_run
from training.training_set import Examples, TrainingSet
from training.update import Addition, Head, Segment, State, UpdateKind

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class SteppingClock:
    """A clock on which every look takes a fixed time, so that segments are small and many."""

    tick: float = 0.003
    seconds: float = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        self.seconds += self.tick
        return self.seconds


@dataclass
class World:
    """A network, what it is trained on, and how."""

    network: Network
    examples: Examples
    training_set: TrainingSet
    settings: TrainingSettings
    parameters: Array = field(init=False)

    def __post_init__(self) -> None:
        self.parameters = initial_parameters(self.network)

    @property
    def initial_segment(self) -> Segment:
        return Segment(self.network.uid, UpdateKind.INITIAL, 0, 1, NOW)

    def open(self) -> Addition:
        return open_run(Head(self.network.uid), self.settings, self.training_set, NOW)

    def trainer(self, opening: Addition, tick: float = 0.003) -> Trainer:
        assert opening.run is not None
        state = State(0, self.parameters)
        return Trainer(
            self.network, self.examples, opening.after, opening.run, state, SteppingClock(tick)
        )

    def replay(
        self, run: Run, base: State | None, segments: list[Segment], first: int, last: int
    ) -> list[Snapshots]:
        engine = Engine(self.network, run, self.examples)
        sources = Sources(
            self.network,
            run=lambda _: run,
            engine=lambda _: engine,
            stored=lambda update: State(update, self.parameters),
        )
        return list(replay(sources, base, segments, first, last))


def make_world(
    layer_sizes: tuple[int, ...] = (2, 5, 1),
    inputs: list[list[float]] | None = None,
    targets: list[list[float]] | None = None,
    *,
    learning_rate: float = 0.5,
    batch_size: int = 3,
    epochs: int = 4,
    seed: int = 1,
) -> World:
    inputs = inputs or [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    targets = targets or [[0.0], [1.0], [1.0], [0.0]]
    network = Network(
        id="net",
        uid="uid-of-net",
        layer_sizes=layer_sizes,
        activations=(Activation.SIGMOID,) * (len(layer_sizes) - 1),
        cost_function=CostFunction.CROSS_ENTROPY,
        initializer=Initializer(InitializerKind.UNIFORM, seed),
        create_time=NOW,
    )
    training_set = TrainingSet(
        "set", "uid-of-set", layer_sizes[0], layer_sizes[-1], len(inputs), NOW
    )
    return World(
        network,
        Examples(np.array(inputs), np.array(targets)),
        training_set,
        TrainingSettings("set", learning_rate, batch_size, epochs),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Networks of 2 to 4 layers with a training set that fits, and sensible settings."""
    sizes = tuple(draw(st.lists(st.integers(1, 6), min_size=2, max_size=4)))
    examples = draw(st.integers(1, 7))
    number = st.floats(-3.0, 3.0, width=32)
    target = st.floats(0.0, 1.0, width=32)

    def rows(width: int, value: st.SearchStrategy[float]) -> list[list[float]]:
        row = st.lists(value, min_size=width, max_size=width)
        return draw(st.lists(row, min_size=examples, max_size=examples))

    return make_world(
        sizes,
        rows(sizes[0], number),
        rows(sizes[-1], target),
        learning_rate=draw(st.floats(0.001, 8.0)),
        batch_size=draw(st.integers(1, examples)),
        epochs=draw(st.integers(1, 30)),
        seed=draw(st.integers(0, 2**63 - 1)),
    )
