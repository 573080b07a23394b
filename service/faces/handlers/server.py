"""The server itself."""

from collections.abc import Callable, Mapping

from clearprop.v1 import training_service_pb2 as pb

from service.execution.worker_counts import WorkerCounts
from service.faces.messages.server import server_info
from training.limits import Limits


class ServerHandlers:
    """The RPC that describes the server."""

    def __init__(
        self,
        version: str,
        store_kind: str,
        limits: Limits,
        used: Callable[[], Mapping[str, int]],
        workers: WorkerCounts | None,
    ) -> None:
        """Create the handler; `workers` is None if the store is not shared."""
        self._info = server_info(version, store_kind, limits)
        self._used = used
        self._workers = workers

    def get_server_info(self, _: pb.GetServerInfoRequest) -> pb.GetServerInfoResponse:
        """Return the properties of the server, and how much of its limits is used."""
        response = pb.GetServerInfoResponse(used=self._used())
        response.MergeFrom(self._info)
        if self._workers is not None:
            response.workers.count = self._workers.workers
            response.workers.waiting_runs = self._workers.waiting_runs
        return response
