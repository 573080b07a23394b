"""What was stopped stays so when the server starts again."""

import itertools

from calls import all_updates, create, settings, state
from clearprop.v1 import run_pb2
from clearprop.v1 import training_service_pb2 as pb
from servers import ServerProcess


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
