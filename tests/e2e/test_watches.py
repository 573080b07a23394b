"""Watches: ordered, without gap or duplicate, resumable, and the same for everyone."""

import threading

import grpc
import pytest
from calls import (
    Seen,
    all_updates,
    create,
    refusal,
    refused,
    settings,
    state,
    wait_until_over,
    watched,
)
from clearprop.v1 import run_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub


def test_stored_and_live_updates_follow_without_a_gap(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    stub.Step(pb.StepRequest(network=network, count=1000, settings=settings(epochs=100_000)))
    watch = stub.WatchUpdates(pb.WatchUpdatesRequest(network=network, start_update=0, until_run=1))
    seen = Seen()
    seen.add(next(watch))
    stub.ResumeRun(pb.ResumeRunRequest(network=network, run=1))
    for part in watch:
        seen.add(part)
    assert seen.numbers == list(range(100_001))
    assert seen.order[-1] == "SUCCEEDED"
    assert [event for event, _ in seen.events] == list(range(1, len(seen.events) + 1))


def test_live_watchers_late_watchers_and_pages_see_the_same_bits(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    request = pb.WatchUpdatesRequest(network=network, start_update=0, until_run=1)
    run = stub.Train(pb.TrainRequest(network=network, settings=settings(epochs=20_000))).run
    live: list[Seen] = []
    threads = [
        threading.Thread(target=lambda: live.append(watched(stub, request))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until_over(stub, run)
    late = watched(stub, request)
    assert len(live) == 4
    for seen in live:
        assert seen.updates == late.updates
        assert seen.order == late.order
        assert seen.events == late.events
    assert all_updates(stub, network, page_size=777) == late.updates
    for update in (0, 1, 9_999, 20_000):
        assert state(stub, network, update).layers == late.updates[update].layers


@pytest.mark.parametrize("start", [0, 1, 17, 100, 101])
def test_a_watch_resumes_at_any_number(stub: TrainingServiceStub, start: int) -> None:
    network = create(stub).network
    wait_until_over(stub, stub.Train(pb.TrainRequest(network=network, settings=settings())).run)
    whole = watched(stub, pb.WatchUpdatesRequest(network=network, start_update=0, until_run=1))
    rest = watched(stub, pb.WatchUpdatesRequest(network=network, start_update=start, until_run=1))
    assert rest.updates == whole.updates[start:]
    assert rest.events == [(event, place) for event, place in whole.events if place >= start - 1]


def test_events_lie_between_the_updates_where_they_happened(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    stub.Step(pb.StepRequest(network=network, count=2, settings=settings(epochs=5)))
    stub.CancelRun(pb.CancelRunRequest(network=network, run=1))
    run = stub.Train(pb.TrainRequest(network=network, settings=settings(epochs=2))).run
    wait_until_over(stub, run)
    seen = watched(stub, pb.WatchUpdatesRequest(network=network, start_update=0, until_run=2))
    order = [name for name in seen.order if name != "RUNNING"]  # a short run may skip it
    assert order == [
        *("u0", "PENDING", "u1", "u2", "PAUSED", "CANCELLED"),
        *("PENDING", "u3", "u4", "SUCCEEDED"),
    ]


def test_a_stride_keeps_the_first_and_last_update_and_state_changes_of_every_run(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    stub.Step(pb.StepRequest(network=network, count=13, settings=settings(epochs=47)))
    stub.ResumeRun(pb.ResumeRunRequest(network=network, run=1))
    request = pb.WatchUpdatesRequest(network=network, start_update=0, stride=10, until_run=1)
    live = watched(stub, request)
    assert live.numbers == [0, 1, 10, 13, 20, 30, 40, 47]
    assert watched(stub, request).order == live.order
    later = pb.WatchUpdatesRequest(network=network, start_update=14, stride=10, until_run=1)
    assert watched(stub, later).numbers == [20, 30, 40, 47]


def test_without_a_start_a_bookmark_precedes_new_updates(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    stub.Step(pb.StepRequest(network=network, count=3, settings=settings()))
    watch = stub.WatchUpdates(pb.WatchUpdatesRequest(network=network))
    seen = Seen()
    seen.add(next(watch))
    assert seen.bookmarks == [3]
    stub.Step(pb.StepRequest(network=network))
    seen.add(next(watch))
    watch.cancel()
    assert seen.order == ["u4"]


def test_the_end_of_a_run_is_sent_even_if_it_lies_before_the_start(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    wait_until_over(
        stub, stub.Train(pb.TrainRequest(network=network, settings=settings(epochs=9))).run
    )
    stub.Step(pb.StepRequest(network=network, count=5, settings=settings()))
    for start in (None, 12):
        request = pb.WatchUpdatesRequest(network=network, start_update=start, until_run=1)
        assert watched(stub, request).order == ["SUCCEEDED"]


def test_the_detail_cost_sends_no_parameters(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    stub.Step(pb.StepRequest(network=network, count=100, settings=settings()))
    seen = watched(
        stub,
        pb.WatchUpdatesRequest(
            network=network, start_update=0, until_run=1, detail=update_pb2.DETAIL_COST
        ),
    )
    assert [update.HasField("cost") for update in seen.updates] == [False] + [True] * 100
    assert not any(update.layers for update in seen.updates)
    full = watched(stub, pb.WatchUpdatesRequest(network=network, start_update=0, until_run=1))
    assert [update.cost for update in full.updates] == [update.cost for update in seen.updates]
    assert all(update.layers for update in full.updates)


def test_a_deleted_network_ends_its_watches(stub: TrainingServiceStub) -> None:
    network = create(stub)
    watch = stub.WatchUpdates(pb.WatchUpdatesRequest(network=network.network, uid=network.uid))
    next(watch)
    stub.DeleteNetwork(pb.DeleteNetworkRequest(network=network.network))
    with pytest.raises(grpc.RpcError) as ended:
        next(watch)
    assert refusal(ended.value).reason == "NETWORK_NOT_FOUND"

    stub.CreateNetwork(pb.CreateNetworkRequest(network=network.network, layer_sizes=[1, 1]))
    again = pb.WatchUpdatesRequest(network=network.network, uid=network.uid, start_update=0)
    refused_ = refused(lambda: stub.WatchUpdates(again))
    assert refused_.code is grpc.StatusCode.FAILED_PRECONDITION
    assert refused_.reason == "NETWORK_REPLACED"


def test_a_run_continues_when_its_watches_end(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    run = stub.Train(pb.TrainRequest(network=network, settings=settings(epochs=100_000))).run
    for _ in range(3):
        watch = stub.WatchUpdates(pb.WatchUpdatesRequest(network=network, start_update=0))
        next(watch)
        watch.cancel()
    assert wait_until_over(stub, run).state == run_pb2.RUN_STATE_SUCCEEDED


def test_a_watch_resumes_only_if_what_was_received_is_still_stored(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    stub.Step(pb.StepRequest(network=network, count=5, settings=settings(epochs=9)))
    costs = [each.cost for each in all_updates(stub, network)]

    def resumed(update: int, cost: float | None) -> pb.WatchUpdatesRequest:
        received = pb.ReceivedUpdate(update=update, cost=cost)
        return pb.WatchUpdatesRequest(network=network, start_update=update + 1, received=received)

    for update, cost in ((0, None), (3, costs[3]), (5, costs[5]), (5, None)):
        next(stub.WatchUpdates(resumed(update, cost)))
    for update, cost in ((3, costs[5]), (0, costs[5]), (6, None), (9, costs[5])):
        with pytest.raises(grpc.RpcError) as caught:
            next(stub.WatchUpdates(resumed(update, cost)))
        error = refusal(caught.value)
        assert (error.code, error.reason) == (grpc.StatusCode.DATA_LOSS, "HISTORY_LOST")
        assert int(error.metadata["last_update"]) == update
