"""Requests with an id happen at most once, whatever happens to the server in between."""

import threading

import grpc
import pytest
from calls import bits, create, fresh_id, refused, settings, state, wait_until_over
from clearprop.v1 import run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from servers import ServerProcess


def a_step(network: str, count: int = 1, **more: object) -> pb.StepRequest:
    return pb.StepRequest(
        network=network,
        count=count,
        settings=settings(epochs=10_000_000),
        request_id="the-step",
        **more,  # type: ignore[arg-type]
    )


def test_a_repeated_step_is_applied_once_and_has_the_same_response(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    request = pb.StepRequest(
        network=network, count=3, settings=settings(), request_id=fresh_id("request")
    )
    first = stub.Step(request)
    stub.Step(pb.StepRequest(network=network, count=2))
    assert stub.Step(request) == first
    assert state(stub, network).update == 5


def test_a_repeated_train_creates_one_run(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    request = pb.TrainRequest(network=network, settings=settings(), request_id=fresh_id("request"))
    first = stub.Train(request)
    wait_until_over(stub, first.run)
    assert stub.Train(request) == first
    assert len(stub.ListRuns(pb.ListRunsRequest(network=network)).runs) == 1


def test_a_repeated_create_has_the_same_response(stub: TrainingServiceStub) -> None:
    request = pb.CreateNetworkRequest(layer_sizes=[2, 1], request_id=fresh_id("request"))
    first = stub.CreateNetwork(request)
    stub.Step(pb.StepRequest(network=first.network.network, settings=settings()))
    assert stub.CreateNetwork(request) == first


def test_the_request_id_is_checked_before_the_etag_and_the_state(stub: TrainingServiceStub) -> None:
    network = create(stub)
    request = pb.TrainRequest(
        network=network.network,
        settings=settings(epochs=10_000_000),
        etag=network.etag,
        request_id=fresh_id("request"),
    )
    first = stub.Train(request)
    assert stub.Train(request) == first
    stub.CancelRun(pb.CancelRunRequest(network=network.network, run=first.run.run))


def test_another_request_with_the_same_id_is_refused(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    request_id = fresh_id("request")
    stub.Step(pb.StepRequest(network=network, settings=settings(), request_id=request_id))
    refusal = refused(
        lambda: stub.Step(pb.StepRequest(network=network, count=2, request_id=request_id))
    )
    assert refusal.code is grpc.StatusCode.ALREADY_EXISTS
    assert refusal.reason == "REQUEST_ID_REUSED"
    other_kind = refused(
        lambda: stub.DeleteNetwork(pb.DeleteNetworkRequest(network=network, request_id=request_id))
    )
    assert other_kind.reason == "REQUEST_ID_REUSED"


def test_errors_are_not_recorded(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    request = pb.StepRequest(network=network, request_id=fresh_id("request"))
    assert refused(lambda: stub.Step(request)).reason == "NO_PAUSED_RUN"
    stub.Step(pb.StepRequest(network=network, settings=settings()))
    assert stub.Step(request).run.updates_done == 2


def test_concurrent_repetitions_are_applied_once(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    request = pb.StepRequest(
        network=network, settings=settings(epochs=1000), request_id=fresh_id("request")
    )
    answers: list[pb.StepResponse] = []
    threads = [
        threading.Thread(target=lambda: answers.append(stub.Step(request))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 16
    assert all(answer == answers[0] for answer in answers)
    assert state(stub, network).update == 1


@pytest.mark.parametrize("count", [1, 5])
def test_a_step_repeated_after_a_kill_is_applied_once(
    own_server: ServerProcess, count: int
) -> None:
    with own_server.stub() as stub:
        network = create(stub).network
        first = stub.Step(a_step(network, count))
    own_server.kill()
    own_server.start()
    with own_server.stub() as stub:
        assert stub.Step(a_step(network, count)) == first
        assert state(stub, network).update == count


def test_a_train_repeated_after_a_kill_creates_one_run(own_server: ServerProcess) -> None:
    request = pb.TrainRequest(
        network="net", settings=settings(epochs=300_000), request_id="the-train"
    )
    with own_server.stub() as stub:
        stub.CreateNetwork(pb.CreateNetworkRequest(network="net", layer_sizes=[2, 5, 1]))
        first = stub.Train(request)
    own_server.kill()
    own_server.start()
    with own_server.stub() as stub:
        assert stub.Train(request) == first
        assert wait_until_over(stub, first.run).updates_done == 300_000
        assert len(stub.ListRuns(pb.ListRunsRequest(network="net")).runs) == 1


def test_a_step_interrupted_by_a_kill_is_completed_once(
    own_server: ServerProcess,
) -> None:
    count = 1_000_000
    with own_server.stub() as stub:
        network = create(stub, seed=11).network
        call = stub.Step.future(a_step(network, count))
        for part in stub.WatchUpdates(
            pb.WatchUpdatesRequest(network=network, start_update=0, stride=1000)
        ):
            if part.updates.updates and part.updates.updates[-1].update >= 20_000:
                break
        own_server.kill()
        with pytest.raises(grpc.RpcError):
            call.result()
    own_server.start()
    with own_server.stub() as stub:
        again = stub.Step(a_step(network, count))
        assert again.run.state == run_pb2.RUN_STATE_PAUSED
        assert again.run.updates_done == count
        assert again.updates[-1].update == count
        assert state(stub, network).update == count

        whole = create(stub, seed=11).network
        stub.Step(pb.StepRequest(network=whole, count=count, settings=settings(epochs=10_000_000)))
        assert bits(state(stub, whole).layers) == bits(state(stub, network).layers)
