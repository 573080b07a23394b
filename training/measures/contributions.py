"""What each unit below the outputs adds to their logits."""

import numpy as np

from training.network import Array, Network
from training.numerics.overflow import allow_overflow


@allow_overflow
def contributions_of(
    network: Network, parameters: Array, inputs: Array, activations: Array
) -> Array:
    """Return the terms of the logits of all outputs: (n, outputs, units below, and 1 for a bias).

    `inputs` (n, inputs), `activations` (n, units of all layers after the inputs). A term is
    activation × weight, the last one is the bias. Added in order from 0, they are the logit.
    """
    shape = network.shapes[-1]
    weights = parameters[shape.weights].reshape(shape.units, shape.inputs)
    end = activations.shape[1] - shape.units
    below = activations[:, end - shape.inputs : end] if end else inputs
    terms = below[:, np.newaxis, :] * weights
    if not network.bias:
        return terms
    biases = np.broadcast_to(parameters[shape.biases][:, np.newaxis], (*terms.shape[:2], 1))
    return np.concatenate((terms, biases), axis=2)
