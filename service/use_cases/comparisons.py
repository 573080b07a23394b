"""Use case: compare two updates."""

from dataclasses import dataclass

from service.reading.state_reader import StateReader
from service.reading.update_numbers import chosen_update
from training.comparison import Comparison, compare
from training.errors import validating
from training.network import Network
from training.network_rules import check_comparable
from training.ports import Store
from training.snapshots import Snapshots


@dataclass(frozen=True, slots=True)
class ComparedUpdates:
    """Two updates, the first of `base_network`, and how their parameters differ."""

    base_network: Network
    network: Network
    base: Snapshots
    update: Snapshots
    comparison: Comparison


class Comparisons:
    """Compares the parameters of updates."""

    def __init__(self, store: Store, states: StateReader) -> None:
        self._store = store
        self._states = states

    def compare(
        self, network_id: str, base: int, update: int | None, base_id: str = ""
    ) -> ComparedUpdates:
        """Return how the parameters of two updates differ, None for the latest.

        `base` is an update of the network `base_id`, or of the same network if that is empty.

        Raises NetworkNotFound, InvalidFields if the networks have different layers,
        UpdateOutOfRange, HistoryCompacted, DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network(network_id)
            base_network = reader.network(base_id or network_id)
            first = chosen_update(base_network, reader.head(base_network.uid), base)
            second = chosen_update(network, reader.head(network.uid), update)
        with validating() as violations:
            check_comparable(violations, base_network, network)
        before = self._states.snapshot(base_network, first)
        after = self._states.snapshot(network, second)
        return ComparedUpdates(
            base_network,
            network,
            before,
            after,
            compare(before.parameters[0], after.parameters[0]),
        )
