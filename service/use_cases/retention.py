"""Use case: delete old updates, which happens only on request."""

from service.reading.state_reader import StateReader
from service.use_cases.networks import NetworkView
from service.use_cases.requests import RequestId, check_request, check_unanswered, once
from training.errors import HistoryCompacted, UpdateOutOfRange, validating
from training.network import Network
from training.ports import Clock, Store, Writer
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
        NetworkNotFound, StaleEtag, UpdateOutOfRange, DamagedHistory.
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
            check_etag(writer.head(network.uid), etag, network.id)
            head = writer.compact(network.uid, keyframe)
            return NetworkView(writer.network_by_uid(network.uid), head)

        return self._store.commit(
            lambda writer: once(writer, self._clock, request, lambda: compact(writer))
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
