"""Changes of parameters without training."""

from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.changes import new_weights, weights_reset, weights_set
from service.faces.messages.networks import initializer, layer_parameters
from service.faces.messages.requests import request_id
from service.faces.responses import Responses
from service.use_cases.edits import Edits, update_made
from training.errors import Violations


@dataclass(frozen=True, slots=True)
class EditHandlers:
    """The RPCs that change parameters without training."""

    _edits: Edits
    _responses: Responses

    def set_weights(self, request: pb.SetWeightsRequest) -> pb.SetWeightsResponse:
        """Set individual parameters or whole layers."""
        changed = self._edits.set_weights(
            request.network,
            new_weights(request),
            request.etag,
            request_id(request, weights_set),
        )
        response = weights_set(changed)
        self._responses.add_updates(response, update_made(changed))
        return response

    def reset_weights(self, request: pb.ResetWeightsRequest) -> pb.ResetWeightsResponse:
        """Initialize all parameters again."""
        unknown = Violations()
        changed = self._edits.reset(
            request.network,
            initializer(unknown, request),
            tuple(map(layer_parameters, request.parameters)),
            request.etag,
            request_id(request, weights_reset),
            unknown.found,
        )
        response = weights_reset(changed)
        self._responses.add_updates(response, update_made(changed))
        return response
