"""Calls that change parameters without training."""

from collections.abc import Iterable, Mapping, Sequence

from clearprop.calls.base import Call, new_request_id
from clearprop.changes import NewValue, weight_values
from clearprop.options import RecipeOptions, initializer_of
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import LayerParameters
from clearprop.values import LayoutName, MatrixLike, VectorLike, layers_of


def set_weights(
    network: str,
    values: Iterable[NewValue],
    layers: Mapping[int, LayerParameters],
    etag: str,
    request_id: str,
) -> Call[pb.SetWeightsResponse]:
    """Set some or all parameters."""
    request = pb.SetWeightsRequest(
        network=network,
        weights=weight_values(values),
        layers=layers,
        etag=etag,
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.SetWeightsResponse)


def set_layers(
    weights: Mapping[int, MatrixLike], biases: Mapping[int, VectorLike], layout: LayoutName
) -> dict[int, LayerParameters]:
    """Return whole layers by their numbers, from 1, as messages of the contract.

    Raises ValueError for biases of a layer without its weights.
    """
    if not biases.keys() <= weights.keys():
        raise ValueError("Biases must be given together with the weights of their layers.")
    return {
        number: layers_of([matrix], [biases[number]] if number in biases else [], layout=layout)[0]
        for number, matrix in weights.items()
    }


def reset_weights(
    network: str,
    recipe: RecipeOptions,
    parameters: Sequence[LayerParameters],
    etag: str,
    request_id: str,
) -> Call[pb.ResetWeightsResponse]:
    """Reset all parameters."""
    request = pb.ResetWeightsRequest(
        network=network,
        initializer=initializer_of(recipe),
        parameters=parameters,
        etag=etag,
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.ResetWeightsResponse)
