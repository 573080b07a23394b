"""Shuffling: each epoch has its own order, which is always the same."""

from calls import all_updates, bits, create, examples, fresh_id, settings, state, train
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

COUNT = 7


def numbered_examples(stub: TrainingServiceStub) -> str:
    """Example i has target i: its cost says which it is."""
    name = fresh_id("set")
    rows = [([0.0], [float(number)]) for number in range(COUNT)]
    stub.CreateTrainingSet(pb.CreateTrainingSetRequest(training_set=name, examples=examples(rows)))
    return name


def orders(stub: TrainingServiceStub, seed: int | None, epochs: int = 5) -> list[list[int]]:
    """Which examples each epoch takes: the output is always 0, so the cost is ½·number²."""
    network = create(stub, [1, 1], activations=[network_pb2.ACTIVATION_IDENTITY]).network
    recipe = settings(
        numbered_examples(stub), rate=1.0, batch_size=1, epochs=epochs, shuffle_seed=seed
    )
    train(stub, network, recipe)
    taken = [round((2 * update.cost) ** 0.5) for update in all_updates(stub, network)[1:]]
    return [taken[start : start + COUNT] for start in range(0, len(taken), COUNT)]


def test_without_a_seed_examples_are_in_the_order_of_the_set(stub: TrainingServiceStub) -> None:
    assert orders(stub, None) == [list(range(COUNT))] * 5


def test_each_epoch_uses_every_example_once_in_its_own_order(
    stub: TrainingServiceStub,
) -> None:
    found = orders(stub, 3)
    assert all(sorted(order) == list(range(COUNT)) for order in found)
    assert len(set(map(tuple, found))) > 1
    assert orders(stub, 3) == found
    assert orders(stub, 0) != found


def test_a_batch_can_cross_the_end_of_a_shuffled_epoch(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub, bias=True).network
    recipe = settings(batch_size=3, epochs=4, shuffle_seed=5)
    train(stub, network, recipe)
    updates = all_updates(stub, network)[1:]
    assert [update.first_example for update in updates] == [0, 3, 2, 1, 0, 3]
    assert [update.example_count for update in updates] == [3, 3, 3, 3, 3, 1]
    assert [update.epoch for update in updates] == [1, 1, 2, 3, 4, 4]
    stepped = create(stub, bias=True).network
    stub.Step(pb.StepRequest(network=stepped, settings=recipe))
    for _ in range(5):
        stub.Step(pb.StepRequest(network=stepped))
    assert bits(state(stub, stepped).layers) == bits(state(stub, network).layers)
