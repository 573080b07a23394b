"""Edits of weights over gRPC: durable, at most once, and rejected with a reason."""

import grpc
from calls import all_updates, bits, create, fresh_id, refused, settings, state
from clearprop.v1 import network_pb2, run_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from servers import ServerProcess


def an_edit(
    network: str, value: float = 1.5, etag: str = "", request_id: str = ""
) -> pb.SetWeightsRequest:
    return pb.SetWeightsRequest(
        network=network,
        weights=[pb.WeightValue(layer=1, unit=2, input=1, value=value)],
        etag=etag,
        request_id=request_id,
    )


def test_edits_survive_a_kill_and_happen_once(own_server: ServerProcess) -> None:
    with own_server.stub() as stub:
        network = create(stub).network
        stub.Step(pb.StepRequest(network=network, count=2, settings=settings()))
        edit = an_edit(network, request_id="the-edit")
        edited = stub.SetWeights(edit)
        reset_request = pb.ResetWeightsRequest(network=network, request_id="the-reset")
        reset = stub.ResetWeights(reset_request)
    own_server.kill()
    own_server.start()
    with own_server.stub() as stub:
        assert stub.SetWeights(edit) == edited
        assert stub.ResetWeights(reset_request) == reset
        assert edited.update.kind == update_pb2.UPDATE_KIND_EDIT
        assert reset.update.kind == update_pb2.UPDATE_KIND_RESET
        for made in (edited.update, reset.update):
            assert bits(state(stub, network, made.update).layers) == bits(made.layers)
        before = state(stub, network, 2).layers[0].weights
        assert edited.update.layers[0].weights == [*before[:5], 1.5, *before[6:]]
        stepped = stub.Step(pb.StepRequest(network=network)).run
        assert (stepped.updates_done, stepped.latest_update) == (3, 5)
        assert [update.update for update in all_updates(stub, network)] == list(range(6))
        assert not all_updates(stub, network)[3].HasField("cost")


def test_an_edit_is_rejected_while_a_run_is_running(stub: TrainingServiceStub) -> None:
    network = create(stub)
    run = stub.Train(
        pb.TrainRequest(network=network.network, settings=settings(epochs=10_000_000))
    ).run
    for change in (
        lambda: stub.SetWeights(an_edit(network.network)),
        lambda: stub.ResetWeights(pb.ResetWeightsRequest(network=network.network)),
    ):
        refusal = refused(change)
        assert refusal.code is grpc.StatusCode.FAILED_PRECONDITION
        assert refusal.reason == "RUN_NOT_OVER"
    assert refused(lambda: stub.SetWeights(an_edit(network.network, etag=network.etag))).reason == (
        "STALE_ETAG"
    )
    stub.PauseRun(pb.PauseRunRequest(network=network.network, run=run.run))
    edited = stub.SetWeights(an_edit(network.network)).update
    stub.ResumeRun(pb.ResumeRunRequest(network=network.network, run=run.run))
    stub.CancelRun(pb.CancelRunRequest(network=network.network, run=run.run))
    latest = state(stub, network.network).update
    assert latest >= edited.update


def test_parameters_that_cannot_be_set_or_compared_are_reported_by_name(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    assert refused(lambda: stub.SetWeights(pb.SetWeightsRequest(network=network))).fields == [
        "weights"
    ]
    assert refused(lambda: stub.SetWeights(an_edit(fresh_id()))).reason == "NETWORK_NOT_FOUND"
    both = pb.ResetWeightsRequest(
        network=network,
        initializer=network_pb2.Initializer(seed=-1),
        parameters=[network_pb2.LayerParameters()],
    )
    assert refused(lambda: stub.ResetWeights(both)).fields == [
        "initializer",
        "initializer.seed",
        "parameters",
    ]
    compare = pb.CompareUpdatesRequest
    assert refused(lambda: stub.CompareUpdates(compare(network=network, base_update=1))).reason == (
        "UPDATE_OUT_OF_RANGE"
    )
    for token in ("?", "eA==", "MS4y"):  # the last names an update that there is not
        refusal = refused(
            lambda token=token: stub.CompareUpdates(compare(network=network, page_token=token))
        )
        assert refusal.fields == ["page_token"] or refusal.reason == "UPDATE_OUT_OF_RANGE"


def test_pages_of_a_comparison_form_the_whole(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    stub.Step(pb.StepRequest(network=network, count=3, settings=settings()))
    whole = stub.CompareUpdates(pb.CompareUpdatesRequest(network=network, page_size=1000))
    assert whole.changed_count == len(whole.changes) == 15
    sizes = [abs(each.change) for each in whole.changes]
    assert sizes == sorted(sizes, reverse=True)
    found: list[pb.WeightChange] = []
    token = ""
    while True:
        page = stub.CompareUpdates(
            pb.CompareUpdatesRequest(network=network, page_size=4, page_token=token)
        )
        found += page.changes
        token = page.next_page_token
        if not token:
            break
        stub.Step(pb.StepRequest(network=network))  # pages stay with the update of the first
    assert found == list(whole.changes)


def test_a_fork_is_compared_with_its_source(stub: TrainingServiceStub) -> None:
    source = create(stub).network
    stub.Step(pb.StepRequest(network=source, count=3, settings=settings()))
    fork = stub.ForkNetwork(pb.ForkNetworkRequest(network=source, update=2)).network.network
    stub.SetWeights(an_edit(fork))
    compare = pb.CompareUpdatesRequest
    found = stub.CompareUpdates(compare(network=fork, base_network=source, base_update=2))
    (change,) = found.changes
    assert (change.layer, change.unit, change.input, change.after) == (1, 2, 1, 1.5)
    assert change.before == state(stub, source, 2).layers[0].weights[5]
    assert (found.base.update, found.update.update, found.changed_count) == (2, 1, 1)
    # All numbers of the other network's updates, of which there are more.
    whole = stub.CompareUpdates(compare(network=fork, base_network=source, base_update=3))
    assert whole.changed_count == 15
    beyond = compare(network=source, base_network=fork, base_update=2)
    assert refused(lambda: stub.CompareUpdates(beyond)).reason == "UPDATE_OUT_OF_RANGE"


def test_networks_with_different_layers_are_not_compared(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    compare = pb.CompareUpdatesRequest
    for other in (create(stub, sizes=[2, 4, 1]), create(stub, bias=True)):
        refusal = refused(
            lambda base=other.network: stub.CompareUpdates(
                compare(network=network, base_network=base)
            )
        )
        assert refusal.fields == ["base_network"]
        assert "2-5-1 without biases" in refusal.message
    nowhere = compare(network=network, base_network=fresh_id())
    assert refused(lambda: stub.CompareUpdates(nowhere)).reason == "NETWORK_NOT_FOUND"


def test_a_thinned_history_has_updates_of_the_whole_one(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    for kind in (run_pb2.SCHEDULE_KIND_CONSTANT, run_pb2.SCHEDULE_KIND_COSINE):
        schedule = run_pb2.LearningRateSchedule(kind=kind)
        stub.Step(
            pb.StepRequest(
                network=network, count=33, settings=settings(batch_size=3, schedule=schedule)
            )
        )
        stub.SetWeights(an_edit(network))
        run = stub.ListRuns(pb.ListRunsRequest(network=network)).runs[0].run
        stub.CancelRun(pb.CancelRunRequest(network=network, run=run))
    whole = {update.update: update for update in all_updates(stub, network)}
    for update in whole.values():
        update.ClearField("layers")
    for points in (2, 12, 60, 1_000):
        request = pb.ListUpdatesRequest(
            network=network, max_points=points, detail=update_pb2.DETAIL_COST
        )
        found = stub.ListUpdates(request).updates
        assert 2 <= len(found) <= points
        assert all(update == whole[update.update] for update in found)
