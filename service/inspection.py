"""Finds any update, past or next, with all that it is computed from, so that it can be opened."""

from dataclasses import dataclass

from service.history import chosen_update
from service.opening import Opening
from service.snapshots import SnapshotReader
from training.batch_update import BatchUpdate, batch_update
from training.errors import NoNextUpdate, NotGradient, Violations
from training.network import Network
from training.ports import Reader, Store
from training.run import Run
from training.settings import TrainingSettings
from training.training_set import Examples
from training.update import Head, Segment, UpdateKind


@dataclass(frozen=True, slots=True)
class Which:
    """Which update is meant: a past one, None for the latest, or the one that would come next.

    With `next` it is that of the run that is not over or, with `settings`, the first one of a run
    that would begin now.
    """

    update: int | None = None
    next: bool = False
    settings: TrainingSettings | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """What one consistent read says of an update; `index` is its place in its run, from 0."""

    network: Network
    update: int
    run: Run
    index: int
    examples: Examples


class Inspection:
    """Looks inside updates."""

    def __init__(self, store: Store, snapshots: SnapshotReader, opening: Opening) -> None:
        self._store = store
        self._snapshots = snapshots
        self._opening = opening

    def batch(self, network_id: str, which: Which) -> BatchUpdate:
        """Return an update with its batch and the state before it; nothing is changed.

        Raises NetworkNotFound, UpdateOutOfRange, InvalidFields, NotGradient for an update that no
        batch made, DamagedHistory; for the next update NoNextUpdate where there is no run to go on,
        and with settings TrainingSetNotFound, LimitExceeded, RunNotOver.
        """
        violations = Violations()
        _check(violations, which)
        with self._store.read() as reader:
            network = reader.network(network_id)
            head = reader.head(network.uid)
            if which.next:
                found = self._next(violations, reader, network, head, which.settings)
            else:
                violations.refuse()
                found = self._past(reader, network, chosen_update(which.update, head.latest_update))
        before = self._snapshots.state(network, found.update - 1)
        return batch_update(network, found.run, found.index, before, found.examples)

    def _past(self, reader: Reader, network: Network, update: int) -> _Found:
        (segment,) = reader.segments(network.uid, update, update, 1)
        if segment.kind is not UpdateKind.GRADIENT:
            raise _not_gradient(network, segment)
        run = reader.run(network.uid, segment.run)
        index = segment.run_offset + update - segment.first_update
        return self._found(reader, network, update, run, index)

    def _next(
        self,
        violations: Violations,
        reader: Reader,
        network: Network,
        head: Head,
        settings: TrainingSettings | None,
    ) -> _Found:
        update = head.latest_update + 1
        if settings is not None:
            opening = self._opening.addition(violations, reader, network, head, settings, "")
            assert opening.run is not None
            return self._found(reader, network, update, opening.run, 0)
        violations.refuse()
        if not head.active_run:
            raise NoNextUpdate(
                f"network {network.id} has no run that goes on: send the settings of one that"
                " would begin now",
                network=network.id,
            )
        run = reader.run(network.uid, head.active_run)
        return self._found(reader, network, update, run, run.updates_done)

    def _found(self, reader: Reader, network: Network, update: int, run: Run, index: int) -> _Found:
        examples = self._snapshots.examples(reader, run.training_set_uid)
        return _Found(network, update, run, index, examples)


def _check(violations: Violations, which: Which) -> None:
    if not which.next:
        violations.require(
            which.settings is None,
            "settings",
            "must be absent without next: a past update has its run's settings",
        )
        return
    violations.require(
        which.update is None, "update", "must be absent with next: the next update has its number"
    )


def _not_gradient(network: Network, segment: Segment) -> NotGradient:
    return NotGradient(
        f"update {segment.first_update} of network {network.id} is of kind {segment.kind}: no batch"
        " made it, so there is nothing to look into; choose an update of a run",
        network=network.id,
        update=segment.first_update,
        kind=segment.kind,
    )
