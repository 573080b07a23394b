"""Ownership of runs with SQL: leases of workers, and claims."""

from collections import Counter
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy import bindparam, select

from storage import codec, rows
from storage.schema import RUN_IS_ACTIVE, heads, runs, workers
from storage.session import Row
from storage.sql_rows import RowReading, RowWriting
from training.errors import DamagedHistory
from training.ownership import Claim, WorkerExpired, WorkerLease

_UID = bindparam("at_uid", type_=sa.Text)
_NUMBER = bindparam("at_number", type_=sa.BigInteger)
_WORKER = bindparam("worker", type_=sa.Text)
_NOW = bindparam("now", type_=sa.BigInteger)

_IS_RUN = (runs.c.network_uid == _UID) & (runs.c.number == _NUMBER)
_OWNER_LIVES = sa.exists().where(workers.c.name == runs.c.owner, workers.c.expire_time > _NOW)
# In the order of the heads, SQLite scans these and not all runs.
_RUNS = heads.join(
    runs, (heads.c.network_uid == runs.c.network_uid) & (heads.c.active_run == runs.c.number)
)
# The first condition is that of an index.
_ACTIVE_RUNS = (heads.c.active_run > 0, RUN_IS_ACTIVE)

_OWNER = select(runs.c.owner).select_from(_RUNS).where(_IS_RUN, *_ACTIVE_RUNS, _OWNER_LIVES)
_WAITING = (
    select(heads.c.network_uid)
    .select_from(_RUNS)
    .where(*_ACTIVE_RUNS, ~_OWNER_LIVES)
    .order_by(heads.c.network_uid)
)
_OWNERS = (
    select(runs.c.owner)
    .select_from(_RUNS)
    .where(*_ACTIVE_RUNS, _OWNER_LIVES)
    .order_by(heads.c.network_uid)
)
_LIVING = workers.c.expire_time > _NOW
_WORKERS = select(workers.c.name, workers.c.expire_time).where(_LIVING).order_by(workers.c.name)
_COUNT = select(sa.func.count()).select_from(workers).where(_LIVING)

_ADD = workers.insert()
_RENEW = workers.update().where(workers.c.name == _WORKER, _LIVING)
_REMOVE = workers.delete().where(workers.c.name == _WORKER)

# Whether this worker lives, and whether others do not.
_LOOK = select(
    sa.exists().where(workers.c.name == _WORKER, _LIVING),
    sa.exists().where(~_LIVING),
)
# A claim of this worker is waited for by who removes it, and the other way around.
_KEEP = select(workers.c.name).where(workers.c.name == _WORKER, _LIVING)
_KEEP = _KEEP.with_for_update(read=True)
_EXPIRED = (
    select(workers.c.name)
    .where(~_LIVING)
    .order_by(workers.c.name)
    .with_for_update(skip_locked=True)
)

# What another transaction claims or changes at this moment is not waited for, and others take its
# place: so a thousand workers that claim at once do not try the same runs. A run of a deleted
# network has no head; as a join, PostgreSQL would go through all heads to find that.
_ACTIVE_IN_HEAD = (
    select(heads.c.active_run).where(heads.c.network_uid == runs.c.network_uid).scalar_subquery()
)
_CANDIDATES = (
    select(*rows.RUN_COLUMNS)
    .where(RUN_IS_ACTIVE, runs.c.owner.is_(None), runs.c.number == _ACTIVE_IN_HEAD)
    # That of the index: the owner is NULL. The time of runs that were never claimed is, too.
    .order_by(runs.c.owner, runs.c.claim_time.nulls_first(), runs.c.network_uid)
    .limit(bindparam("limit", type_=sa.Integer))
    .with_for_update(of=runs, skip_locked=True)
)
# Not waited for either: who changes a run locks its head first.
_HEAD = (
    select(*rows.HEAD_COLUMNS).where(heads.c.network_uid == _UID).with_for_update(skip_locked=True)
)
_CLAIM = runs.update().where(_IS_RUN)
_RENEW_HEAD = heads.update().where(heads.c.network_uid == _UID)
_OWNED = (
    select(runs.c.network_uid, runs.c.number, runs.c.owner)
    .select_from(_RUNS)
    .where(*_ACTIVE_RUNS, runs.c.owner == _WORKER)
    .order_by(heads.c.network_uid)
)
_OWNED_BY_NOBODY = (
    select(runs.c.network_uid, runs.c.number, runs.c.owner)
    .select_from(_RUNS)
    .where(*_ACTIVE_RUNS, ~sa.exists().where(workers.c.name == runs.c.owner))
    .where(runs.c.owner.is_not(None))
    .order_by(heads.c.network_uid)
)
_OWNED_RUN = (_IS_RUN, runs.c.owner == _WORKER)
_LOCK = select(runs.c.number).where(*_OWNED_RUN).with_for_update(skip_locked=True)
_RELEASE = runs.update().where(*_OWNED_RUN).values(owner=sa.null())


class OwnershipReading(RowReading):
    """The part of a snapshot about workers; see training.ownership.OwnershipReader."""

    def owner(self, uid: str, number: int) -> str | None:
        row = self._row(_OWNER, at_uid=uid, at_number=number, now=self._store_time())
        return None if row is None else str(row[0])

    def count_waiting_runs(self) -> int:
        return len(self._rows(_WAITING, now=self._store_time()))

    def count_workers(self) -> int:
        return self._count(_COUNT, now=self._store_time())

    def workers(self) -> list[WorkerLease]:
        now = self._store_time()
        owned = Counter(owner for (owner,) in self._rows(_OWNERS, now=now))
        return [
            WorkerLease(name, codec.time_at(expire_time), owned[name])
            for name, expire_time in self._rows(_WORKERS, now=now)
        ]

    def _store_time(self) -> int:
        """Return the time of the store, in microseconds since 1970."""
        return codec.microseconds(self._clock.now())


class OwnershipWriting(OwnershipReading, RowWriting):
    """The part of a transaction about workers; see training.ownership.OwnershipWriter."""

    #: Whether a run has no owner after this work: somebody may wait for that.
    has_left_run = False

    def add_worker(self, worker: str, seconds: float) -> None:
        self._change(_ADD, name=worker, expire_time=_after(self._store_time(), seconds))

    def renew_worker(self, worker: str, seconds: float) -> bool:
        now = self._store_time()
        return self._change(_RENEW, worker=worker, now=now, expire_time=_after(now, seconds))

    def remove_worker(self, worker: str) -> None:
        self._change(_REMOVE, worker=worker)  # first, because it waits for a claim
        for uid, number, _ in self._rows(_OWNED, worker=worker):
            self.release_run(uid, number, worker)

    def remove_expired_workers(self) -> bool:
        """Leave the runs of workers that are expired or gone to others; return whether any were."""
        # A worker of an earlier version may leave runs behind.
        are_left = self._give_up(self._rows(_OWNED_BY_NOBODY)) > 0
        return self._remove_expired_workers(self._store_time()) or are_left

    def claim_runs(
        self, worker: str, limit: int, carried_out: Collection[tuple[str, int]] = ()
    ) -> list[Claim]:
        now = self._store_time()
        look = self._row(_LOOK, worker=worker, now=now)
        assert look is not None
        is_alive, are_expired = look
        if not is_alive:
            raise WorkerExpired(worker)
        if are_expired:
            self._remove_expired_workers(now)
        skipped = set(carried_out)
        owned = self._rows(_OWNED, worker=worker)
        self._give_up([run for run in owned if tuple(run[:2]) not in skipped])
        found = self._rows(_CANDIDATES, limit=limit + len(skipped))
        if found and self._row(_KEEP, worker=worker, now=now) is None:
            raise WorkerExpired(worker)
        claims: list[Claim] = []
        for row in found:
            if len(claims) == limit:
                break
            claims += self._claim(row, skipped, worker, now)
        return claims

    def release_run(self, uid: str, number: int, worker: str) -> None:
        self._lock_head(uid)
        self._release(uid, number, worker)

    def _remove_expired_workers(self, now: int) -> bool:
        """Remove workers, unless another transaction is changing one of them, or of their runs."""
        has_changed = False
        for (worker,) in self._rows(_EXPIRED, now=now):
            owned = self._rows(_OWNED, worker=worker)
            if self._give_up(owned) == len(owned):
                has_changed |= self._change(_REMOVE, worker=worker)
        return has_changed

    def _give_up(self, owned: Sequence[Row]) -> int:
        """Release the runs of owners, if no other transaction is changing them; return how many."""
        count = 0
        for uid, number, worker in owned:
            if self._row(_LOCK, at_uid=uid, at_number=number, worker=worker) is not None:
                count += self._release(uid, number, worker)
        return count

    def _release(self, uid: str, number: int, worker: str) -> bool:
        is_released = self._change(_RELEASE, at_uid=uid, at_number=number, worker=worker)
        if is_released:
            self.changed.add(uid)
            self.has_left_run = True
        return is_released

    def _claim(self, row: Row, skipped: set[tuple[str, int]], worker: str, now: int) -> list[Claim]:
        """Claim the run of a row, unless it is skipped, corrupt, or changing."""
        uid, number = str(row[0]), int(row[1])
        found = None if (uid, number) in skipped else self._row(_HEAD, at_uid=uid)
        if found is None:
            return []
        place = {"at_uid": uid, "at_number": number}
        try:
            head, run = self._found_head(uid, found).renewed(), self._run(row)
        except DamagedHistory:
            self._change(_CLAIM, owner=None, claim_time=now, **place)  # others are tried before it
            return []
        renewed = rows.head_values(head)
        self._change(_RENEW_HEAD, at_uid=uid, token=head.token, crc=renewed["crc"])
        self._change(_CLAIM, owner=worker, claim_time=now, **place)
        return [Claim(run, head)]


def _after(micros: int, seconds: float) -> int:
    return micros + round(seconds * 1_000_000)
