"""Compaction: kept updates are read with the same bits, and earlier ones are refused."""

from collections.abc import Callable

import pytest
from services import Service

from service.reading import update_pages
from service.reading.readers import Readers
from service.reading.update_pages import updates_in_page
from service.use_cases.networks import NewNetwork
from training.errors import HistoryCompacted, UpdateOutOfRange
from training.network import Initializer, Network
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.settings import TrainingSettings

SETTINGS = TrainingSettings(
    "xor", 0.1, 3, 5000, shuffle_seed=1, optimizer=Optimizer(OptimizerKind.ADAM)
)

SEEDED = Initializer(InitializerKind.UNIFORM, seed=7)


def trained(service: Service, *counts: int) -> Network:
    network = service.networks.create(NewNetwork("net", (2, 5, 1), initializer=SEEDED)).network
    settings: TrainingSettings | None = SETTINGS
    for count in counts:
        service.step(count, settings)
        settings = None
    return network


def bits(readers: Readers, network: Network, update: int) -> tuple[object, ...]:
    """Return all that is known of an update, however it is come by, as something comparable."""
    snapshot = readers.states.snapshot(network, update)
    assert snapshot.last_state is not None
    kept = snapshot.last_state.optimizer_state
    return (
        snapshot.kind,
        snapshot.first_update,
        snapshot.run_offset,
        snapshot.costs.tobytes(),
        snapshot.parameters.tobytes(),
        kept and (kept.optimizer, kept.values.tobytes()),
    )


@pytest.mark.parametrize("is_cached", [True, False])
def test_every_kept_update_is_read_as_before_from_caches_and_without(is_cached: bool) -> None:
    with Service() as service:
        network = trained(service, 7, 9, 1, 5)
        before = [bits(Readers.of(service.store), network, update) for update in range(23)]
        for earliest in (1, 7, 8, 12, 22):
            if not is_cached:
                service.retention.delete_updates("net", earliest)
            readers = Readers.of(service.store)
            if is_cached:
                for update in range(earliest, 23):
                    readers.pages.read(network, update, update)
                service.retention.delete_updates("net", earliest)
            for update in range(earliest, 23):
                assert bits(readers, network, update) == before[update]
            if not is_cached:
                require_refused(lambda: readers.states.snapshot(network, earliest - 1))  # noqa: B023


def require_refused(read: Callable[[], object]) -> None:
    with pytest.raises(HistoryCompacted):
        read()


def test_a_page_continues_at_the_new_start_of_the_history_without_a_gap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(update_pages, "PAGE_BYTES", 2**17)
    with Service() as service:
        network = trained(service, 100)
        size = updates_in_page(network)
        while service.networks.get("net").head.latest_update < 2 * size:
            service.step(500)
        pages = service.pages
        first = size  # a page of which only some was read before
        assert pages.read(network, first, first + 9)[-1].last_update == first + 9
        service.retention.delete_updates("net", first + 50)
        require_refused(lambda: pages.read(network, first + 20, first + 99))
        kept = pages.read(network, first + 50, first + 99)
        assert (kept[0].first_update, kept[-1].last_update) == (first + 50, first + 99)
        assert sum(part.count for part in kept) == 50
        require_refused(lambda: pages.read(network, first + 5, first + 9))
        next_update = first + 60
        while next_update < 2 * size:
            page = pages.read(network, next_update, 2 * size - 1)
            assert page[0].first_update == next_update
            next_update = page[-1].last_update + 1


def test_training_continues_to_the_same_bits_and_caches_show_no_deleted_updates() -> None:
    with Service() as service, Service() as other:
        trained(service, 20)
        trained(other, 30)
        service.history.state("net", 5)  # is in the cache now
        service.retention.delete_updates("net", 20)
        require_refused(lambda: service.history.state("net", 5))
        require_refused(lambda: service.networks.fork("net", 5))
        require_refused(lambda: service.comparisons.compare("net", 20, 5))
        require_refused(lambda: service.history.updates("net", 5, 9))
        service.step(10)
        ours, theirs = (
            bits(each.readers, each.networks.get("net").network, 30) for each in (service, other)
        )
        assert ours == theirs


def test_a_repeated_request_gets_the_kept_updates() -> None:
    with Service() as service:
        network = trained(service, 20)
        service.retention.delete_updates("net", 15)
        span = service.history.last_updates(network.uid, 20, 20)
        assert (span.parts[0].numbers[0], span.parts[-1].last_update) == (15, 20)
        assert service.history.last_updates(network.uid, 9, 5).parts == ()


def test_there_is_nothing_before_update_0() -> None:
    with Service() as service:
        service.networks.create(NewNetwork("net", (2, 1)))
        with pytest.raises(UpdateOutOfRange, match="the network has only update 0"):
            service.retention.delete_updates("net", 1)
