"""A server with a quota reports what it refuses, and which runs wait."""

import time
from pathlib import Path

import grpc
from calls import create, refused, settings
from clearprop.v1 import training_service_pb2 as pb
from console import Clearprop
from servers import new_server

#: A run of more updates than the quota has room for: 8 bytes each.
EPOCHS = 5_000_000


def test_a_run_that_waits_for_room_reports_it(tmp_path: Path, clearprop: Clearprop) -> None:
    with new_server(tmp_path, "--limit", "store_bytes=1MiB") as server, server.stub() as stub:
        network = create(stub).network
        training = settings(batch_size=4, epochs=EPOCHS)
        run = stub.Train(pb.TrainRequest(network=network, settings=training)).run
        one = pb.GetRunRequest(network=network, run=run.run)
        for _ in range(600):
            run = stub.GetRun(one).run
            if run.waiting_for:
                break
            time.sleep(0.1)
        assert "of its quota of 1.0 MiB (store_bytes)" in run.waiting_for
        (listed,) = stub.ListRuns(pb.ListRunsRequest(network=network)).runs
        assert listed.waiting_for == run.waiting_for
        shown = clearprop("runs", network, CLEARPROP_SERVER=server.target).stdout
        assert "Run 1 waits: The store has " in shown

        refusal = refused(lambda: create(stub))
        assert (refusal.code, refusal.reason) == (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "STORE_FULL",
        )
        assert refusal.metadata == {"limit": "store_bytes", "value": str(2**20)}
        assert not stub.CancelRun(pb.CancelRunRequest(network=network, run=1)).run.waiting_for
