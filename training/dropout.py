"""The dropout of a run: its settings, the rules for them, and the units that an update drops."""

from dataclasses import dataclass

import numpy as np

from training.errors import Violations
from training.network import Network
from training.numerics.dropout import NOTHING_DROPPED, DroppedUnits


@dataclass(frozen=True, slots=True)
class Dropout:
    """Leaves out hidden units, chosen at random for each example of each update.

    `rates`: the probability of a unit of each hidden layer, in [0, 1); a single number is for all
    hidden layers. `seed`, 0 to 2^63 − 1: which units are dropped depends only on it, the number of
    the update in its run, the position of the example in the batch, and the unit.
    """

    rates: tuple[float, ...]
    seed: int = 0


def dropped_units(network: Network, dropout: Dropout | None, update: int = 0) -> DroppedUnits:
    """Return the units that update `update` of a run, counted from 0, drops."""
    if dropout is None:
        return NOTHING_DROPPED
    rates = np.empty(len(network.layer_sizes) - 2)
    rates[:] = dropout.rates
    return DroppedUnits(rates, dropout.seed, update)


def check_dropout(
    violations: Violations, field: str, dropout: Dropout | None, network: Network
) -> None:
    """Require valid settings that fit the network."""
    if dropout is None:
        return
    hidden = len(network.layer_sizes) - 2
    if not hidden:
        violations.add(field, "must be absent: the network has no hidden layers")
        return
    violations.require(
        len(dropout.rates) in {1, hidden},
        f"{field}.rates",
        f"must have one number for all hidden layers, or {hidden}, one for each, not"
        f" {len(dropout.rates)}",
    )
    for index, rate in enumerate(dropout.rates):
        violations.require(
            0.0 <= rate < 1.0,
            f"{field}.rates[{index}]",
            f"must be at least 0 and less than 1, not {rate}",
        )
    violations.require(
        0 <= dropout.seed < 2**63,
        f"{field}.seed",
        f"must be 0 to 2^63 − 1, not {dropout.seed}",
    )
