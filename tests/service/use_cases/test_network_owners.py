"""One client cannot take all networks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from services import Service

from service.access.principal import Principal
from service.use_cases.caller import CALLER, PRINCIPAL
from service.use_cases.networks import NetworkView, NewNetwork
from service.use_cases.requests import AnsweredBefore, RequestId
from training.access import Scope
from training.errors import LimitExceeded, NetworkExists
from training.limits import Limits


@pytest.fixture
def service() -> Iterator[Service]:
    with Service(limits=Limits(networks_of_client=2)) as service:
        yield service


def create(service: Service, network: str, client: str) -> None:
    token = CALLER.set(client)
    try:
        service.networks.create(NewNetwork(network, (2, 2, 1)))
    finally:
        CALLER.reset(token)


def test_a_client_with_many_networks_must_delete_one_first(service: Service) -> None:
    create(service, "a", "greedy")
    create(service, "b", "greedy")
    with pytest.raises(LimitExceeded, match="delete one of them first") as error:
        create(service, "c", "greedy")
    assert error.value.metadata == {"limit": "networks_of_client", "value": "2"}
    create(service, "c", "other")
    service.networks.delete("a")
    create(service, "d", "greedy")


def test_networks_that_are_deleted_through_another_replica_count_no_more(service: Service) -> None:
    create(service, "a", "greedy")
    create(service, "b", "greedy")
    uid = service.networks.get("a").network.uid
    service.store.commit(lambda writer: writer.delete_network(uid))
    create(service, "c", "greedy")


def test_a_network_that_was_not_created_does_not_count(service: Service) -> None:
    create(service, "a", "greedy")
    for _ in range(3):
        with pytest.raises(NetworkExists):
            create(service, "a", "greedy")
    create(service, "b", "greedy")


def test_a_repeated_request_is_answered_at_the_limit(service: Service) -> None:
    request: RequestId[NetworkView] = RequestId("same", b"digest", lambda _: b"answer")
    service.networks.create(NewNetwork("a", (2, 2, 1)), request)
    service.networks.create(NewNetwork("b", (2, 2, 1)))
    with pytest.raises(AnsweredBefore):
        service.networks.create(NewNetwork("a", (2, 2, 1)), request)
    with pytest.raises(LimitExceeded):
        service.networks.create(NewNetwork("c", (2, 2, 1)))


def test_networks_of_a_principal_count_after_a_restart(tmp_path: Path) -> None:
    url, limits = f"sqlite:///{tmp_path / 'store.db'}", Limits(networks_of_client=2)
    with Service(url, limits) as service:
        create(service, "other", "192.0.2.1")
    principal = Principal("token:ci", Scope.TRAIN)
    token = PRINCIPAL.set(principal)
    try:
        with Service(url, limits) as service:
            create(service, "a", principal.name)
        with Service(url, limits) as service:
            create(service, "b", principal.name)
            with pytest.raises(LimitExceeded):
                create(service, "c", principal.name)
            service.networks.delete("a")
            create(service, "c", principal.name)
    finally:
        PRINCIPAL.reset(token)
