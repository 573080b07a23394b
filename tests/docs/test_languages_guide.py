"""The program in Node.js works as shown, and the numbers of the guide are right."""

import shutil
from pathlib import Path

import grpc
import pytest
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from documents import ROOT, Reader, blocks, run
from servers import ServerProcess

NODE_MODULES = ["@grpc/grpc-js@1", "@grpc/proto-loader@0"]


def test_the_program_in_node_works(server: ServerProcess, tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    run("npm", "install", "--no-audit", "--no-fund", "--silent", *NODE_MODULES, cwd=tmp_path)
    (tmp_path / "proto").symlink_to(ROOT / "proto")
    (block,) = [each for each in blocks("docs/languages.md") if each.language == "js"]
    (tmp_path / "watch.js").write_text(Reader(server, tmp_path).addressed(block.text))
    lines = run("node", "watch.js", cwd=tmp_path).splitlines()
    assert lines[-1] == "RUN_STATE_SUCCEEDED"
    assert any(line.startswith("update 10000 cost") for line in lines)


def test_a_client_with_default_limits_cannot_read_a_large_state(server: ServerProcess) -> None:
    sizes = [999, 1_000, 1]  # 1,000,000 parameters
    with server.stub() as stub:
        request = pb.CreateNetworkRequest(network="millions", layer_sizes=sizes)
        stub.CreateNetwork(request)
        state = stub.GetState(pb.GetStateRequest(network="millions"))
    assert f"{state.ByteSize():,} bytes" in (ROOT / "docs/languages.md").read_text()
    with grpc.insecure_channel(server.target) as channel, pytest.raises(grpc.RpcError) as raised:
        TrainingServiceStub(channel).GetState(pb.GetStateRequest(network="millions"))
    assert raised.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
