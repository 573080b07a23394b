"""What the sources of a forward pass have in common, in whatever language they are."""

from collections.abc import Iterable

from service.use_cases.exports.moment import Moment
from service.use_cases.exports.source.functions import Function, Functions, functions_with
from training.numerics.activations import ACTIVATIONS, SOFTMAX, Activation
from training.numerics.elementary import exp


def functions_of(activations: Iterable[Activation], known: frozenset[str]) -> Functions:
    """Return the functions of the layers; those in `known` are defined elsewhere."""
    used = dict.fromkeys(activations)
    return functions_with([_function(each) for each in used], known)


def _function(activation: Activation) -> Function:
    # That of softmax is a loop around `exp`.
    return exp if activation is SOFTMAX else ACTIVATIONS[activation].function


def title(moment: Moment) -> list[str]:
    """Return lines that say which network a file computes."""
    network = moment.network
    sizes = "-".join(map(str, network.layer_sizes))
    return [
        f"The forward pass of network {network.id} at update {moment.state.update}.",
        "",
        f"Exported by Clearprop. Layers: {sizes} ({', '.join(network.activations)}).",
        f"Identifier of the network: {network.uid}.",
        "",
        "The outputs are those of Predict, bit for bit: sums are taken in the same order, and the",
        "functions below are those of the server.",
    ]
