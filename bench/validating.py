"""What validations after each epoch cost, compared with their forward passes alone."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median

from bench.peers.work import Work
from bench.report import Row
from bench.works import wide
from service.clock import SystemClock
from training.engine import Engine, outputs_and_costs
from training.network import Array, Initializer, Network
from training.numerics.activations import Activation
from training.numerics.compile import warm_up
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.run_changes import open_run
from training.run_examples import RunExamples, examples_of_run
from training.settings import TrainingSettings
from training.trainer import Trainer
from training.training_set import Examples, TrainingSet
from training.update import Addition, Head, State
from training.validation import Validation

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_EPOCHS = 100
_REPETITIONS = 60
_MOST = 1.1
_SETTINGS = TrainingSettings(
    "measured",
    learning_rate=0.002,
    batch_size=32,
    epochs=_EPOCHS,
    shuffle_seed=1,
    optimizer=Optimizer(OptimizerKind.ADAM),
    validation=Validation(share=0.35),
)


def rows() -> list[Row]:
    """Measure runs with and without validations, and the forward passes of as many, in turn.

    Each pass is made after an epoch of training, as in the run: the caches hold other numbers then.
    """
    warm_up()
    work = wide((64, 32, 10), "tanh", "softmax")
    network = _network(work)
    run, split = _opened(_SETTINGS, Examples(work.inputs, work.targets))
    alone, training = _opened(replace(_SETTINGS, validation=None), split.training)
    held_out = split.validation
    assert held_out is not None
    costs, passes = [], []
    for _ in range(_REPETITIONS + 1):
        times = [time.thread_time()]
        for each, examples in ((run, split), (alone, training)):
            _train(network, work.parameters, each, examples)
            times.append(time.thread_time())
        whole, without = (after - before for before, after in pairwise(times))
        forward = _forward_seconds(network, work.parameters, alone, training.training, held_out)
        costs.append((whole - without) / _EPOCHS)
        passes.append(forward / _EPOCHS)
    cost, forward = median(costs[1:]), median(passes[1:])  # the first ones are not counted
    return [
        Row(
            f"a validation after each epoch: 64-32-10, {len(held_out.inputs)} held-out examples",
            f"{cost * 1e6:,.0f} µs of processor time",
            f"its forward passes alone {forward * 1e6:,.0f} µs",
            f"{cost / forward:.2f} × their time",
            f"≤ {_MOST} ×",
            cost / forward <= _MOST,
        )
    ]


def _opened(settings: TrainingSettings, examples: Examples) -> tuple[Addition, RunExamples]:
    count, inputs = examples.inputs.shape
    training_set = TrainingSet("measured", "measured", inputs, 10, count, _NOW)
    opening = open_run(Head("measured"), settings, training_set, now=_NOW)
    assert opening.run is not None
    return opening, examples_of_run(opening.run, examples)


def _train(network: Network, parameters: Array, opening: Addition, examples: RunExamples) -> None:
    assert opening.run is not None
    start = State(0, parameters)
    trainer = Trainer(network, examples, opening.after, opening.run, start, SystemClock())
    while trainer.run.is_active:
        trainer.advance()


def _forward_seconds(
    network: Network,
    parameters: Array,
    opening: Addition,
    training: Examples,
    held_out: Examples,
) -> float:
    """Return the processor time of forward passes, one after each epoch."""
    assert opening.run is not None
    engine, seconds = Engine(network, opening.run, training), 0.0
    state, done = State(0, parameters), 0
    for epoch in range(1, _EPOCHS + 1):
        ends = opening.run.batches.updates_reaching(epoch * len(training.inputs))
        state, done = engine.advance(state, done, ends - done).state, ends
        started = time.thread_time()
        outputs_and_costs(network, state.parameters, held_out)
        seconds += time.thread_time() - started
    return seconds


def _network(work: Work) -> Network:
    return Network(
        id="measured",
        uid="measured",
        layer_sizes=work.layer_sizes,
        activations=(Activation(work.hidden), Activation(work.output)),
        cost_function=CostFunction.CATEGORICAL_CROSS_ENTROPY,
        initializer=Initializer(InitializerKind.EXPLICIT),
        create_time=_NOW,
    )
