"""All use cases on a store, without a transport."""

from contextlib import AbstractContextManager
from types import TracebackType

from service.changing import Changing
from service.clock import SystemClock
from service.compacting import Compacting
from service.executor import ThreadExecutor
from service.exporting import Exports
from service.history import History
from service.networks import Networks
from service.opening import Opening
from service.runs import Runs
from service.snapshots import SnapshotReader
from service.stepping import StepCommand, Steps, StepUnit
from service.tickets import Outcome
from service.training_sets import TrainingSets
from service.verifying import Verifying
from storage import open_store
from training.limits import Limits
from training.ports import Clock
from training.settings import TrainingSettings
from training.update import State


class Service(AbstractContextManager["Service"]):
    """A service on a store of its own, for as long as the context lasts."""

    def __init__(
        self,
        database: str = "memory:",
        limits: Limits | None = None,
        clock: Clock | None = None,
    ) -> None:
        clock, limits = clock or SystemClock(), limits or Limits()
        self.store = open_store(database, clock)
        self.snapshots = SnapshotReader(self.store)
        self.executor = ThreadExecutor(self.store, self.snapshots, clock)
        self.networks = Networks(self.store, self.snapshots, clock, limits)
        self.training_sets = TrainingSets(self.store, clock, limits)
        opening = Opening(self.snapshots, clock, limits)
        self.runs = Runs(self.store, self.executor, opening, clock)
        self.steps = Steps(self.store, self.executor, self.snapshots, opening, clock)
        self.changing = Changing(self.store, self.snapshots, clock)
        self.compacting = Compacting(self.store, self.snapshots, clock)
        self.history = History(self.store, self.snapshots, limits)
        self.exports = Exports(self.store, self.snapshots)
        self.verifying = Verifying(self.store, self.snapshots, clock)
        self.training_sets.add_built_in()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.executor.stop()
        self.store.close()

    def step(
        self, count: int, settings: TrainingSettings | None = None, network: str = "net"
    ) -> Outcome:
        """Advance by some updates, few enough to be one segment."""
        command = StepCommand(network, count, StepUnit.UPDATE, settings)
        outcome = self.steps.begin(command).ticket.settled
        assert outcome is not None
        return outcome

    def state(self, network: str = "net") -> State:
        """Return the network's latest state."""
        view = self.networks.get(network)
        return self.snapshots.state(view.network, view.head.latest_update)
