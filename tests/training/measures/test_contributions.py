"""What each unit below the outputs adds to their logits."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from worlds import World, worlds

from training.engine import activations
from training.measures.contributions import contributions_of
from training.numerics.activations import Activation


@given(worlds())
def test_contributions_added_in_order_are_the_logit_bit_for_bit(world: World) -> None:
    kinds = (*world.network.activations[:-1], Activation.IDENTITY)  # outputs that are logits
    network = replace(world.network, activations=kinds)
    inputs = world.examples.inputs
    units = activations(network, world.parameters, inputs)
    terms = contributions_of(network, world.parameters, inputs, units)
    logits = np.zeros(terms.shape[:2])
    for term in np.moveaxis(terms, 2, 0):
        logits = logits + term
    assert logits.tobytes() == units[:, -network.layer_sizes[-1] :].tobytes()
