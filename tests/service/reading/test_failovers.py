"""What watches and caches show after a standby that lacks the latest commits has taken over."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from postgres_server import REPLICATED, PostgresServer, postgres_server
from services import Service

from service.clock import SystemClock
from service.execution.outcomes import Outcomes
from service.execution.tickets import Ticket
from service.execution.wakeups import Wakeups
from service.reading.readers import Readers
from service.reading.selection import Detail, Selection
from service.reading.watch_cursor import WatchCursor, WatchScope
from service.reading.watch_reader import WatchReader
from service.reading.watched_items import WatchedUpdates
from service.use_cases.networks import NewNetwork
from storage.postgres import PostgresStore
from training.errors import HistoryLost, StoreUnavailable
from training.network import Initializer
from training.numerics.initializers import InitializerKind
from training.settings import TrainingSettings

SETTINGS = TrainingSettings("xor", 0.5, 2, 10**6)


@dataclass
class Watching:
    """A watch that reads when it is asked to, and the numbers of the updates that it has read."""

    reader: WatchReader
    cursor: WatchCursor
    updates: list[int] = field(default_factory=list)

    def read(self) -> list[int]:
        """Read everything, and return the updates that are new."""
        found: list[int] = []
        while True:
            reading = self.reader.read_on(self.cursor, 1)
            self.cursor = reading.cursor
            for item in reading.part.items:
                if isinstance(item, WatchedUpdates):
                    found += [number for part in item.updates for number in part.numbers]
            if reading.caught_up_at is not None:
                return found


@pytest.fixture(scope="module")
def replicated_server() -> Iterator[PostgresServer]:
    with postgres_server(**REPLICATED) as server:
        yield server


@pytest.fixture
def service(replicated_server: PostgresServer) -> Iterator[Service]:
    url = replicated_server.url(replicated_server.create())
    with Service(store=PostgresStore(url, SystemClock())) as service:
        yield service


def watch(
    service: Service, network: str, detail: Detail = Detail.PARAMETERS, start: int | None = 0
) -> Watching:
    reader = WatchReader(service.store, service.readers.selections)
    scope = WatchScope(service.networks.get(network).network, Selection(detail))
    cursor, _ = reader.begin(scope, start)
    return Watching(reader, cursor)


def trained(service: Service, network: str, count: int = 5) -> None:
    """Create a network, and make some updates of a run."""
    service.networks.create(NewNetwork(network, (2, 5, 1)))
    service.step(count, SETTINGS, network)


def reset(service: Service, network: str, seed: int) -> None:
    recipe = Initializer(InitializerKind.UNIFORM, seed=seed, low=-1, high=1)
    service.edits.reset(network, recipe)


@pytest.mark.parametrize("detail", [Detail.PARAMETERS, Detail.COST])
def test_a_watch_beyond_the_end_of_the_history_ends(
    replicated_server: PostgresServer, service: Service, detail: Detail
) -> None:
    trained(service, "net")
    replicated_server.copy_to_standby()
    service.step(5, network="net")
    watching = watch(service, "net", detail)
    assert watching.read() == [*range(11)]
    replicated_server.fail_over()
    with pytest.raises(HistoryLost, match=r"lost updates 6 to 10 of network net") as lost:
        watching.read()
    assert lost.value.metadata["first_update"] == "6"
    assert watch(service, "net").read() == [*range(6)]


def test_a_watch_goes_on_if_what_it_has_sent_is_still_there_or_was_computed_again(
    replicated_server: PostgresServer, service: Service
) -> None:
    for network in ("kept", "again", "reset"):
        trained(service, network)
    reset(service, "reset", 1)
    replicated_server.copy_to_standby()
    service.step(5, network="again")
    watches = {name: watch(service, name) for name in ("kept", "again", "reset")}
    ends = {name: each.read()[-1] for name, each in watches.items()}
    assert ends == {"kept": 5, "again": 10, "reset": 6}
    replicated_server.fail_over()
    service.step(7, network="again")
    service.step(1, network="kept")
    assert {name: each.read() for name, each in watches.items()} == {
        "kept": [6],
        "again": [11, 12],
        "reset": [],
    }


def test_a_watch_ends_if_the_database_has_others_in_place_of_what_it_has_sent(
    replicated_server: PostgresServer, service: Service
) -> None:
    for network in ("run", "reset"):
        trained(service, network)
    replicated_server.copy_to_standby()
    service.step(5, network="run")
    reset(service, "reset", 1)
    watches = [watch(service, name) for name in ("run", "reset")]
    assert [each.read()[-1] for each in watches] == [10, 6]
    before = [service.state(name).parameters.tolist() for name in ("run", "reset")]
    replicated_server.fail_over()
    reset(service, "run", 1)
    service.step(9, network="run")
    reset(service, "reset", 2)
    for each in watches:
        with pytest.raises(HistoryLost):
            each.read()
    fresh = Readers.of(service.store).states
    for name, update, old in zip(("run", "reset"), (10, 6), before, strict=True):
        found = service.networks.get(name).network
        now = service.states.read(found, update).parameters
        assert now.tolist() != old
        assert now.tobytes() == fresh.read(found, update).parameters.tobytes()


def test_a_watch_of_a_network_that_was_lost_ends(
    replicated_server: PostgresServer, service: Service
) -> None:
    replicated_server.copy_to_standby()
    trained(service, "lost")
    watching = watch(service, "lost")
    watching.read()
    replicated_server.fail_over()
    with pytest.raises(HistoryLost, match="updates 0 to 5 of network lost"):
        watching.read()


def test_a_watch_of_changes_that_were_lost_ends(
    replicated_server: PostgresServer, service: Service
) -> None:
    trained(service, "net")
    replicated_server.copy_to_standby()
    service.runs.begin_cancel("net", 1)
    watching = watch(service, "net", start=None)
    replicated_server.fail_over()
    with pytest.raises(HistoryLost):
        watching.read()


async def wait(service: Service, ticket: Ticket) -> None:
    wakeups = Wakeups(asyncio.get_running_loop())
    service.store.on_commit(wakeups.committed)
    outcomes = Outcomes(service.store, wakeups, service.threads, service.clock)
    with pytest.raises(StoreUnavailable):
        await outcomes.wait(ticket)


def test_a_call_that_waits_during_a_failover_ends(
    replicated_server: PostgresServer, service: Service
) -> None:
    trained(service, "net")
    replicated_server.copy_to_standby()
    view = service.networks.get("net")
    ticket = Ticket("net", view.network.uid, 1, view.head.last_event)

    async def fail_over() -> None:
        waiting = asyncio.create_task(wait(service, ticket))
        await asyncio.sleep(0)  # until it waits
        await asyncio.to_thread(replicated_server.fail_over)
        await waiting

    asyncio.run(fail_over())


def test_a_call_that_waits_for_a_run_that_was_lost_ends(
    replicated_server: PostgresServer, service: Service
) -> None:
    trained(service, "net")
    service.runs.begin_cancel("net", 1)
    replicated_server.copy_to_standby()
    service.step(1, SETTINGS)
    view = service.networks.get("net")
    replicated_server.fail_over()
    asyncio.run(wait(service, Ticket("net", view.network.uid, 2, view.head.last_event)))
