"""Networks of several shapes, and what the service calls their units and parameters."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from training.network import Initializer, Network
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind
from training.tables.preparation import Preparation
from training.tables.table import (
    ColumnKind,
    Filling,
    FillingKind,
    InputColumn,
    Table,
    TargetKind,
    Targets,
)
from training.unit_names import parameter_name, unit_name

_COLUMNS = (
    InputColumn("age", has_missing=True),
    InputColumn("job", ColumnKind.CATEGORY, ("clerk", "nurse")),
)
_TABLE = Table(
    _COLUMNS,
    Targets(TargetKind.CLASSES, ("kind",), ("no", "yes")),
    filling=Filling(FillingKind.CONSTANT),
)


def _network(*sizes: int, preparation: Preparation | None = None) -> Network:
    return Network(
        "net",
        "uid",
        sizes,
        (Activation.SIGMOID,) * (len(sizes) - 1),
        CostFunction.SQUARED_ERROR,
        Initializer(InitializerKind.ZEROS),
        datetime(2026, 1, 1, tzinfo=UTC),
        preparation=preparation,
    )


#: The last one has a preparation.
NETWORKS = (
    _network(2, 1),
    _network(2, 5, 1),
    _network(3, 2, 4, 2),
    _network(4, 3, 2, preparation=Preparation(_TABLE, fills=(0.0,) * 4)),
)


class NamedParts(NamedTuple):
    """The names of units by layer and unit, and of parameters by layer, unit and input."""

    units: dict[tuple[int, int], str]
    parameters: dict[tuple[int, int, int | None], str]


def named_parts(network: Network) -> NamedParts:
    """Return what the service calls the units and parameters of a network."""
    sizes = network.layer_sizes
    return NamedParts(
        {
            (layer, unit): unit_name(network, layer, unit)
            for layer, count in enumerate(sizes)
            for unit in range(count)
        },
        {
            (layer, unit, source): parameter_name(network, layer, unit, source)
            for layer, (inputs, count) in enumerate(pairwise(sizes), 1)
            for unit in range(count)
            for source in (*range(inputs), None)
        },
    )
