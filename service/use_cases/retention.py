"""Use case: delete old updates, which happens only on request."""

from service.reading.state_reader import StateReader
from service.use_cases.networks import NetworkView
from service.use_cases.requests import RequestId, check_request, check_unanswered, once
from training.errors import HistoryCompacted, RunNotOver, UpdateOutOfRange, validating
from training.network import Network
from training.ports import Clock, Reader, Store, Writer
from training.update import Head, Keyframe, check_etag


class Retention:
    """Deletes old updates of networks."""

    def __init__(self, store: Store, states: StateReader, clock: Clock) -> None:
        self._store = store
        self._states = states
        self._clock = clock

    def delete_updates(
        self,
        network_id: str,
        before: int,
        etag: str = "",
        request: RequestId[NetworkView] | None = None,
    ) -> NetworkView:
        """Delete all updates before one, which becomes the earliest kept; a run may continue.

        Does nothing if the history already starts there or later. Raises InvalidFields,
        NetworkNotFound, StaleEtag, UpdateOutOfRange, DamagedHistory, and RunNotOver if a run that
        is not over may return to the state of an update before.
        """
        with validating() as violations:
            check_request(violations, request)
        while True:
            with self._store.read() as reader:
                check_unanswered(reader, request)
                network = reader.network(network_id)
                head = reader.head(network.uid)
            check_etag(head, etag, network_id)
            _check_before(head, before)
            try:
                # It may need a replay, which must not block writers.
                state = self._states.read(network, max(before, head.earliest_update))
            except HistoryCompacted:
                continue  # another call has deleted more updates: retry
            return self._compact(network, Keyframe(network.uid, state), etag, request)

    def _compact(
        self,
        network: Network,
        keyframe: Keyframe,
        etag: str,
        request: RequestId[NetworkView] | None,
    ) -> NetworkView:
        def compact(writer: Writer) -> NetworkView:
            head = writer.head(network.uid)
            check_etag(head, etag, network.id)
            _check_restored(writer, network, head, keyframe.state.update)
            head = writer.compact(network.uid, keyframe)
            return NetworkView(writer.network_by_uid(network.uid), head)

        return self._store.commit(
            lambda writer: once(writer, self._clock, request, lambda: compact(writer)), network.uid
        )


def _check_restored(reader: Reader, network: Network, head: Head, before: int) -> None:
    """Raise RunNotOver if a run may return to an update that would be deleted."""
    run = reader.run(network.uid, head.active_run) if head.active_run else None
    if run is None or run.restored_update is None or run.restored_update >= before:
        return
    raise RunNotOver(
        f"run {run.number} of network {network.id} may return to update {run.restored_update}, its"
        " best one: delete only updates before it, or wait until the run is over",
        network=network.id,
        run=run.number,
        state=run.state,
    )


def _check_before(head: Head, before: int) -> None:
    latest = head.latest_update
    if not 1 <= before <= latest:
        raise UpdateOutOfRange(
            f"cannot delete the updates before {before}: use 1 to {latest}"
            if latest
            else "the network has only update 0, which cannot be deleted",
            update=before,
            latest_update=latest,
        )
