"""Updates are deleted only on request; every other bit of the history is kept."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import grpc
from calls import Seen, all_updates, bits, create, refused, settings, state, wait_until_over
from clearprop.v1 import network_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from patience import PATIENCE
from servers import ServerProcess
from watch_reading import reconnecting

from service.clock import SystemClock
from storage.sqlite import SqliteStore

MADE, BEFORE = 40, 25
COST = update_pb2.DETAIL_COST
OUT_OF_RANGE = grpc.StatusCode.OUT_OF_RANGE


def as_bytes(messages: Iterable[update_pb2.Update | update_pb2.State]) -> list[bytes]:
    """Return messages so that they compare by bits."""
    return [message.SerializeToString(deterministic=True) for message in messages]


def states(stub: TrainingServiceStub, network: str) -> list[bytes]:
    return as_bytes(state(stub, network, update) for update in range(BEFORE, MADE + 1))


def reads(stub: TrainingServiceStub, network: str, update: int) -> Iterator[Callable[[], object]]:
    """Return every way to read an update, or from it on."""
    which: dict[str, Any] = {"network": network, "update": update}
    start: dict[str, Any] = {"network": network, "start_update": update}
    inputs = [network_pb2.Vector(values=[1.0, 0.0])]
    yield lambda: stub.GetState(pb.GetStateRequest(**which))
    yield lambda: stub.ListUpdates(pb.ListUpdatesRequest(**start))
    yield lambda: stub.ListUpdates(pb.ListUpdatesRequest(**start, max_points=5, detail=COST))
    yield lambda: next(stub.WatchUpdates(pb.WatchUpdatesRequest(**start)))
    yield lambda: stub.Predict(pb.PredictRequest(**which, inputs=inputs))
    yield lambda: stub.Evaluate(pb.EvaluateRequest(**which, training_set="xor"))
    yield lambda: stub.CheckGradients(pb.CheckGradientsRequest(**which, training_set="xor"))
    yield lambda: stub.ForkNetwork(pb.ForkNetworkRequest(**which))
    yield lambda: list(
        stub.ExportNetwork(pb.ExportNetworkRequest(**which, format=pb.EXPORT_FORMAT_JSON))
    )
    yield lambda: stub.CompareUpdates(pb.CompareUpdatesRequest(network=network, base_update=update))
    yield from inside(stub, network, update)


def inside(stub: TrainingServiceStub, network: str, update: int) -> Iterator[Callable[[], object]]:
    """Return every way to look inside an update, for which the one before it is needed."""
    which: dict[str, Any] = {"network": network, "update": update}
    yield lambda: stub.GetState(pb.GetStateRequest(**which, view=pb.STATE_VIEW_FULL))
    yield lambda: stub.TraceUpdate(pb.TraceUpdateRequest(**which))
    yield lambda: stub.ExplainWeight(pb.ExplainWeightRequest(**which, layer=1, unit=0, input=0))


def require_compacted(read: Callable[[], object], network: str, update: int, latest: int) -> None:
    refusal = refused(read)
    assert (refusal.code, refusal.reason) == (OUT_OF_RANGE, "HISTORY_COMPACTED"), refusal
    assert refusal.metadata == {
        "network": network,
        "update": str(update),
        "earliest_update": str(BEFORE),
        "latest_update": str(latest),
    }


def require_refused(stub: TrainingServiceStub, network: str, latest: int) -> None:
    """Require that nothing is shown that is not kept, however it is asked for."""
    for update in (0, 7, BEFORE - 1):
        for read in reads(stub, network, update):
            require_compacted(read, network, update, latest)
    for look in inside(stub, network, BEFORE):
        require_compacted(look, network, BEFORE - 1, latest)
    for look in inside(stub, network, BEFORE + 1):
        look()


def require_kept(stub: TrainingServiceStub, network: str, kept: list[bytes]) -> None:
    """Require that the kept updates are listed, watched and exported as they were."""
    assert as_bytes(all_updates(stub, network))[: len(kept)] == kept
    assert as_bytes(all_updates(stub, network, 7))[: len(kept)] == kept
    seen = Seen()
    watch = stub.WatchUpdates(pb.WatchUpdatesRequest(network=network, start_update=BEFORE))
    while len(seen.updates) < len(kept):
        seen.add(next(watch))
    watch.cancel()
    assert as_bytes(seen.updates)[: len(kept)] == kept
    export = stub.ExportNetwork(
        pb.ExportNetworkRequest(network=network, format=pb.EXPORT_FORMAT_CSV)
    )
    lines = b"".join(part.content for part in export).splitlines()
    assert lines[1].startswith(b"%d," % BEFORE)


def require_checked(stub: TrainingServiceStub, network: str) -> None:
    """Delete with care, with bad numbers, and twice: only the first changes anything."""
    old_etag = stub.GetNetwork(pb.GetNetworkRequest(network=network)).network.etag
    request = pb.DeleteUpdatesRequest(
        network=network, before_update=BEFORE, etag=old_etag, request_id="delete-once"
    )
    left = stub.DeleteUpdates(request).network
    assert (left.earliest_update, left.latest_update) == (BEFORE, MADE)
    assert left.etag != old_etag
    assert stub.DeleteUpdates(request).network == left
    stale = pb.DeleteUpdatesRequest(network=network, before_update=30, etag=old_etag)
    assert refused(lambda: stub.DeleteUpdates(stale)).reason == "STALE_ETAG"
    less = pb.DeleteUpdatesRequest(network=network, before_update=1)
    assert stub.DeleteUpdates(less).network == left
    for bad in (-1, 0, MADE + 1):
        beyond = pb.DeleteUpdatesRequest(network=network, before_update=bad)
        refusal = refused(lambda beyond=beyond: stub.DeleteUpdates(beyond))
        assert (refusal.code, refusal.reason) == (OUT_OF_RANGE, "UPDATE_OUT_OF_RANGE")
    assert stub.GetNetwork(pb.GetNetworkRequest(network=network)).network == left


def test_deleted_updates_are_rejected_and_kept_ones_unchanged(
    own_server: ServerProcess,
) -> None:
    with own_server.stub() as stub:
        network, twin = create(stub, seed=3).network, create(stub, seed=3).network
        for each in (network, twin):
            stub.Step(pb.StepRequest(network=each, count=MADE - 10, settings=settings(epochs=100)))
            stub.Step(pb.StepRequest(network=each, count=10))
        kept = as_bytes(all_updates(stub, network)[BEFORE:])
        before = states(stub, network)
        require_checked(stub, network)
        assert states(stub, network) == before
        require_kept(stub, network, kept)
        require_refused(stub, network, MADE)
    own_server.kill()
    own_server.start()
    with own_server.stub() as stub:  # nothing of it is in a cache now
        require_kept(stub, network, kept)
        require_refused(stub, network, MADE)
        assert states(stub, network) == before
        steps = [stub.Step(pb.StepRequest(network=each, count=5)) for each in (network, twin)]
        assert as_bytes(steps[0].updates) == as_bytes(steps[1].updates)


def test_updates_can_be_deleted_during_a_run_without_changing_a_bit_of_it(
    own_server: ServerProcess,
) -> None:
    recipe = settings(epochs=50_000)
    with reconnecting(own_server.target) as stub:
        network, twin = create(stub, seed=3).network, create(stub, seed=3).network
        run = stub.Train(pb.TrainRequest(network=network, settings=recipe)).run
        seen = Seen()
        # All updates together are larger than what a connection takes in that nobody reads.
        watch = pb.WatchUpdatesRequest(
            network=network, start_update=0, detail=update_pb2.DETAIL_PARAMETERS
        )
        behind = stub.WatchUpdates(watch, timeout=PATIENCE)
        while len(seen.updates) < 100:
            seen.add(next(behind))  # it reads no further until what it would read is gone
        get = pb.GetNetworkRequest(network=network)
        for _ in range(3):
            latest = stub.GetNetwork(get).network.latest_update
            delete = pb.DeleteUpdatesRequest(network=network, before_update=latest)
            assert stub.DeleteUpdates(delete).network.earliest_update == latest
        assert wait_until_over(stub, run).updates_done == run.total_updates
        delete = pb.DeleteUpdatesRequest(network=network, before_update=run.total_updates)
        uid = stub.DeleteUpdates(delete).network.uid
        refusal = refused(lambda: list(behind))
        assert (refusal.code, refusal.reason) == (OUT_OF_RANGE, "HISTORY_COMPACTED")

        wait_until_over(stub, stub.Train(pb.TrainRequest(network=twin, settings=recipe)).run)
        assert bits(state(stub, network).layers) == bits(state(stub, twin).layers)
    own_server.stop()
    path = Path(own_server.database.removeprefix("sqlite:///"))
    store = SqliteStore(path, SystemClock())
    while store.maintain():
        pass
    store.close()
    with closing(sqlite3.connect(path)) as database:
        for table in ("segments", "keyframes"):
            query = f"SELECT count(*) FROM {table} WHERE network_uid = ?"  # noqa: S608
            assert database.execute(query, [uid]).fetchall() == [(1,)]
