"""Verifications of histories."""

from clearprop.v1 import training_service_pb2

from service.faces.messages.enums import numbers
from service.use_cases.verification import Verified
from training.network import Network, places
from training.verification import Difference, DifferenceKind

_DIFFERENCE_KINDS = numbers(training_service_pb2.DifferenceKind, DifferenceKind)


def verified(source: Verified) -> training_service_pb2.VerifyHistoryResponse:
    """Convert the progress of a verification and the difference that it found, if any."""
    progress = source.progress
    message = training_service_pb2.VerifyHistoryResponse(
        earliest_update=progress.earliest_update,
        verified_update=progress.verified_update,
        latest_update=progress.latest_update,
        keyframes=progress.keyframes,
        done=source.done,
    )
    if source.difference is not None:
        message.difference.CopyFrom(_difference(source.network, source.difference))
    return message


def _difference(network: Network, found: Difference) -> training_service_pb2.HistoryDifference:
    message = training_service_pb2.HistoryDifference(
        kind=_DIFFERENCE_KINDS[found.kind],
        first_update=found.first_update,
        last_update=found.last_update,
        message=found.message,
        stored=found.stored,
        recomputed=found.recomputed,
    )
    if found.parameter is not None:
        message.layer, message.unit, input_ = places(network)(found.parameter)
        if input_ is not None:
            message.input = input_
    return message
