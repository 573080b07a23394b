"""Updates are read completely, also if their network is deleted during a read."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from services import Service

from service.clock import SystemClock
from service.reading import examples_cache
from service.reading.readers import Readers
from service.reading.stored_updates import outline
from service.use_cases.networks import Networks, NewNetwork
from storage import open_store
from training.errors import NetworkNotFound
from training.limits import Limits
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.ports import Reader
from training.settings import TrainingSettings
from training.training_set import Examples
from training.update import State


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_network_that_was_deleted_during_a_read_is_not_found(kind: str, tmp_path: Path) -> None:
    clock = SystemClock()
    url = {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path / 'store.db'}"}[kind]
    store = open_store(url, clock)
    readers = Readers.of(store)
    networks = Networks(store, readers.states, clock, Limits())
    network = networks.create(NewNetwork("net", (2, 1))).network
    networks.delete("net")
    while store.maintain():
        pass
    for read in (readers.states.read, readers.states.snapshot):
        with pytest.raises(NetworkNotFound):
            read(network, 0)
    for read_span in (readers.pages.read, partial(outline, store)):
        with pytest.raises(NetworkNotFound):
            read_span(network, 0, 0)
    store.close()


def bits(state: State) -> tuple[object, ...]:
    kept = state.optimizer_state
    return state.parameters.tobytes(), kept and (kept.optimizer, kept.values.tobytes())


def test_a_state_has_its_optimizer_state_however_it_was_read() -> None:
    with Service() as service:
        network = service.networks.create(NewNetwork("net", (2, 5, 1))).network
        settings: TrainingSettings | None = TrainingSettings(
            "xor", 0.1, 3, 1000, shuffle_seed=1, optimizer=Optimizer(OptimizerKind.ADAM)
        )
        states = [service.state()]
        for count in (1, 5, 2, 9):
            service.step(count, settings)
            settings = None
            states.append(service.state())
        assert states[-1].optimizer_state is not None

        def by_page(reader: Readers, update: int) -> State:
            reader.pages.read(network, 0, update)
            return reader.states.read(network, update)

        def by_a_longer_page(reader: Readers, update: int) -> State:
            reader.pages.read(network, 0, max(update - 1, 0))
            reader.pages.read(network, 0, update)
            return reader.states.read(network, update)

        def after_others(reader: Readers, update: int, distances: tuple[int, ...]) -> State:
            for distance in distances:
                reader.states.read(network, max(update - distance, 0))
            return reader.states.read(network, update)

        ways: list[Callable[[Readers, int], State]] = [by_page, by_a_longer_page]
        ways += [partial(after_others, distances=each) for each in ((), (1,), (9, 3))]
        for read in ways:
            for state in states:
                found = read(Readers.of(service.store), state.update)
                assert bits(found) == bits(state)


def test_a_set_that_is_larger_than_the_cache_is_read_once_while_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(examples_cache, "_EXAMPLES_BYTES", 100)
    with Service() as service:
        readers = Readers.of(service.store)
        reads = 0

        class Counting:
            def __init__(self, reader: Reader) -> None:
                self.reader = reader

            def examples(self, uid: str) -> Examples:
                nonlocal reads
                reads += 1
                return self.reader.examples(uid)

        with service.store.read() as reader:
            uids = [reader.training_set(name).uid for name in ("xor", "and")]
            for uid in (uids[0], uids[0], uids[1], uids[1], uids[0]):
                readers.examples.read(Counting(reader), uid)  # type: ignore[arg-type]
    assert reads == 3
