"""The client has the same names of units and parameters as the service."""

from itertools import pairwise

import pytest
from clearprop import unit_names

from training import unit_names as names_of_the_service


@pytest.mark.parametrize("sizes", [[2, 1], [2, 5, 1], [3, 2, 4, 2]], ids=str)
def test_units_and_parameters_have_the_names_of_the_service(sizes: list[int]) -> None:
    last = len(sizes) - 1
    for layer, size in enumerate(sizes):
        for unit in range(size):
            name = unit_names.unit_name(layer, unit, last)
            assert name == names_of_the_service.unit_name(layer, unit, last)
    for layer, (inputs, units) in enumerate(pairwise(sizes), start=1):
        for unit in range(units):
            for source in (*range(inputs), None):
                name = unit_names.parameter_name(layer, unit, source, last)
                assert name == names_of_the_service.parameter_name(layer, unit, source, last)
