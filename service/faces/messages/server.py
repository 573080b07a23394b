"""Properties of the server."""

from collections.abc import Iterator

from clearprop.v1 import training_service_pb2

from service.faces.messages import functions
from training.limits import Limits, described


def _limits(source: Limits) -> training_service_pb2.Limits:
    """Convert the limits."""
    return training_service_pb2.Limits(**{limit.name: limit.value for limit in described(source)})


def _descriptions(source: Limits) -> Iterator[training_service_pb2.LimitInfo]:
    """Describe the limits."""
    for limit in described(source):
        yield training_service_pb2.LimitInfo(name=limit.name, description=limit.description)


def server_info(
    version: str, store: str, limits: Limits
) -> training_service_pb2.GetServerInfoResponse:
    """Describe the server: its limits and its functions, which do not change."""
    return training_service_pb2.GetServerInfoResponse(
        version=version,
        store=store,
        limits=_limits(limits),
        limit_descriptions=_descriptions(limits),
        activations=functions.activations(),
        cost_functions=functions.cost_functions(),
        optimizers=functions.optimizers(),
        initializers=functions.initializers(),
    )
