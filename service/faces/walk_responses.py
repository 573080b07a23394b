"""Serialized pages of walks, which a `SideProcess` computes."""

from clearprop.v1 import training_service_pb2 as pb

from service.execution.side_process import SideProcess
from service.faces.messages.walks import walked
from service.use_cases.walks import BegunWalks, WalkPage

#: The walks of this process that are not read to their end: of the side process, not of the server.
_BEGUN = BegunWalks()


def walk_response(side_process: SideProcess, page: WalkPage) -> pb.WalkUpdateResponse:
    """Return a page of a walk.

    Long walks are executed and converted in the side process: Python's tracing holds its lock
    for seconds, and an executed line has about 600 bytes in Python and 60 in the response.

    Raises InvalidFields if the walk has fewer steps, and what `SideProcess.run` raises.
    """
    if page.is_short:
        return walked(BegunWalks().read(page))
    return pb.WalkUpdateResponse.FromString(side_process.run(serialized_walk, page))


def serialized_walk(page: WalkPage) -> bytes:
    """Return a page of a walk as the bytes of its response."""
    return walked(_BEGUN.read(page)).SerializeToString()
