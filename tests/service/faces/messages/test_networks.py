"""Layers have the same content whether their numbers are copied as bytes or one by one."""

import numpy as np
import pytest
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from numerics import uniform
from worlds import make_world

from service.faces.messages import networks
from service.faces.messages.networks import layers, sent_labels


@pytest.mark.parametrize("few", [0, 10**6])
@pytest.mark.parametrize("bias", [False, True])
def test_layers_contain_every_bit(monkeypatch: pytest.MonkeyPatch, few: int, bias: bool) -> None:
    monkeypatch.setattr(networks, "_FEW_NUMBERS", few)
    network = make_world((3, 4, 2), [[0.0] * 3], [[0.0] * 2], bias=bias).network
    parameters = uniform(1, -1.0, 1.0, network.parameter_count)
    parameters[:3] = np.nan, -0.0, np.inf
    first, second = layers(network, parameters)
    assert (first.units, first.inputs, second.units, second.inputs) == (4, 3, 2, 4)
    found = [*first.weights, *first.biases, *second.weights, *second.biases]
    assert np.array(found).tobytes() == parameters.tobytes()
    copy = network_pb2.LayerParameters.FromString(first.SerializeToString())
    assert copy.SerializeToString() == first.SerializeToString()


def test_of_too_many_labels_only_one_more_than_valid_is_converted() -> None:
    labels = pb.CreateNetworkRequest(labels={f"k{n}": "" for n in range(100)}).labels
    assert len(sent_labels(labels)) == 65
    assert sent_labels(pb.CreateNetworkRequest(labels={"a": "b"}).labels) == {"a": "b"}
