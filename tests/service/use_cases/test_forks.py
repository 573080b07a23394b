"""Forks start with the bits of their source, and do not change it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from services import Service

from service.use_cases.answers import StoredAnswer
from service.use_cases.networks import NetworkView, NewNetwork
from service.use_cases.requests import AnsweredBefore, RequestId
from training.errors import (
    InvalidFields,
    LimitExceeded,
    NetworkExists,
    NetworkNotFound,
    RequestIdReused,
    UpdateOutOfRange,
)
from training.limits import Limits
from training.network import Fork, Initializer
from training.numerics.activations import Activation
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.settings import TrainingSettings
from training.update import State, UpdateKind

ADAM = TrainingSettings("xor", 0.05, 3, 50, shuffle_seed=3, optimizer=Optimizer(OptimizerKind.ADAM))
WANTED = NewNetwork(
    "net",
    (2, 5, 1),
    (Activation.TANH, Activation.SIGMOID),
    initializer=Initializer(InitializerKind.GLOROT, 3),
    labels={"who": "me"},
    bias=True,
)


@pytest.fixture
def service() -> Iterator[Service]:
    """A service that has the network."""
    with Service() as service:
        service.networks.create(WANTED)
        yield service


def bits(state: State) -> tuple[object, ...]:
    kept = state.optimizer_state
    return state.parameters.tobytes(), kept and (kept.optimizer, kept.values.tobytes())


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_fork_continues_to_the_same_bits_and_does_not_change_its_source(
    kind: str, tmp_path: Path
) -> None:
    database = {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path / 'store.db'}"}[kind]
    with Service(database) as service:
        source = service.networks.create(WANTED).network
        service.step(10, ADAM)
        before = service.networks.get("net")
        latest = service.networks.fork("net", None, "latest").network
        view = service.networks.fork("net", 7, "early", {"what": "fork"})
        assert service.networks.get("net") == before

        assert view.head.latest_update == view.head.active_run == 0
        assert view.network == replace(
            source,
            id="early",
            uid=view.network.uid,
            create_time=view.network.create_time,
            labels={"what": "fork"},
            forked_from=Fork("net", source.uid, 7),
        )
        assert latest.forked_from == Fork("net", source.uid, 10)
        assert len({source.uid, latest.uid, view.network.uid}) == 3
        assert service.networks.get("early") == view
        first = service.history.state("early", 0)[1]
        assert (first.kind, first.run) == (UpdateKind.INITIAL, None)
        assert bits(service.state("early")) == bits(service.states.read(source, 7))
        assert bits(service.state("latest")) == bits(service.state())
        assert service.state().optimizer_state is not None

        # The run is cancelled here and nowhere else: a new one goes on from the same state.
        service.runs.begin_cancel("net", 1)
        again = replace(ADAM, shuffle_seed=4)
        service.step(6, again)
        service.step(6, again, "latest")
        for number in range(1, 7):
            ours = service.history.state("latest", number)[1].parameters
            assert (
                ours.tobytes() == service.history.state("net", 10 + number)[1].parameters.tobytes()
            )
        expected = bits(service.state())
        assert bits(service.state("latest")) == expected
        service.networks.delete("net")
        while service.store.maintain():
            pass
        if kind == "memory":
            assert bits(service.state("latest")) == expected
            return
    # Recomputed from what is stored, with the source gone.
    with Service(database) as service:
        assert service.networks.get("latest").network == latest
        assert bits(service.state("latest")) == expected


def test_a_fork_of_a_training_network_and_a_fork_of_a_fork(service: Service) -> None:
    service.step(4, replace(ADAM, epochs=1000))
    assert service.networks.get("net").head.active_run == 1
    first = service.networks.fork("net", 2).network
    assert first.id.startswith("network-")
    second = service.networks.fork(first.id, None, "second").network
    assert second.forked_from == Fork(first.id, first.uid, 0)
    assert second.initializer == first.initializer == WANTED.initializer
    assert bits(service.state("second")) == bits(service.state(first.id))


def named(view: NetworkView) -> bytes:
    return view.network.id.encode()


def test_a_repeated_fork_is_made_once_and_answered_as_before(service: Service) -> None:
    service.step(4, ADAM)
    request = RequestId("once", b"digest", named)
    made = service.networks.fork("net", None, "", {}, request)
    service.step(2)
    service.runs.begin_cancel("net", 1)
    service.networks.delete("net")
    with pytest.raises(AnsweredBefore) as repeated:
        service.networks.fork("net", None, "", {}, request)
    assert repeated.value.answer == StoredAnswer(named(made))
    assert [view.network for view in service.networks.page("", 10)] == [made.network]
    with pytest.raises(RequestIdReused):
        service.networks.fork("net", 1, "", {}, RequestId("once", b"other", named))


def test_invalid_forks_are_refused(service: Service) -> None:
    with pytest.raises(InvalidFields) as refused:
        service.networks.fork("net", 0, "Net!", {"Bad key": ""}, RequestId("\n", b"", named))
    assert [bad.field for bad in refused.value.violations] == [
        "request_id",
        "new_network",
        "labels.Bad key",
    ]
    for update in (-1, 1):
        with pytest.raises(UpdateOutOfRange, match="use 0 to 0"):
            service.networks.fork("net", update, "fork")
    with pytest.raises(NetworkNotFound):
        service.networks.fork("nowhere", 0, "fork")
    with pytest.raises(NetworkExists):
        service.networks.fork("net", 0, "net")
    assert len(service.networks.page("", 10)) == 1
    with Service(limits=Limits(networks=1)) as small:
        small.networks.create(WANTED)
        with pytest.raises(LimitExceeded):
            small.networks.fork("net", None)
