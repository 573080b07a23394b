"""The server itself."""

from clearprop.v1 import training_service_pb2

from training.limits import Limits


def limits(source: Limits) -> training_service_pb2.Limits:
    """Translate the limits of the service."""
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
