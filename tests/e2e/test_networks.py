"""Networks, training sets and predictions over gRPC."""

import struct

from calls import bits, create, examples, fresh_id, settings, state
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from google.protobuf.field_mask_pb2 import FieldMask


def test_a_network_reports_everything_chosen_for_it(stub: TrainingServiceStub) -> None:
    network = stub.CreateNetwork(pb.CreateNetworkRequest(layer_sizes=[3, 4, 2])).network
    assert network.network
    assert network.uid
    assert list(network.activations) == [network_pb2.ACTIVATION_SIGMOID] * 2
    assert network.cost_function == network_pb2.COST_FUNCTION_CROSS_ENTROPY
    assert network.parameter_count == 20
    recipe = network.initializer
    assert (recipe.kind, recipe.low, recipe.high) == (
        network_pb2.INITIALIZER_KIND_UNIFORM,
        -0.12,
        0.12,
    )
    assert stub.GetNetwork(pb.GetNetworkRequest(network=network.network)).network == network
    again = stub.CreateNetwork(
        pb.CreateNetworkRequest(layer_sizes=[3, 4, 2], initializer=recipe)
    ).network
    assert bits(state(stub, again.network).layers) == bits(state(stub, network.network).layers)


def test_explicit_parameters_keep_their_bits(stub: TrainingServiceStub) -> None:
    weights = [-0.0, 5e-324, 1.7976931348623157e308, 0.1, -1e-300, 2.0**-1022]
    network = stub.CreateNetwork(
        pb.CreateNetworkRequest(
            layer_sizes=[2, 3],
            initial_parameters=[network_pb2.LayerParameters(units=3, inputs=2, weights=weights)],
        )
    ).network
    (layer,) = state(stub, network.network).layers
    assert struct.pack("<6d", *layer.weights) == struct.pack("<6d", *weights)
    assert network.initializer.kind == network_pb2.INITIALIZER_KIND_EXPLICIT
    assert not network.initializer.HasField("seed")


def test_validate_only_creates_nothing(stub: TrainingServiceStub) -> None:
    name = fresh_id("maybe")
    answer = stub.CreateNetwork(
        pb.CreateNetworkRequest(network=name, layer_sizes=[2, 1], validate_only=True)
    )
    assert (answer.network.network, answer.network.uid) == (name, "")
    stub.CreateNetwork(pb.CreateNetworkRequest(network=name, layer_sizes=[2, 1]))


def test_networks_are_listed_by_id_in_pages(stub: TrainingServiceStub) -> None:
    made = {create(stub).network for _ in range(5)}
    seen, token = [], ""
    while True:
        page = stub.ListNetworks(pb.ListNetworksRequest(page_size=2, page_token=token))
        seen += [network.network for network in page.networks]
        token = page.next_page_token
        if not token:
            break
    assert seen == sorted(set(seen))
    assert made <= set(seen)


def test_labels_are_replaced_or_changed_individually(stub: TrainingServiceStub) -> None:
    name = create(stub).network

    def label(labels: dict[str, str], *paths: str) -> dict[str, str]:
        mask = FieldMask(paths=paths) if paths else None
        request = pb.UpdateNetworkRequest(network=name, labels=labels, update_mask=mask)
        return dict(stub.UpdateNetwork(request).network.labels)

    assert label({"a": "1", "b": "2"}) == {"a": "1", "b": "2"}
    assert label({"b": "3"}, "labels.b", "labels.a") == {"b": "3"}
    assert label({"c": "4"}, "labels.c") == {"b": "3", "c": "4"}
    assert label({}, "labels") == {}
    assert dict(stub.GetNetwork(pb.GetNetworkRequest(network=name)).network.labels) == {}


def test_a_deleted_id_can_be_used_again_by_another_network(stub: TrainingServiceStub) -> None:
    first = create(stub)
    stub.Step(pb.StepRequest(network=first.network, settings=settings()))
    stub.DeleteNetwork(pb.DeleteNetworkRequest(network=first.network))
    second = stub.CreateNetwork(
        pb.CreateNetworkRequest(network=first.network, layer_sizes=[2, 1])
    ).network
    assert second.uid != first.uid
    assert second.latest_update == 0


def test_built_in_sets_match_their_names(stub: TrainingServiceStub) -> None:
    truth = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "xor": [0, 1, 1, 0]}
    for name, wanted in truth.items():
        found = stub.GetTrainingSet(
            pb.GetTrainingSetRequest(training_set=name, include_examples=True)
        ).training_set
        assert found.built_in
        assert [list(example.inputs) for example in found.examples] == [
            [0, 0],
            [1, 0],
            [0, 1],
            [1, 1],
        ]
        assert [list(example.targets) for example in found.examples] == [[t] for t in wanted]


def test_a_training_set_is_returned_unchanged(stub: TrainingServiceStub) -> None:
    rows = [([0.1, -0.0], [1.0]), ([5e-324, 1e300], [0.25])]
    made = stub.CreateTrainingSet(
        pb.CreateTrainingSetRequest(training_set=fresh_id("set"), examples=examples(rows))
    ).training_set
    found = stub.GetTrainingSet(
        pb.GetTrainingSetRequest(training_set=made.training_set, include_examples=True)
    ).training_set
    assert list(found.examples) == examples(rows)
    assert (found.input_count, found.target_count, found.example_count) == (2, 1, 2)
    listed = stub.ListTrainingSets(pb.ListTrainingSetsRequest(page_size=1000)).training_sets
    assert made.training_set in [training_set.training_set for training_set in listed]


def test_predictions_use_the_requested_update(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    inputs = [network_pb2.Vector(values=[0, 1]), network_pb2.Vector(values=[1, 1])]
    before = stub.Predict(pb.PredictRequest(network=network, inputs=inputs))
    stub.Step(pb.StepRequest(network=network, count=50, settings=settings()))
    after = stub.Predict(pb.PredictRequest(network=network, inputs=inputs, activations=True))
    assert (before.update, after.update) == (0, 50)
    assert before.predictions != after.predictions
    for prediction in after.predictions:
        assert [len(layer.values) for layer in prediction.activations] == [5, 1]
        assert list(prediction.activations[-1].values) == list(prediction.outputs)
    again = stub.Predict(pb.PredictRequest(network=network, update=0, inputs=inputs))
    assert again == before
