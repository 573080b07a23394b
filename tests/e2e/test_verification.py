"""Histories are verified over gRPC, also after they were moved to another folder."""

import shutil
from pathlib import Path

import clearprop
import clearprop.aio
from calls import create, fresh_id, refused, settings
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from servers import ServerProcess


def test_a_database_that_was_moved_verifies_under_another_server(
    own_server: ServerProcess, tmp_path: Path
) -> None:
    with clearprop.connect(own_server.target) as client:
        network = client.create_network("moved", layer_sizes=[2, 5, 1], seed=3)
        network.train("xor", learning_rate=5.0, batch_size=3, epochs=300_000).wait()
    own_server.stop()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    before = Path(own_server.database.removeprefix("sqlite:///"))
    for file in before.parent.glob(f"{before.name}*"):
        shutil.move(file, elsewhere / file.name)
    own_server.database = f"sqlite:///{elsewhere / before.name}"
    own_server.start()
    with clearprop.connect(own_server.target) as client:
        looks = list(client.network("moved").verify())
    assert looks[-1].done
    assert looks[-1].difference is None
    assert looks[-1].verified_update == looks[-1].latest_update == 400_000
    reached = [look.verified_update for look in looks]
    assert reached == sorted(reached)


def test_an_unknown_network_cannot_be_verified(stub: TrainingServiceStub) -> None:
    request = pb.VerifyHistoryRequest(network=fresh_id())
    assert refused(lambda: stub.VerifyHistory(request)).reason == "NETWORK_NOT_FOUND"


async def test_a_history_is_verified_with_asyncio(
    server: ServerProcess, stub: TrainingServiceStub
) -> None:
    name = create(stub).network
    stub.Step(pb.StepRequest(network=name, count=5, settings=settings()))
    async with clearprop.aio.connect(server.target) as client:
        network = await client.network(name)
        looks = [look async for look in network.verify()]
    assert looks[-1].done
    assert looks[-1].verified_update == 5
