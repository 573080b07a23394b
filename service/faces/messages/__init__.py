"""The contract's messages ↔ the domain's values: the only place where they meet.

What comes in is translated as it is, and whether it makes sense the domain says: an enum value that
is not known becomes None. Only what has no form in the domain (a page token, a request id) is
checked here.
"""

from service.faces.messages.changes import compared, new_weights, weights_reset, weights_set
from service.faces.messages.explanations import explanation, weight_place
from service.faces.messages.exports import export, export_format
from service.faces.messages.inspections import full_state, is_full, traced, which
from service.faces.messages.measures import evaluation, gradient_check
from service.faces.messages.networks import (
    initializer,
    label_keys,
    layer_parameters,
    network,
    new_network,
)
from service.faces.messages.predictions import prediction, vectors
from service.faces.messages.requests import (
    page_number,
    page_place,
    page_position,
    page_size,
    page_token,
    place_token,
    request_id,
)
from service.faces.messages.runs import run, run_event, settings, step
from service.faces.messages.server import server_info
from service.faces.messages.training_sets import check_response, example_rows, training_set
from service.faces.messages.updates import detail, max_points, state, updates
from service.faces.messages.uploads import Upload
from service.faces.messages.verifications import verified
from service.faces.messages.walks import walked
from service.faces.messages.watches import watch, watched

__all__ = [
    "Upload",
    "check_response",
    "compared",
    "detail",
    "evaluation",
    "example_rows",
    "explanation",
    "export",
    "export_format",
    "full_state",
    "gradient_check",
    "initializer",
    "is_full",
    "label_keys",
    "layer_parameters",
    "max_points",
    "network",
    "new_network",
    "new_weights",
    "page_number",
    "page_place",
    "page_position",
    "page_size",
    "page_token",
    "place_token",
    "prediction",
    "request_id",
    "run",
    "run_event",
    "server_info",
    "settings",
    "state",
    "step",
    "traced",
    "training_set",
    "updates",
    "vectors",
    "verified",
    "walked",
    "watch",
    "watched",
    "weight_place",
    "weights_reset",
    "weights_set",
    "which",
]
