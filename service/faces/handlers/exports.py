"""Exports of networks as files."""

from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.admission.call import run_in_call
from service.faces.messages.exports import export, export_format
from service.faces.messages.fields import optional
from service.faces.response_stream import ResponseStream, threaded_stream
from service.use_cases.exports import Exports


@dataclass(frozen=True, slots=True)
class ExportHandlers:
    """The RPC that exports a network."""

    _exports: Exports

    async def export_network(self, request: pb.ExportNetworkRequest) -> ResponseStream:
        """Stream a file."""
        found = await run_in_call(
            self._exports.export,
            request.network,
            optional(request, "update"),
            export_format(request),
            float32=request.float32,
        )
        return await threaded_stream(export(found))
