"""Updates read again, also when their network goes away in the meantime."""

from pathlib import Path

import pytest

from service.clock import SystemClock
from service.networks import Networks, NewNetwork
from service.snapshots import SnapshotReader
from storage import open_store
from training.errors import NetworkNotFound
from training.limits import Limits


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_network_that_was_deleted_meanwhile_is_not_found_and_no_damage(
    kind: str, tmp_path: Path
) -> None:
    clock = SystemClock()
    url = {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path / 'store.db'}"}[kind]
    store = open_store(url, clock)
    networks = Networks(store, clock, Limits())
    network = networks.create(NewNetwork("net", (2, 1))).network
    networks.delete("net")
    while store.purge():
        pass
    snapshots = SnapshotReader(store)
    for read in (snapshots.state, snapshots.snapshot):
        with pytest.raises(NetworkNotFound):
            read(network, 0)
    for read_span in (snapshots.page, snapshots.outline):
        with pytest.raises(NetworkNotFound):
            read_span(network, 0, 0)
    store.close()
