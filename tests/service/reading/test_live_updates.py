"""Updates that somebody reads while a run computes them are not computed again for that."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from time import sleep

import numpy as np
import pytest
from patience import PATIENCE
from services import Service

from service.reading.live_updates import LiveUpdates
from service.reading.readers import Readers
from service.reading.stored_updates import UpdatePage
from service.use_cases.networks import NewNetwork
from training.settings import TrainingSettings

EPOCHS = 200_000


def read_live(service: Service, last: int) -> Iterator[UpdatePage]:
    """Read a network page by page while it trains."""
    view = service.networks.get("net")
    first = 0
    while first <= last:
        latest = service.networks.get("net").head.latest_update
        if first <= latest:
            page = service.pages.read(view.network, first, latest)
            yield page
            first = page[-1].last_update + 1


@contextmanager
def training() -> Iterator[tuple[Service, list[int]]]:
    """A service with a run of a network whose updates are read, and the replays since then."""
    replays: list[int] = []

    @contextmanager
    def count() -> Iterator[None]:
        replays.append(1)
        yield

    with Service() as service:
        network = service.networks.create(NewNetwork("net", (2, 5, 1))).network
        service.pages.read(network, 0, 0)
        service.readers.replay.observe = count
        service.runs.train("net", TrainingSettings("xor", 5.0, 4, EPOCHS))
        yield service, replays


def test_live_updates_have_the_bits_of_a_replay() -> None:
    with training() as (service, replays):
        parts = [part for page in read_live(service, EPOCHS) for part in page]

        assert len(replays) < len(parts) / 2
        assert [each for part in parts for each in part.numbers] == [*range(EPOCHS + 1)]
        network, fresh = service.networks.get("net").network, Readers.of(service.store).pages
        for part in parts:
            first = part.first_update
            while first <= part.last_update:
                for again in fresh.read(network, first, part.last_update):
                    same = part.part(again.first_update, again.last_update)
                    assert np.array_equal(same.parameters, again.parameters)
                    assert np.array_equal(same.costs, again.costs)
                    assert np.array_equal(same.learning_rates, again.learning_rates)
                    first = again.last_update + 1


def test_a_late_reader_needs_no_replay() -> None:
    with training() as (service, replays):
        while not service.runs.get("net", 1).run.is_over:
            sleep(0.01)

        parts = [part for page in read_live(service, EPOCHS) for part in page]

        assert [each for part in parts for each in part.numbers] == [*range(EPOCHS + 1)]
        assert len(replays) <= 1


@pytest.mark.parametrize("is_durable", [True, False])
def test_announced_updates_are_read_only_if_they_are_durable(is_durable: bool) -> None:
    with Service() as service:
        network = service.networks.create(NewNetwork("net", (2, 5, 1))).network
        service.step(3, TrainingSettings("xor", 5.0, 4, EPOCHS))
        (_, stored) = service.pages.read(network, 0, 3)
        other = replace(stored.part(2, 3), parameters=stored.part(2, 3).parameters + 1.0)

        state = service.state()
        service.pages.announce(service.store.timeline, network, state, other)(is_durable)

        (page,) = service.pages.read(network, 2, 3)
        expected = other if is_durable else stored.part(2, 3)
        assert np.array_equal(page.parameters, expected.parameters)


def test_a_read_waits_for_announced_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.reading.live_updates._ARRIVAL_SECONDS", 60.0)
    live = LiveUpdates()
    live.announce("uid", 7, nbytes=100)
    reader = Thread(target=live.wait, args=("uid", 7), daemon=True)
    reader.start()
    live.wait("uid", 8)  # others are not waited for
    live.arrive("uid", 7)
    reader.join(PATIENCE)
    assert not reader.is_alive()


def test_updates_are_wanted_while_they_are_read_and_few_wait() -> None:
    live = LiveUpdates()
    assert not live.are_wanted("uid")
    live.want("uid")
    assert live.are_wanted("uid")
    assert not live.are_wanted("other")
    live.announce("other", 1, nbytes=2**30)
    assert not live.are_wanted("uid")
    live.arrive("other", 1)
    assert live.are_wanted("uid")
