"""Checks of the update numbers in requests."""

from training.errors import HistoryCompacted, HistoryLost, UpdateOutOfRange, validating
from training.network import Network
from training.ports import Store
from training.update import Head


def chosen_update(network: Network, head: Head, update: int | None) -> int:
    """Return the number of the requested update; None requests the latest.

    Raises UpdateOutOfRange, HistoryCompacted.
    """
    latest = head.latest_update
    if update is None:
        return latest
    if not 0 <= update <= latest:
        raise UpdateOutOfRange(
            f"network {network.id} has no update {update}: use {head.earliest_update} to {latest}",
            update=update,
            latest_update=latest,
        )
    check_kept(network, head, update)
    return update


def locate(store: Store, network_id: str, update: int | None) -> tuple[Network, int]:
    """Return a network and the number of the requested update; None requests the latest.

    Raises NetworkNotFound, UpdateOutOfRange, HistoryCompacted.
    """
    with store.read() as reader:
        network = reader.network(network_id)
        return network, chosen_update(network, reader.head(network.uid), update)


def check_start(network: Network, head: Head, start: int) -> None:
    """Check that the start of a read is a kept update, or the latest plus 1.

    Raises UpdateOutOfRange, HistoryCompacted.
    """
    latest = head.latest_update
    if not 0 <= start <= latest + 1:
        raise UpdateOutOfRange(
            f"network {network.id} has no update {start} to start from: use"
            f" {head.earliest_update} to {latest + 1} (the latest update plus 1)",
            update=start,
            latest_update=latest,
        )
    check_kept(network, head, start)


def existing_range(
    network: Network, head: Head, first: int | None, end: int | None
) -> tuple[int, int]:
    """Return the first and the last existing update of a requested range.

    None means the earliest and the latest. Raises UpdateOutOfRange, HistoryCompacted,
    InvalidFields.
    """
    first = head.earliest_update if first is None else first
    check_start(network, head, first)
    with validating() as violations:
        violations.require(
            end is None or end >= first,
            "end_update",
            f"must be at least {first} (the first update), not {end}",
        )
    return first, head.latest_update if end is None else min(end, head.latest_update)


def check_kept(network: Network, head: Head, update: int) -> None:
    """Raise HistoryCompacted for an update before the earliest kept one."""
    if update < head.earliest_update:
        raise HistoryCompacted(network.id, update, head.earliest_update, head.latest_update)


def check_there(network: Network, head: Head, update: int) -> None:
    """Raise HistoryLost if the history ends before an update that was committed."""
    if update > head.latest_update:
        raise history_lost(network, head.latest_update + 1, update)


def history_lost(network: Network, first: int, last: int) -> HistoryLost:
    """Return the error for updates that a client has received, and that are not there any more."""
    updates = f"update {last}" if first == last else f"updates {first} to {last}"
    return HistoryLost(
        f"the database has lost {updates} of network {network.id}, because another database server"
        " has taken over, or a backup was restored: discard the updates that you have received, and"
        " read the history again from its start",
        network=network.id,
        first_update=first,
        last_update=last,
    )
