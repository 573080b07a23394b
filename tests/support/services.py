"""All use cases on a store, without a transport."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event
from types import TracebackType

from patience import PATIENCE

from service.clock import SystemClock
from service.execution.outcomes import Outcomes
from service.execution.run_opening import RunOpening
from service.execution.thread_executor import ThreadExecutor
from service.execution.tickets import Outcome, Ticket
from service.execution.wakeups import Wakeups
from service.reading.readers import Readers
from service.threads import Threads
from service.use_cases.comparisons import Comparisons
from service.use_cases.edits import Edits
from service.use_cases.evaluations import Evaluations
from service.use_cases.explanations import Explanations
from service.use_cases.exports import Exports
from service.use_cases.gradient_checks import GradientChecks
from service.use_cases.history import History
from service.use_cases.inspection import Inspection
from service.use_cases.networks import Networks
from service.use_cases.predictions import Predictions
from service.use_cases.projections import Projections
from service.use_cases.retention import Retention
from service.use_cases.runs import Runs
from service.use_cases.steps import StepCommand, Steps, StepUnit
from service.use_cases.summaries import Summaries
from service.use_cases.training_sets import TrainingSets
from service.use_cases.verification import Verification
from service.use_cases.warnings import Warnings
from storage import open_store
from training.limits import Limits
from training.ports import Clock, Executor, Store
from training.run import Run
from training.settings import TrainingSettings
from training.update import State

#: How an executor is made.
NewExecutor = Callable[[Store, Readers, Clock], Executor]


class Service(AbstractContextManager["Service"]):
    """A service on a store of its own, for as long as the context lasts."""

    def __init__(
        self,
        database: str = "memory:",
        limits: Limits | None = None,
        clock: Clock | None = None,
        executor: NewExecutor = ThreadExecutor,
        store: Store | None = None,
    ) -> None:
        clock, limits = clock or SystemClock(), limits or Limits()
        self.clock = clock
        self.store = store or open_store(database, clock, limits)
        self.threads = Threads(2, "own")
        self.readers = readers = Readers.of(self.store)
        self.states, self.pages = readers.states, readers.pages
        self.executor = executor(self.store, readers, clock)
        self.networks = Networks(self.store, readers.states, clock, limits)
        self.training_sets = TrainingSets(self.store, readers.examples, clock, limits)
        self.opening = opening = RunOpening(readers.examples, clock, limits)
        self.warnings = Warnings(self.store, readers.states, readers.examples)
        self.runs = Runs(self.store, self.executor, opening, self.warnings, clock)
        self.steps = Steps(self.store, self.executor, opening, clock)
        self.edits = Edits(self.store, readers.states, clock)
        self.retention = Retention(self.store, readers.states, clock)
        self.history = History(self.store, readers.states, readers.selections)
        self.comparisons = Comparisons(self.store, readers.states)
        self.summaries = Summaries(self.store, readers.states, readers.examples, limits)
        self.predictions = Predictions(self.store, readers.states, limits)
        self.evaluations = Evaluations(self.store, readers.states, readers.examples, limits)
        self.projections = Projections(self.store, readers.states, readers.examples, limits)
        self.gradient_checks = GradientChecks(self.store, readers.states, readers.examples, limits)
        self.inspection = Inspection(self.store, readers.examples, readers.states, opening, limits)
        self.explanations = Explanations(self.inspection, limits)
        self.exports = Exports(self.store, readers.states)
        self.verification = Verification(self.store, readers.examples, clock)
        self.training_sets.add_built_in()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.executor.stop()
        self.store.close()
        self.threads.stop()

    def step(
        self, count: int, settings: TrainingSettings | None = None, network: str = "net"
    ) -> Outcome:
        """Advance by some updates, and wait for the outcome."""
        command = StepCommand(network, count, StepUnit.UPDATE, settings)
        return self.outcome(self.steps.begin(command).ticket)

    def outcome(self, ticket: Ticket) -> Outcome:
        """Wait for the outcome of a call."""

        async def wait() -> Outcome:
            wakeups = Wakeups(asyncio.get_running_loop())
            self.store.on_commit(wakeups.committed)
            return await Outcomes(self.store, wakeups, self.threads, self.clock).wait(ticket)

        return ticket.outcome or asyncio.run(wait())

    def wait_for_run(self, condition: Callable[[Run], bool], network: str = "net") -> Run:
        """Wait until the first run of a network is as wanted, woken by commits."""
        committed = Event()
        self.store.on_commit(lambda _: committed.set())
        while True:
            committed.clear()
            run = self.runs.get(network, 1).run
            if condition(run):
                return run
            assert committed.wait(timeout=PATIENCE), "nothing was committed"

    def state(self, network: str = "net") -> State:
        """Return the network's latest state."""
        view = self.networks.get(network)
        return self.states.read(view.network, view.head.latest_update)
