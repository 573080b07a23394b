"""The client has the same names of units and parameters as the service."""

import pytest
from clearprop.unit_names import UnitNames
from named_networks import NETWORKS, named_parts

from service.faces.messages.networks import network as sent
from service.use_cases.networks import NetworkView
from training.network import Network
from training.update import Head


@pytest.mark.parametrize("network", NETWORKS, ids=lambda each: str(each.layer_sizes))
def test_units_and_parameters_have_the_names_of_the_service(network: Network) -> None:
    names, parts = UnitNames(sent(NetworkView(network, Head(network.uid)))), named_parts(network)
    for (layer, unit), name in parts.units.items():
        assert names.unit(layer, unit) == name
    for place, name in parts.parameters.items():
        assert names.parameter(*place) == name


def test_columns_have_names() -> None:
    names = named_parts(NETWORKS[-1])
    assert [names.units[0, unit] for unit in range(4)] == [
        "input 1 (age)",
        "input 2 (age is missing)",
        "input 3 (job = clerk)",
        "input 4 (job = nurse)",
    ]
    assert names.parameters[2, 1, 2] == "output 2 (yes) ← hidden 3"
    assert names.parameters[1, 0, 3] == "hidden 1 ← input 4 (job = nurse)"
