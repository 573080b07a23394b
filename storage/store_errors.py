"""The errors of all stores, with the messages that callers get."""

from training.errors import (
    DamagedHistory,
    HeadMoved,
    NetworkNotFound,
    NoFileToCopy,
    RunNotFound,
    StoreFull,
    StoreUnavailable,
    TokenExists,
    TokenNotFound,
    TooManyCalls,
    TrainingSetNotFound,
)


def no_network(network_id: str) -> NetworkNotFound:
    """Return the error for an id without a network."""
    return NetworkNotFound(
        f"network {network_id} does not exist: check the id, or create it", network=network_id
    )


def no_network_uid(uid: str) -> NetworkNotFound:
    """Return the error for a uid without a network."""
    return NetworkNotFound(f"the network with uid {uid} does not exist: it was deleted", uid=uid)


def no_training_set(set_id: str) -> TrainingSetNotFound:
    """Return the error for an id without a training set."""
    return TrainingSetNotFound(
        f"training set {set_id} does not exist: check the id, or create it", training_set=set_id
    )


def no_training_set_uid(uid: str) -> TrainingSetNotFound:
    """Return the error for a uid without a training set."""
    return TrainingSetNotFound(
        f"the training set with uid {uid} does not exist: it was deleted", uid=uid
    )


def no_token(name: str) -> TokenNotFound:
    """Return the error for a name without a token."""
    return TokenNotFound(f"token {name} does not exist: check the name", token=name)


def token_exists(name: str) -> TokenExists:
    """Return the error for the name of an existing token."""
    return TokenExists(
        f"token {name} already exists: use another name, or revoke it first", token=name
    )


def no_run(network_id: str, number: int) -> RunNotFound:
    """Return the error for a number without a run."""
    return RunNotFound(
        f"network {network_id} has no run {number}: list its runs to see their numbers",
        network=network_id,
        run=number,
    )


def head_moved(network_id: str) -> HeadMoved:
    """Return the error for an addition that is based on another head than the stored one."""
    return HeadMoved(
        f"network {network_id} has changed: read it again and retry",
        network=network_id,
    )


def damaged_updates(network_id: str, first: int, last: int) -> DamagedHistory:
    """Return the error for corrupt updates."""
    return DamagedHistory(
        f"updates {first} to {last} of network {network_id} are corrupt: restore the database from"
        " a backup",
        network=network_id,
        first_update=first,
        last_update=last,
    )


def damaged(what: str, **metadata: object) -> DamagedHistory:
    """Return the error for other corrupt data."""
    return DamagedHistory(
        f"{what} is corrupt: restore the database from a backup",
        **metadata,
    )


def cannot_read() -> StoreUnavailable:
    """Return the error for a read that failed."""
    return StoreUnavailable("the store cannot be read now: try again later")


def cannot_write() -> StoreUnavailable:
    """Return the error for a write with an unknown outcome."""
    return StoreUnavailable(
        "the store could not be written, and the outcome is unknown: read again before you retry"
    )


def full() -> StoreFull:
    """Return the error for a write to a full disk; its outcome is unknown."""
    return StoreFull(
        "the disk of the server is full: free space on it, or delete networks or updates; runs then"
        " resume automatically. The outcome of this call is unknown: read again before you retry"
    )


def copying() -> TooManyCalls:
    """Return the error for a copy while another one is being made."""
    return TooManyCalls("the store is being copied for another backup: try again later")


def cannot_copy_memory() -> NoFileToCopy:
    """Return the error for a copy of a store without a file."""
    return NoFileToCopy(
        "the store is in memory and cannot be backed up: start the server with a file, such as"
        " --database sqlite:///clearprop.db"
    )


def cannot_copy_postgres() -> NoFileToCopy:
    """Return the error for a copy of a store in PostgreSQL."""
    return NoFileToCopy(
        "the store is in PostgreSQL: back it up with pg_dump, or with the backups of its server"
    )


def no_room_for_copy(needed: int, left: int) -> StoreFull:
    """Return the error for a copy for which the disk has no room."""
    return StoreFull(
        f"a backup temporarily needs {needed / 2**20:,.1f} MiB on the disk of the server, which has"
        f" {max(left, 0) / 2**20:,.1f} MiB to spare: free space on it"
    )


def copy_failed() -> StoreUnavailable:
    """Return the error for a copy that could not be written or read."""
    return StoreUnavailable("the store could not be copied: see the log of the server")


def closed() -> StoreUnavailable:
    """Return the error for a store that was closed."""
    return StoreUnavailable("the store is closed: try again when the server has restarted")
