"""Backups of the store."""

from contextlib import ExitStack
from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.admission.call import run_in_call
from service.faces.messages.backups import backup
from service.faces.response_stream import ResponseStream, threaded_stream
from service.use_cases.backups import Backups


@dataclass(frozen=True, slots=True)
class BackupHandlers:
    """The RPC that backs up the store."""

    _backups: Backups

    async def back_up_store(self, _: pb.BackUpStoreRequest) -> ResponseStream:
        """Stream a copy of the store."""
        found = await run_in_call(self._backups.back_up)
        with ExitStack() as opened:
            opened.callback(found.chunks.close)
            stream = await threaded_stream(backup(found))
            stream.also_close(opened.pop_all())
        return stream
