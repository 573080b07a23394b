"""Runs that end early: by their cost, by a number of updates, or by diverging."""

import math
from itertools import count, takewhile
from typing import Any

from calls import all_updates, bits, create, settings, state, train, wait_until_over
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

STOP = run_pb2.StopCondition
ADAM: Any = {"optimizer": run_pb2.Optimizer(kind=run_pb2.OPTIMIZER_KIND_ADAM)}


def test_a_run_ends_at_max_updates(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    recipe = settings(epochs=1_000_000, stop=STOP(max_updates=17))
    ended = train(stub, network, recipe)
    assert (ended.updates_done, ended.total_updates) == (17, 17)
    assert ended.state == run_pb2.RUN_STATE_SUCCEEDED
    assert ended.settings.stop == STOP(max_updates=17)
    assert state(stub, network).update == 17
    # It counts the updates of this run; a number above their total has no effect.
    assert train(stub, network, recipe).latest_update == 34
    assert train(stub, network, settings(epochs=2, stop=STOP(max_updates=9))).total_updates == 2


def test_a_step_ends_at_max_updates(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    recipe = settings(epochs=1_000, stop=STOP(max_updates=5))
    assert stub.Step(pb.StepRequest(network=network, count=3, settings=recipe)).run.state == (
        run_pb2.RUN_STATE_PAUSED
    )
    ended = stub.Step(pb.StepRequest(network=network, count=99)).run
    assert (ended.state, ended.updates_done) == (run_pb2.RUN_STATE_SUCCEEDED, 5)


def test_a_run_ends_after_the_epoch_whose_mean_cost_is_low_enough(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    recipe = settings(
        rate=0.05, batch_size=2, epochs=100_000, shuffle_seed=1, stop=STOP(cost_below=0.1), **ADAM
    )
    ended = train(stub, network, recipe)
    assert ended.state == run_pb2.RUN_STATE_SUCCEEDED
    assert ended.updates_done < ended.total_updates == 200_000
    assert ended.updates_done % 2 == 0
    costs = [update.cost for update in all_updates(stub, network, page_size=1_000)[1:]]
    epochs = [(first + second) / 2 for first, second in zip(costs[::2], costs[1::2], strict=True)]
    assert epochs[-1] < 0.1
    assert all(cost >= 0.1 for cost in epochs[:-1])


def test_it_ends_at_the_same_update_when_it_is_stepped_paused_and_resumed(
    stub: TrainingServiceStub,
) -> None:
    # Batches straddle the ends of epochs, so that parts of their costs belong to the next.
    recipe = settings(rate=0.05, batch_size=3, epochs=100_000, stop=STOP(cost_below=0.6), **ADAM)
    whole, pieces = create(stub).network, create(stub).network
    ended = train(stub, whole, recipe)
    assert ended.updates_done > 50  # far behind the steps that follow
    stub.Step(pb.StepRequest(network=pieces, settings=recipe))
    for _ in range(10):
        stub.Step(pb.StepRequest(network=pieces))
    stub.Step(pb.StepRequest(network=pieces, count=7, unit=pb.STEP_UNIT_EPOCH))
    wait_until_over(stub, stub.ResumeRun(pb.ResumeRunRequest(network=pieces, run=1)).run)
    run = stub.GetRun(pb.GetRunRequest(network=pieces, run=1)).run
    assert (run.state, run.updates_done) == (ended.state, ended.updates_done)
    assert bits(state(stub, pieces).layers) == bits(state(stub, whole).layers)

    stepped = create(stub).network
    last = stub.Step(pb.StepRequest(network=stepped, count=1_000_000, settings=recipe))
    assert (last.run.state, last.run.updates_done) == (ended.state, ended.updates_done)
    assert last.updates[-1].update == ended.updates_done
    single = create(stub).network
    stub.Step(pb.StepRequest(network=single, settings=recipe))
    steps = takewhile(
        lambda step: step.run.state == run_pb2.RUN_STATE_PAUSED,
        (stub.Step(pb.StepRequest(network=single)) for _ in count()),
    )
    assert sum(len(step.updates) for step in steps) == ended.updates_done - 2


def exploding(rate: float = 1e200, **more: Any) -> run_pb2.TrainingSettings:
    return settings(rate=rate, epochs=1_000, **more)


def test_a_run_that_diverges_fails_and_leaves_the_last_finite_update(
    stub: TrainingServiceStub,
) -> None:
    # Identity: nothing saturates. Without a hidden layer its gradients stay finite until then.
    network = create(stub, [2, 1], activations=[6], bias=True).network
    ended = train(stub, network, exploding())
    assert ended.state == run_pb2.RUN_STATE_FAILED
    assert ended.failure.reason == "DIVERGED"
    assert ended.failure.update == ended.latest_update + 1
    assert "learning rate" in ended.failure.message
    kept = state(stub, network)
    assert kept.update == ended.latest_update
    assert all(math.isfinite(weight) for layer in kept.layers for weight in layer.weights)

    # The next update reuses the number of the update that could not be applied.
    again = train(stub, network, settings(rate=1e-300, epochs=1))
    assert again.state == run_pb2.RUN_STATE_SUCCEEDED
    assert again.first_update == again.latest_update == ended.failure.update
    assert [update.update for update in all_updates(stub, network)] == list(
        range(again.latest_update + 1)
    )


def test_a_step_that_diverges_returns_the_failed_run(stub: TrainingServiceStub) -> None:
    network = create(stub, activations=[6], bias=True).network
    whole = create(stub, activations=[6], bias=True).network
    trained = train(stub, whole, exploding())
    stepped = stub.Step(pb.StepRequest(network=network, count=100, settings=exploding()))
    assert stepped.run.failure == trained.failure
    assert stepped.run.state == run_pb2.RUN_STATE_FAILED
    assert [update.update for update in stepped.updates] == list(range(1, trained.failure.update))
    assert bits(state(stub, network).layers) == bits(state(stub, whole).layers)


def overflowing(**more: Any) -> run_pb2.TrainingSettings:
    """Return settings with which costs overflow and parameters stay finite."""
    momentum = run_pb2.Optimizer(kind=run_pb2.OPTIMIZER_KIND_MOMENTUM)
    return settings(rate=1e308, batch_size=4, epochs=14, optimizer=momentum, **more)


def test_a_run_says_which_update_first_had_a_cost_that_is_not_finite(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub, seed=1).network
    ended = train(stub, network, overflowing())
    assert ended.state == run_pb2.RUN_STATE_SUCCEEDED
    updates = all_updates(stub, network)[1:]
    first = next(update.update for update in updates if not math.isfinite(update.cost))
    assert ended.non_finite_cost == first

    stopped = create(stub, seed=1).network
    failed = train(stub, stopped, overflowing(stop=STOP(non_finite_cost=True)))
    assert failed.state == run_pb2.RUN_STATE_FAILED
    assert (failed.failure.reason, failed.failure.update) == ("NON_FINITE_COST", first + 1)
    assert failed.latest_update == failed.non_finite_cost == first
    assert failed.settings.stop == STOP(non_finite_cost=True)

    finite = train(stub, create(stub).network, settings(epochs=1))
    assert not finite.HasField("non_finite_cost")


def test_a_prediction_names_outputs_that_are_not_finite(stub: TrainingServiceStub) -> None:
    weights = network_pb2.LayerParameters(units=3, inputs=1, weights=[1e308, 1.0, -1e308])
    network = stub.CreateNetwork(
        pb.CreateNetworkRequest(
            layer_sizes=[1, 3],
            activations=[network_pb2.ACTIVATION_IDENTITY],
            initial_parameters=[weights],
        )
    ).network.network
    inputs = [network_pb2.Vector(values=[value]) for value in (1.0, 10.0)]
    found = stub.Predict(pb.PredictRequest(network=network, inputs=inputs))
    assert [list(each.non_finite_outputs) for each in found.predictions] == [[], [0, 2]]
