"""Ownership of runs with SQL: leases of workers, and claims."""

from collections.abc import Collection

from training.ownership import Claim, WorkerLease


class OwnershipReading:
    """The part of a snapshot about workers; see training.ownership.OwnershipReader."""

    def owner(self, uid: str, number: int) -> str | None:
        raise NotImplementedError

    def count_waiting_runs(self) -> int:
        raise NotImplementedError

    def workers(self) -> list[WorkerLease]:
        raise NotImplementedError


class OwnershipWriting:
    """The part of a transaction about workers; see training.ownership.OwnershipWriter."""

    def add_worker(self, worker: str, seconds: float) -> None:
        raise NotImplementedError

    def renew_worker(self, worker: str, seconds: float) -> bool:
        raise NotImplementedError

    def remove_worker(self, worker: str) -> None:
        raise NotImplementedError

    def claim_runs(
        self, worker: str, limit: int, carried_out: Collection[tuple[str, int]] = ()
    ) -> list[Claim]:
        raise NotImplementedError

    def release_run(self, uid: str, number: int, worker: str) -> None:
        raise NotImplementedError
