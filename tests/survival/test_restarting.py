"""What a client was shown survives the death of the server, and so does the run."""

import itertools
import signal

import grpc
from calls import (
    Seen,
    all_updates,
    create,
    read_until_broken,
    refusal,
    settings,
    state,
)
from clearprop.v1 import run_pb2
from clearprop.v1 import training_service_pb2 as pb
from servers import ServerProcess

EPOCHS = 300_000


def test_sigterm_ends_watches_with_the_place_to_resume_and_the_run_goes_on(
    own_server: ServerProcess,
) -> None:
    with own_server.stub() as stub:
        network = create(stub).network
        run = stub.Train(pb.TrainRequest(network=network, settings=settings(epochs=EPOCHS))).run
        seen = Seen()
        watch = stub.WatchUpdates(pb.WatchUpdatesRequest(network=network, start_update=0))
        seen.add(next(watch))
        assert own_server.process is not None
        own_server.process.send_signal(signal.SIGTERM)
        refused = refusal(read_until_broken(watch, seen))
        assert refused.code is grpc.StatusCode.UNAVAILABLE
        assert refused.reason == "DRAINING"
        assert int(refused.metadata["next_update"]) == len(seen.updates)
        assert refused.retry
        assert own_server.process.wait(timeout=30) == 0
    own_server.start()
    with own_server.stub() as stub:
        rest = Seen()
        for part in stub.WatchUpdates(
            pb.WatchUpdatesRequest(
                network=network, start_update=len(seen.updates), until_run=run.run
            )
        ):
            rest.add(part)
        assert seen.numbers + rest.numbers == list(range(EPOCHS + 1))
        assert rest.order[-1] == "SUCCEEDED"


def test_a_paused_run_stays_paused_over_a_restart(own_server: ServerProcess) -> None:
    with own_server.stub() as stub:
        network = create(stub).network
        stub.Step(pb.StepRequest(network=network, count=5, settings=settings()))
        before = state(stub, network)
    assert own_server.stop() == 0
    own_server.start()
    with own_server.stub() as stub:
        assert state(stub, network) == before
        run = stub.GetRun(pb.GetRunRequest(network=network, run=1)).run
        assert run.state == run_pb2.RUN_STATE_PAUSED
        stub.Step(pb.StepRequest(network=network))
        numbers = [update.update for update in all_updates(stub, network)]
        assert numbers == list(itertools.islice(itertools.count(), 7))
