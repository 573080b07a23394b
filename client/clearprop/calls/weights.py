"""Calls that give a network the weights of a model of another library."""

from clearprop.calls.base import Call, new_request_id
from clearprop.documents import REQUEST_BYTES
from clearprop.infos import NetworkInfo
from clearprop.options import NetworkOptions, describe_network
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.table_pb2 import Preparation
from clearprop.values import layers_of
from clearprop.weights.model_weights import ModelWeights


def create_with_weights(
    network: str, model: ModelWeights, cost_function: str, request_id: str
) -> Call[pb.CreateNetworkResponse]:
    """Create a network. Raises ValueError if the activations are not known."""
    if not model.activations:
        raise ValueError(
            "The weights have no activations. Pass activations (--activations): one for each layer"
            " after the inputs, such as relu,softmax, or one for all."
        )
    request = pb.CreateNetworkRequest(
        network=network,
        layer_sizes=model.layer_sizes,
        request_id=request_id or new_request_id(),
    )
    options: NetworkOptions = {
        "activations": model.activations,
        "bias": bool(model.biases),
        "initial_weights": model.weights,
        "initial_biases": model.biases,
    }
    if cost_function or model.cost_function:
        options["cost_function"] = cost_function or model.cost_function
    describe_network(request, options)
    if model.preparation is not None:
        request.preparation.CopyFrom(model.preparation)
    if request.ByteSize() > REQUEST_BYTES:
        raise ValueError(
            f"The network has {request.ByteSize():,} bytes, and a request can have"
            f" {REQUEST_BYTES:,}: use smaller layers."
        )
    return Call(request, pb.CreateNetworkResponse)


def reset_to_weights(
    network: NetworkInfo, model: ModelWeights, cost_function: str, request_id: str
) -> Call[pb.ResetWeightsResponse]:
    """Reset the parameters of a network. Raises ValueError if the model is not of its shape."""
    for what, theirs, wanted in (
        ("layer sizes", model.layer_sizes, network.layer_sizes),
        ("activations", list(model.activations), network.activations),
        ("cost function", cost_function, network.cost_function),
    ):
        if theirs and theirs != wanted:
            raise ValueError(
                f"Network {network.id} exists with other {what}: {_text(wanted)}, not"
                f" {_text(theirs)}. Choose another id, or delete the network."
            )
    if model.preparation is not None and not _is_same(model.preparation, network):
        raise ValueError(
            f"Network {network.id} exists and prepares its columns differently from the file."
            " Choose another id, or delete the network."
        )
    if model.biases and not network.has_biases:
        raise ValueError(
            f"Network {network.id} exists without biases, and the weights have biases. Choose"
            " another id, or delete the network."
        )
    biases = model.biases
    if network.has_biases and not biases:
        biases = [[0.0] * units for units in network.layer_sizes[1:]]
    request = pb.ResetWeightsRequest(
        network=network.id,
        parameters=layers_of(model.weights, biases),
        etag=network.message.etag,
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.ResetWeightsResponse)


def _is_same(preparation: Preparation, network: NetworkInfo) -> bool:
    """Return whether a network prepares columns in this way, whatever it learned that from."""
    theirs = Preparation()
    theirs.CopyFrom(network.message.preparation)
    theirs.training_set_uid = preparation.training_set_uid
    theirs.example_count = preparation.example_count
    return theirs == preparation


def _text(values: object) -> str:
    return ",".join(map(str, values)) if isinstance(values, list) else str(values)
