"""Properties of the server."""

from clearprop.v1 import training_service_pb2

from service.faces.messages import functions
from training.limits import Limits


def _limits(source: Limits) -> training_service_pb2.Limits:
    """Convert the limits."""
    return training_service_pb2.Limits(
        request_bytes=source.request_bytes,
        response_bytes=source.response_bytes,
        layers=source.layers,
        parameters=source.parameters,
        networks=source.networks,
        training_sets=source.training_sets,
        watches=source.watches,
        training_set_bytes=source.training_set_bytes,
        batch_numbers=source.batch_numbers,
        uploads=source.uploads,
        watches_of_client=source.watches_of_client,
        walk_lines=source.walk_lines,
    )


def server_info(
    version: str, store: str, limits: Limits
) -> training_service_pb2.GetServerInfoResponse:
    """Describe the server: its limits and supported functions."""
    return training_service_pb2.GetServerInfoResponse(
        version=version,
        store=store,
        limits=_limits(limits),
        activations=functions.activations(),
        cost_functions=functions.cost_functions(),
        optimizers=functions.optimizers(),
        initializers=functions.initializers(),
    )
