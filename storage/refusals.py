"""What a store refuses, in the words that callers read: the same from every store."""

from training.errors import (
    DamagedHistory,
    HeadMoved,
    NetworkExists,
    NetworkNotFound,
    RunNotFound,
    StoreFull,
    StoreUnavailable,
    TrainingSetExists,
    TrainingSetNotFound,
)


def no_network(network_id: str) -> NetworkNotFound:
    """Return the error for an id that no network has."""
    return NetworkNotFound(
        f"there is no network {network_id}: check the id, or create it", network=network_id
    )


def no_network_uid(uid: str) -> NetworkNotFound:
    """Return the error for a uid that no living network has."""
    return NetworkNotFound(
        f"there is no network with the uid {uid} any more: it was deleted", uid=uid
    )


def network_exists(network_id: str) -> NetworkExists:
    """Return the error for an id that a network has already."""
    return NetworkExists(
        f"there is a network {network_id} already: choose another id, or delete that one first",
        network=network_id,
    )


def no_training_set(set_id: str) -> TrainingSetNotFound:
    """Return the error for an id that no training set has."""
    return TrainingSetNotFound(
        f"there is no training set {set_id}: check the id, or create it", training_set=set_id
    )


def no_training_set_uid(uid: str) -> TrainingSetNotFound:
    """Return the error for a uid that no training set has."""
    return TrainingSetNotFound(
        f"there is no training set with the uid {uid} any more: it was deleted", uid=uid
    )


def training_set_exists(set_id: str) -> TrainingSetExists:
    """Return the error for an id that a training set has already."""
    return TrainingSetExists(
        f"there is a training set {set_id} already: choose another id, or delete that one first",
        training_set=set_id,
    )


def no_run(network_id: str, number: int) -> RunNotFound:
    """Return the error for a number that none of the network's runs has."""
    return RunNotFound(
        f"the network {network_id} has no run {number}: list its runs to see which there are",
        network=network_id,
        run=number,
    )


def head_moved(network_id: str) -> HeadMoved:
    """Return the error for an addition that was made for another head than the stored one."""
    return HeadMoved(
        f"the network {network_id} has changed in the meantime: read it again and repeat the call",
        network=network_id,
    )


def damaged_updates(network_id: str, first: int, last: int) -> DamagedHistory:
    """Return the error for updates that do not read back as they were written."""
    return DamagedHistory(
        f"the updates {first} to {last} of the network {network_id} do not read back as they were"
        " written: restore the database from a backup",
        network=network_id,
        first_update=first,
        last_update=last,
    )


def damaged(what: str, **metadata: object) -> DamagedHistory:
    """Return the error for something else that does not read back as it was written."""
    return DamagedHistory(
        f"{what} does not read back as it was written: restore the database from a backup",
        **metadata,
    )


def cannot_read() -> StoreUnavailable:
    """Return the error for a read that the database refused."""
    return StoreUnavailable("the store cannot be read now: try again")


def cannot_write() -> StoreUnavailable:
    """Return the error for a write that may or may not have come to be."""
    return StoreUnavailable(
        "the store could not be written, and the outcome is unknown: read again before repeating"
    )


def full() -> StoreFull:
    """Return the error for a write that found no room; it may or may not have come to be."""
    return StoreFull(
        "the disk of the server is full, so nothing can be stored now: make room on it, or delete"
        " what is no longer needed; runs go on by themselves then. What this call would have done"
        " is unknown: read again before repeating it"
    )


def closed() -> StoreUnavailable:
    """Return the error for a store that was closed."""
    return StoreUnavailable("the store is closed: try again when the server is back")
