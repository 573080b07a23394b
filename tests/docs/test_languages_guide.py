"""The programs in Node.js work as shown, and the numbers of the guide are right."""

import shutil
import subprocess
from pathlib import Path

import grpc
import pytest
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from documents import ROOT, Reader, blocks, run
from servers import ServerProcess

UPDATES = 1_000_000


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the packages of the example once; the program of the guide needs the same."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node.js and npm are not installed")
    folder = tmp_path_factory.mktemp("node")
    shutil.copy(ROOT / "examples" / "node" / "package.json", folder)
    run(
        "npm",
        "install",
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
        "--silent",
        "--prefer-offline",
        cwd=folder,
    )
    return folder / "node_modules"


@pytest.fixture
def folder(tmp_path: Path, node_modules: Path) -> Path:
    """A folder with the contract, the example and its packages."""
    (tmp_path / "node_modules").symlink_to(node_modules)
    (tmp_path / "proto").symlink_to(ROOT / "proto")
    shutil.copytree(ROOT / "examples" / "node", tmp_path / "examples" / "node")
    return tmp_path


def test_the_program_of_the_guide_works(server: ServerProcess, folder: Path) -> None:
    (block,) = [each for each in blocks("docs/languages.md") if each.language == "js"]
    (folder / "watch.js").write_text(Reader(server, folder).addressed(block.text))
    lines = run("node", "watch.js", cwd=folder).splitlines()
    assert lines[-1] == "RUN_STATE_SUCCEEDED"
    assert any(line.startswith("update 10000 cost") for line in lines)


def test_the_example_misses_no_update_of_a_killed_server(
    own_server: ServerProcess, folder: Path
) -> None:
    watch = ["node", "watch.mjs", own_server.target, str(UPDATES)]
    where = folder / "examples" / "node"
    with subprocess.Popen(watch, cwd=where, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        assert "PENDING" in client.stdout.readline()
        own_server.kill()
        own_server.start()
        output, _ = client.communicate(timeout=120)
    assert client.returncode == 0
    assert "Lost the connection after update" in output
    assert f"RUN_STATE_SUCCEEDED after update {UPDATES}" in output
    assert f"Received {UPDATES} updates, cost " in output


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
