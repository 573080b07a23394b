"""Small made-up networks, training sets and histories for the tests of the domain."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

from training.batches import BatchMode
from training.dropout import Dropout
from training.engine import Engine
from training.network import Array, Initializer, Network, initial_parameters
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction, natural_cost_function
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.numerics.schedules import ScheduleKind
from training.optimizer import Optimizer
from training.replay import ReplayContext, replay
from training.run import Run
from training.run_changes import open_run
from training.run_examples import RunExamples, examples_of_run
from training.schedule import LearningRateSchedule, ScheduleUnit
from training.settings import StopCondition, TrainingSettings
from training.snapshots import Snapshots
from training.team_choice import HelperPool, NoHelperPool
from training.trainer import Trainer
from training.training_set import Examples, TrainingSet
from training.update import Addition, Head, Segment, State, UpdateKind
from training.update_rule import Clipping, Frozen, Penalty

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class SteppingClock:
    """A clock on which every look takes a fixed time, so that segments are small and many."""

    tick: float = 0.003
    seconds: float = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

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

    def open(self, head: Head | None = None, settings: TrainingSettings | None = None) -> Addition:
        """Open a run, the first unless there is a head."""
        head = head or Head(self.network.uid)
        return open_run(head, settings or self.settings, self.training_set, now=NOW)

    def trainer(
        self,
        opening: Addition,
        tick: float = 0.003,
        state: State | None = None,
        pool: HelperPool | None = None,
    ) -> Trainer:
        assert opening.run is not None
        state = state or State(0, self.parameters)
        examples = self.examples_of(opening.run)
        clock = SteppingClock(tick)
        trainer = Trainer(self.network, examples, opening.after, opening.run, state, clock)
        trainer.pool = pool or NoHelperPool()
        return trainer

    def examples_of(self, run: Run) -> RunExamples:
        return examples_of_run(run, self.examples)

    def engine(self, run: Run) -> Engine:
        return Engine(self.network, run, self.examples_of(run).training)

    def replay(
        self, runs: list[Run], base: State | None, segments: list[Segment], first: int, last: int
    ) -> list[Snapshots]:
        context = ReplayContext(
            self.network,
            run={run.number: run for run in runs}.__getitem__,
            engine=self.engine,
            stored=lambda update: State(update, self.parameters),
        )
        return list(replay(context, base, segments, first, last))


def make_world(
    layer_sizes: tuple[int, ...] = (2, 5, 1),
    inputs: list[list[float]] | None = None,
    targets: list[list[float]] | None = None,
    *,
    activations: tuple[Activation, ...] = (),
    cost_function: CostFunction | None = None,
    bias: bool = False,
    seed: int = 1,
    learning_rate: float = 0.5,
    batch_size: int = 3,
    epochs: int = 4,
    shuffle_seed: int | None = None,
    optimizer: Optimizer | None = None,
    stop: StopCondition | None = None,
) -> World:
    inputs = inputs or [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    targets = targets or [[0.0], [1.0], [1.0], [0.0]]
    activations = activations or (Activation.SIGMOID,) * (len(layer_sizes) - 1)
    network = Network(
        id="net",
        uid="uid-of-net",
        layer_sizes=layer_sizes,
        activations=activations,
        cost_function=cost_function or natural_cost_function(activations[-1]),
        initializer=Initializer(InitializerKind.UNIFORM, seed),
        create_time=NOW,
        bias=bias,
    )
    training_set = TrainingSet(
        "set", "uid-of-set", layer_sizes[0], layer_sizes[-1], len(inputs), NOW
    )
    return World(
        network,
        Examples(np.array(inputs), np.array(targets)),
        training_set,
        TrainingSettings(
            "set",
            learning_rate,
            batch_size,
            epochs,
            shuffle_seed,
            optimizer or Optimizer(),
            stop or StopCondition(),
        ),
    )


_SEEDS = st.integers(0, 2**63 - 1)
_HIDDEN = st.sampled_from([kind for kind in Activation if kind is not Activation.SOFTMAX])
_DECAYS = st.none() | st.floats(0.0, 0.999)
_SHARES = st.just(0.0) | st.floats(0.0, 0.1)
_LIMITS = st.none() | st.floats(0.001, 2.0)
_WEIGHTS = st.sampled_from([0.0, 1.0, 2.5]) | st.floats(0.0, 4.0)

#: Any optimizer, with what applies to it given or left out.
#: Those whose steps grow with the gradient.
unbounded_optimizers = st.one_of(
    st.builds(Optimizer),
    st.builds(
        Optimizer,
        st.sampled_from([OptimizerKind.MOMENTUM, OptimizerKind.NESTEROV]),
        momentum=_DECAYS,
    ),
)

optimizers = st.one_of(
    unbounded_optimizers,
    st.builds(
        Optimizer,
        st.just(OptimizerKind.MOMENTUM),
        momentum=_DECAYS,
        dampening=st.floats(0.0, 1.0),
    ),
    st.builds(
        Optimizer,
        st.just(OptimizerKind.RMSPROP),
        beta2=_DECAYS,
        epsilon=st.none() | st.floats(1e-12, 1.0),
        weight_decay=_SHARES,
    ),
    st.builds(
        Optimizer,
        st.just(OptimizerKind.ADAGRAD),
        epsilon=st.none() | st.floats(1e-12, 1.0),
        weight_decay=_SHARES,
    ),
    st.builds(
        Optimizer,
        st.sampled_from([OptimizerKind.ADAM, OptimizerKind.ADAMW]),
        beta1=_DECAYS,
        beta2=_DECAYS,
        epsilon=st.none() | st.floats(1e-12, 1.0),
        weight_decay=_SHARES,
    ),
)


_FACTORS = st.floats(0.1, 1.1)
_PERIODS = st.integers(1, 9)
_UNITS = st.sampled_from(list(ScheduleUnit))
_WARMUPS = st.just(0) | st.integers(0, 7)


def _schedule(kind: ScheduleKind, **values: st.SearchStrategy[Any]) -> Any:
    return st.builds(LearningRateSchedule, st.just(kind), unit=_UNITS, warmup=_WARMUPS, **values)


#: Schedules of every kind for a learning rate of at least 0.001.
schedules: st.SearchStrategy[LearningRateSchedule] = st.one_of(
    st.builds(LearningRateSchedule),
    _schedule(ScheduleKind.CONSTANT),
    _schedule(ScheduleKind.STEP, period=_PERIODS, factor=st.just(0.0) | _FACTORS),
    _schedule(ScheduleKind.EXPONENTIAL, factor=_FACTORS, minimum=st.floats(0.0, 0.001)),
    _schedule(ScheduleKind.COSINE, period=st.just(0) | _PERIODS, minimum=st.floats(0.0, 0.001)),
    _schedule(ScheduleKind.INVERSE_TIME, period=st.just(0) | _PERIODS, factor=_FACTORS),
    _schedule(
        ScheduleKind.LIST,
        period=st.just(0) | _PERIODS,
        rates=st.lists(st.floats(0.001, 1.0), min_size=1, max_size=5).map(tuple),
    ),
)

dropouts = st.builds(
    Dropout, st.sampled_from([0.0, 0.2, 0.5, 0.9]).map(lambda rate: (rate,)), _SEEDS
)


#: Schedules for runs with a validation, which often reduce the rate.
plateaus: st.SearchStrategy[LearningRateSchedule] = _schedule(
    ScheduleKind.PLATEAU,
    factor=st.floats(0.3, 0.9),
    minimum=st.sampled_from([0.0, 0.001]),
    patience=st.integers(1, 3),
    min_delta=st.sampled_from([0.0, 0.01, 1.0]),
)


@st.composite
def settings_for(
    draw: st.DrawFn, examples: int, *, hidden_layers: bool = False
) -> TrainingSettings:
    """Sensible settings for a set with so many examples; some lead to divergence."""
    return TrainingSettings(
        "set",
        learning_rate=draw(st.floats(0.001, 2.0)),
        batch_size=draw(st.integers(1, examples)),
        epochs=draw(st.integers(1, 30)),
        shuffle_seed=draw(st.none() | _SEEDS),
        optimizer=replace(draw(optimizers), decay_weights_only=draw(st.booleans())),
        penalty=draw(st.just(Penalty()) | st.builds(Penalty, _SHARES, _SHARES)),
        clipping=draw(st.just(Clipping()) | st.builds(Clipping, _LIMITS, _LIMITS)),
        frozen=draw(st.just(Frozen()) | st.just(Frozen((1,))) | st.just(Frozen(biases=True))),
        schedule=draw(schedules),
        batch_mode=draw(st.sampled_from(BatchMode)),
        dropout=draw(st.none() | dropouts) if hidden_layers else None,
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Networks of 2 to 4 layers of every kind with a training set that fits, and settings."""
    sizes = tuple(draw(st.lists(st.integers(1, 6), min_size=2, max_size=4)))
    examples = draw(st.integers(1, 7))
    hidden = [draw(_HIDDEN) for _ in sizes[2:]]
    outputs = draw(st.sampled_from(list(Activation)))
    number = st.floats(-3.0, 3.0, width=32)

    def rows(width: int, value: st.SearchStrategy[float]) -> list[list[float]]:
        row = st.lists(value, min_size=width, max_size=width)
        return draw(st.lists(row, min_size=examples, max_size=examples))

    targets = rows(sizes[-1], st.floats(0.0, 1.0, width=32))
    if outputs is Activation.SOFTMAX:
        ones = [draw(st.integers(0, sizes[-1] - 1)) for _ in range(examples)]
        targets = [[float(k == one) for k in range(sizes[-1])] for one in ones]
    costs = [each for each in CostFunction if each.definition.activation in (None, outputs)]
    natural = natural_cost_function(outputs)
    cost = natural if outputs is Activation.SOFTMAX else draw(st.sampled_from(costs))
    if cost is CostFunction.HINGE:
        targets = [[float(round(y)) for y in row] for row in targets]
    world = make_world(
        sizes,
        rows(sizes[0], number),
        targets,
        activations=(*hidden, outputs),
        cost_function=cost,
        bias=draw(st.booleans()),
        seed=draw(_SEEDS),
    )
    world.settings = draw(settings_for(examples, hidden_layers=len(sizes) > 2))
    if outputs in (Activation.SIGMOID, Activation.SOFTMAX):
        smoothing = draw(st.just(0.0) | st.floats(0.0, 0.9))
        world.settings = replace(world.settings, label_smoothing=smoothing)
    if cost in {CostFunction.CROSS_ENTROPY, CostFunction.CATEGORICAL_CROSS_ENTROPY}:
        classes = max(sizes[-1], 2)
        weights = draw(st.just(()) | st.tuples(*[_WEIGHTS] * classes).filter(any))
        world.settings = replace(world.settings, class_weights=weights)
    of_examples = draw(st.none() | st.lists(_WEIGHTS, min_size=examples, max_size=examples))
    if of_examples is not None:
        world.examples = replace(world.examples, weights=np.array(of_examples))
    return world
