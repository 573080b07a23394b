"""The optimizer state is part of the history and survives whatever the weights survive."""

from typing import Any

import pytest
from calls import bits, create, settings, state, train, wait_until_over
from clearprop.v1 import run_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from servers import ServerProcess

OPTIMIZER: Any = run_pb2.Optimizer  # its kinds are given as numbers
RATES = {1: 0.5, 2: 0.1, 3: 0.1, 4: 0.002}
KINDS = pytest.mark.parametrize("kind", [2, 3, 4])


def recipe(kind: int, epochs: int, **more: Any) -> run_pb2.TrainingSettings:
    """Everything at once: a batch that straddles epochs, shuffled, with weight decay."""
    return settings(
        rate=RATES[kind],
        batch_size=3,
        epochs=epochs,
        shuffle_seed=11,
        optimizer=OPTIMIZER(kind=kind, weight_decay=1e-5),
        **more,
    )


def new(stub: TrainingServiceStub) -> str:
    return create(stub, (2, 5, 1), activations=[2, 1], bias=True).network


@KINDS
def test_a_run_in_steps_gives_the_bits_of_an_uninterrupted_run(
    stub: TrainingServiceStub, kind: int
) -> None:
    whole, pieces = new(stub), new(stub)
    train(stub, whole, recipe(kind, 60))
    stub.Step(pb.StepRequest(network=pieces, settings=recipe(kind, 60)))
    stub.Step(pb.StepRequest(network=pieces, count=16))
    stub.Step(pb.StepRequest(network=pieces, count=3, unit=pb.STEP_UNIT_EPOCH))
    run = stub.ResumeRun(pb.ResumeRunRequest(network=pieces, run=1)).run
    wait_until_over(stub, run)
    for update in (1, 2, 17, 40, 80):
        one, other = state(stub, whole, update), state(stub, pieces, update)
        assert bits(one.layers) == bits(other.layers)
        assert one.cost == other.cost


@KINDS
def test_a_run_continues_with_the_optimizer_state_of_the_previous_run(
    stub: TrainingServiceStub, kind: int
) -> None:
    plain = settings(rate=RATES[kind], epochs=10, optimizer=OPTIMIZER(kind=kind))
    once, twice, other = new(stub), new(stub), new(stub)
    train(stub, once, settings(rate=RATES[kind], epochs=20, optimizer=OPTIMIZER(kind=kind)))
    train(stub, twice, plain)
    train(stub, twice, plain)
    assert bits(state(stub, once).layers) == bits(state(stub, twice).layers)

    # Another number of the optimizer's is another optimizer, which begins at zero.
    train(stub, other, plain)
    number = {"momentum": 0.8} if kind < 4 else {"beta1": 0.8}
    train(stub, other, settings(epochs=1, optimizer=OPTIMIZER(kind=kind, **number)))
    train(stub, other, settings(rate=RATES[kind], epochs=9, optimizer=OPTIMIZER(kind=kind)))
    assert bits(state(stub, other).layers) != bits(state(stub, twice).layers)


def test_the_optimizer_is_reported_with_its_defaults(
    stub: TrainingServiceStub,
) -> None:
    network = new(stub)
    assert train(stub, network, settings(epochs=1)).settings.optimizer == OPTIMIZER(kind=1)
    momentum = train(stub, network, settings(epochs=1, optimizer=OPTIMIZER(kind=2)))
    assert momentum.settings.optimizer == OPTIMIZER(kind=2, momentum=0.9)
    adam = train(stub, network, settings(epochs=1, optimizer=OPTIMIZER(kind=4, beta2=0.5)))
    assert adam.settings.optimizer == OPTIMIZER(kind=4, beta1=0.9, beta2=0.5, epsilon=1e-8)
    assert stub.GetRun(pb.GetRunRequest(network=network, run=3)).run == adam


def test_a_kill_changes_no_bit_of_any_optimizer(own_server: ServerProcess) -> None:
    epochs = 60_000
    stop = run_pb2.StopCondition(max_updates=44_444)
    with own_server.stub() as stub:
        networks = {kind: new(stub) for kind in RATES}
        runs = [
            stub.Train(pb.TrainRequest(network=name, settings=recipe(kind, epochs, stop=stop))).run
            for kind, name in networks.items()
        ]
        for name in networks.values():
            watch = stub.WatchUpdates(
                pb.WatchUpdatesRequest(
                    network=name, start_update=0, stride=1_000, detail=update_pb2.DETAIL_COST
                )
            )
            assert any(
                part.updates.updates and part.updates.updates[-1].update >= 3_000 for part in watch
            )
        own_server.kill()
    own_server.start()
    with own_server.stub() as stub:
        assert [wait_until_over(stub, run).updates_done for run in runs] == [44_444] * 4
        for kind, name in networks.items():
            whole = new(stub)
            train(stub, whole, recipe(kind, epochs, stop=stop))
            for update in (2_999, 20_000, 44_444):
                kept = bits(state(stub, name, update).layers)
                assert kept == bits(state(stub, whole, update).layers), (kind, update)
