"""Runs continue from their position, also after a restart and by another version."""

from dataclasses import replace
from pathlib import Path

import pytest
from histories import SetClock
from older import make_revision_0001
from services import NewExecutor, Service
from worlds import NOW, SteppingClock, make_world

from service.execution.tickets import Outcome, Ticket
from service.use_cases.legacy_answers import read
from service.use_cases.networks import NewNetwork
from service.use_cases.requests import AnsweredBefore, RequestId
from service.use_cases.steps import StepCommand, StepUnit
from training.network import Initializer, Network
from training.numerics.activations import Activation
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.run import RunState
from training.run_changes import open_run
from training.run_examples import RunExamples
from training.settings import StopCondition, TrainingSettings
from training.trainer import Trainer
from training.training_set import BUILT_IN
from training.update import Head, State

OPTIMIZERS = [
    Optimizer(),
    Optimizer(OptimizerKind.MOMENTUM),
    Optimizer(OptimizerKind.NESTEROV, momentum=0.5, weight_decay=1e-3),
    Optimizer(OptimizerKind.ADAM),
]


def bits(state: State) -> tuple[object, ...]:
    kept = state.optimizer_state
    return (
        state.update,
        state.parameters.tobytes(),
        kept and (kept.optimizer, kept.values.tobytes()),
    )


def uninterrupted(network: Network, state: State, *runs: TrainingSettings) -> State:
    """Return the state after some runs on XOR, from one process that never stopped."""
    xor, examples = next(found for found in BUILT_IN if found[0].id == "xor")
    head = Head(network.uid, latest_update=state.update)
    for settings in runs:
        opening = open_run(head, settings, xor, now=NOW)
        assert opening.run is not None
        trainer = Trainer(
            network, RunExamples(examples), opening.after, opening.run, state, SteppingClock()
        )
        while trainer.run.is_active:
            trainer.advance()
        head, state = trainer.head, trainer.state
    return state


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda it: it.kind)
def test_restarts_in_the_middle_of_epochs_change_no_bit(
    tmp_path: Path, optimizer: Optimizer, new_executor: NewExecutor
) -> None:
    database = f"sqlite:///{tmp_path / 'store.db'}"
    wanted = NewNetwork(
        "net",
        (2, 5, 1),
        (Activation.TANH, Activation.SIGMOID),
        initializer=Initializer(InitializerKind.GLOROT, 3),
        bias=True,
    )
    first = TrainingSettings(
        "xor",
        learning_rate=0.1,
        batch_size=3,
        epochs=9,
        shuffle_seed=11,
        optimizer=optimizer,
        stop=StopCondition(cost_below=1e-9),
    )
    second = replace(first, learning_rate=0.02, shuffle_seed=12, epochs=4)
    with Service(database, executor=new_executor) as service:
        network = service.networks.create(wanted).network
        start = service.state()
    # 12 updates of the first run and 6 of the second, all of them after a restart.
    for count, settings in [(1, first), (4, None), (2, None), (5, None), (2, second), (4, None)]:
        with Service(database, executor=new_executor) as service:
            service.step(count, settings)
    with Service(database, executor=new_executor) as service:
        assert service.runs.get("net", 2).run.state is RunState.SUCCEEDED
        latest = service.state()
        evaluated = service.evaluations.evaluate("net", None, "xor")[2]
    assert bits(latest) == bits(uninterrupted(network, start, first, second))
    assert evaluated.example_count == 4


def test_a_run_ends_by_its_cost_where_it_would_have_ended_without_restarts(
    tmp_path: Path, new_executor: NewExecutor
) -> None:
    database = f"sqlite:///{tmp_path / 'store.db'}"
    settings = TrainingSettings(
        "xor", 5.0, 3, 10_000, shuffle_seed=1, stop=StopCondition(cost_below=0.69)
    )
    with Service(database, executor=new_executor) as service:
        recipe = Initializer(InitializerKind.UNIFORM, 1)
        network = service.networks.create(NewNetwork("net", (2, 5, 1), initializer=recipe)).network
        start = service.state()
    expected = uninterrupted(network, start, settings)
    opening: TrainingSettings | None = settings
    while True:
        with Service(database, executor=new_executor) as service:
            run = service.step(max(1, expected.update // 7), opening).run
        opening = None
        if run.is_over:
            break
    assert run.state is RunState.SUCCEEDED
    assert run.updates_done == expected.update < run.total_updates
    with Service(database, executor=new_executor) as service:
        assert bits(service.state()) == bits(expected)


@pytest.fixture
def older(tmp_path: Path) -> str:
    """A database of revision 0001 with a run that is paused in the middle of an epoch."""
    path = tmp_path / "older.db"
    make_revision_0001(path)
    return f"sqlite:///{path}"


def test_an_older_history_replays_and_its_paused_run_continues(older: str) -> None:
    world = make_world((2, 5, 1), seed=7)
    with Service(older) as service:
        network = service.networks.get("net").network
        (*_, last) = service.pages.read(network, 0, 13)
        assert last.last_update == 13
        run = service.step(127).run  # to the end of its 134 updates
        assert (run.state, run.updates_done) == (RunState.SUCCEEDED, 134)
        latest = service.state()
        assert service.gradient_checks.check("net", None, "xor")[2].passed
    with Service(older) as service:
        assert bits(service.state()) == bits(latest)
    runs = [
        TrainingSettings("xor", 0.5, 3, 4),
        TrainingSettings("xor", 2.0, 3, 100),
    ]
    assert bits(uninterrupted(world.network, State(0, world.parameters), *runs)) == bits(latest)


def test_an_older_network_can_be_trained_with_new_settings(older: str) -> None:
    with Service(older) as service:
        service.step(127)
        before = service.state()
        settings = TrainingSettings(
            "xor", 0.1, 3, 3, shuffle_seed=1, optimizer=Optimizer(OptimizerKind.ADAM)
        )
        network = service.networks.get("net").network
        service.step(9, settings)
        assert bits(service.state()) == bits(uninterrupted(network, before, settings))


def test_an_older_answer_is_given_again(older: str) -> None:
    request: RequestId[Outcome] = RequestId("step", b"digest", lambda _: b"")
    with Service(older, clock=SetClock()) as service:  # on the same day
        command = StepCommand("net", 7, StepUnit.UPDATE, TrainingSettings("xor", 2.0, 3, 100))
        with pytest.raises(AnsweredBefore) as repeated:
            service.steps.begin(command, request)
        content = repeated.value.answer.legacy
        assert content is not None
        ticket = read(content)
        assert isinstance(ticket, Ticket)
        outcome = ticket.outcome
        assert outcome is not None
        assert outcome.run.updates_done == 7
        assert outcome.run.latest_cost == 0.6622197177603918
        assert service.networks.get("net").head.latest_update == 13
