"""The engine, as the trainer uses it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from time import perf_counter

from bench.peers.work import Loop, Trained, Work
from training.engine import Engine
from training.network import Initializer, Network
from training.numerics.activations import Activation
from training.numerics.compile import warm_up
from training.numerics.costs import CostFunction
from training.numerics.helpers import NO_HELPERS, Helpers
from training.numerics.initializers import InitializerKind
from training.numerics.kernels import can_be_shared
from training.run import Run, RunState
from training.settings import TrainingSettings
from training.team_choice import TeamChoice
from training.training_set import Examples
from training.update import State

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_COSTS = {
    "sigmoid": CostFunction.CROSS_ENTROPY,
    "softmax": CostFunction.CATEGORICAL_CROSS_ENTROPY,
}


def version() -> str:
    """Say which Numba compiled it."""
    return f"Numba {version_of('numba')}"


def loop(work: Work) -> Loop:
    """Return a loop that is one call of Engine.advance, by as many threads as saved time before."""
    warm_up()
    network = Network(
        id="measured",
        uid="measured",
        layer_sizes=work.layer_sizes,
        activations=(Activation(work.hidden), Activation(work.output)),
        cost_function=_COSTS[work.output],
        initializer=Initializer(InitializerKind.EXPLICIT),
        create_time=_NOW,
    )
    run = Run(
        network_uid=network.uid,
        number=1,
        settings=TrainingSettings("measured", work.learning_rate, work.batch_size, 10**9),
        training_set_uid="measured",
        examples=len(work.inputs),
        state=RunState.RUNNING,
        first_update=1,
        latest_update=0,
        create_time=_NOW,
    )
    engine = Engine(network, run, Examples(work.inputs, work.targets))
    choice = TeamChoice(can_be_shared=work.threads > 1 and can_be_shared(work.batch_size))
    threads = ThreadPoolExecutor(work.threads)

    def train(updates: int) -> Trained:
        count = min(choice.most, work.threads - 1)
        engine.helpers = Helpers(count, threads.submit) if count else NO_HELPERS
        started = perf_counter()
        made = engine.advance(State(0, work.parameters), 0, updates, record=work.record)
        choice.note(count, (perf_counter() - started) / updates)
        return Trained(made.costs, made.state.parameters)

    return train
