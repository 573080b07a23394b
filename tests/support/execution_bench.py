"""A service with a network, whose executor writes to a store that fails when it is told to."""

from dataclasses import replace
from functools import cache
from typing import cast

from failing_store import FailingStore
from services import NewExecutor, Service
from worlds import make_world

from service.reading.readers import Readers
from service.use_cases.networks import NewNetwork
from service.use_cases.steps import Steps
from training.network import Initializer
from training.numerics.initializers import InitializerKind
from training.ports import Clock, Executor, Store
from training.settings import TrainingSettings
from training.update import State

EPOCHS = 60_000
SETTINGS = TrainingSettings("xor", 5.0, 4, EPOCHS)


class ExecutionBench(Service):
    """A service in memory with a network `net`; only the commits of runs and steps fail."""

    failing: FailingStore

    def __init__(self, new_executor: NewExecutor, store: Store | None = None) -> None:
        def on_failing_store(store: Store, readers: Readers, clock: Clock) -> Executor:
            self.failing = FailingStore(store)
            return new_executor(cast("Store", self.failing), readers, clock)

        super().__init__(executor=on_failing_store, store=store)
        failing = cast("Store", self.failing)
        self.steps = Steps(failing, self.executor, self.opening, self.clock)
        self.executor.adopt()
        initializer = Initializer(InitializerKind.UNIFORM, 1)
        self.networks.create(NewNetwork("net", (2, 5, 1), initializer=initializer))

    def train_alike(self, count: int) -> dict[str, TrainingSettings]:
        """Start runs that can be trained in lockstep; return their settings by network.

        The seed of the initializer of each network is the number at the end of its id.
        """
        alike = {}
        for seed in range(count):
            network, initializer = f"net-{seed}", Initializer(InitializerKind.UNIFORM, seed)
            self.networks.create(NewNetwork(network, (2, 5, 1), initializer=initializer))
            alike[network] = replace(
                SETTINGS, learning_rate=SETTINGS.learning_rate / (1 + seed), epochs=EPOCHS - seed
            )
        for network, settings in alike.items():
            self.runs.train(network, settings)
        return alike

    def final_bits(self) -> bytes:
        return self.state().parameters.tobytes()


@cache
def uninterrupted(epochs: int, settings: TrainingSettings = SETTINGS, seed: int = 1) -> bytes:
    """Return the parameters of the network `net` after a run that nothing interrupted.

    `seed` is that of the initializer of the network.
    """
    world = make_world(seed=seed)
    run = world.open(settings=replace(settings, epochs=epochs)).run
    assert run is not None
    start = State(0, world.parameters)
    return world.engine(run).advance(start, 0, run.total_updates).state.parameters.tobytes()
