"""The client calls units and parameters what the service calls them."""

import inspect

import pytest
from clearprop import unit_names

from training import unit_names as names_of_the_service


@pytest.mark.parametrize("name", ["unit_name", "parameter_name"])
def test_units_and_parameters_have_the_names_of_the_service(name: str) -> None:
    ours, theirs = getattr(unit_names, name), getattr(names_of_the_service, name)
    assert inspect.getsource(ours) == inspect.getsource(theirs)
