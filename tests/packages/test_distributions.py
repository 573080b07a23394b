"""Both distributions work as released, with only the packages that they need."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest
from documents import ROOT, blocks
from installed import Distribution, Environment, Served, clean, run

#: Packages of the server that clients do not need.
OF_THE_SERVER = ("numpy", "numba", "sqlalchemy", "onnx", "service", "training", "storage")

PROGRAM = """\
import sys

import clearprop

with clearprop.connect(sys.argv[1]) as client:
    network = client.create_network("typed", layer_sizes=[2, 5, 1], activations="tanh", seed=7)
    run = network.train("xor", learning_rate=0.5, batch_size=4, epochs=10)
    costs: list[float | None] = [update.cost for update in run.updates()]
    assert len(costs) == 10
    outputs = network.predict([[0, 1]]).outputs
    assert len(outputs[0]) == 1
"""


def tracked(*folders: str) -> set[str]:
    """Return the files of the source tree, as Git knows them."""
    listed = run("git", "ls-files", "--", *folders, cwd=ROOT)
    return set(listed.splitlines())


def test_the_wheel_of_the_client_has_all_of_its_files(client: Distribution) -> None:
    names = set(zipfile.ZipFile(client.wheel).namelist())
    there = {name.removeprefix("client/") for name in tracked("client/clearprop")}
    assert there <= names
    assert "clearprop/py.typed" in names
    assert {name for name in names if "dist-info" not in name} == there
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_of_the_server_has_all_of_its_files(server: Distribution) -> None:
    names = set(zipfile.ZipFile(server.wheel).namelist())
    there = tracked("service", "storage", "training")
    assert any(name.endswith("/index.html") for name in there)
    assert any("migrations/versions" in name for name in there)
    assert {name for name in names if "dist-info" not in name} == there
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_sources_have_their_licence_and_nothing_of_the_machine(
    client: Distribution, server: Distribution
) -> None:
    for each in (client, server):
        with tarfile.open(each.sdist) as archive:
            names = {name.partition("/")[2] for name in archive.getnames()}
        assert {"LICENSE", "README.md", "pyproject.toml"} <= names
        assert not any(".venv" in name or name.endswith((".pyc", ".db")) for name in names)


def test_the_library_alone_is_used_without_the_command_line(
    client_alone: Environment, address: str, tmp_path: Path
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM.replace('"typed"', '"untyped"'))
    run(client_alone.python, str(tmp_path / "program.py"), address)
    refused = client_alone.clearprop("--help", code=2)
    assert "pip install 'clearprop[cli]'" in refused.stderr


def test_a_program_that_uses_the_library_is_checked_with_its_types(
    client_alone: Environment, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    mypy = (sys.executable, "-m", "mypy", "--strict", "--python-executable", client_alone.python)
    program.write_text(PROGRAM)
    run(*mypy, str(program), cwd=tmp_path)
    for right, wrong in (("learning_rate=0.5", "lr=0.5"), (".connect(", ".conect(")):
        program.write_text(PROGRAM.replace(right, wrong))
        refused = subprocess.run(
            [*mypy, str(program)],
            cwd=tmp_path,
            env=clean(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 1, refused.stdout


@pytest.mark.parametrize("package", OF_THE_SERVER)
def test_the_command_line_needs_nothing_of_the_server(
    command_line: Environment, package: str
) -> None:
    code = f"from importlib.util import find_spec; assert find_spec({package!r}) is None"
    run(command_line.python, "-I", "-c", code)


def test_the_command_line_trains_and_explains_a_network(
    command_line: Environment, address: str, tmp_path: Path
) -> None:
    def clearprop(*arguments: str, code: int = 0) -> str:
        done = command_line.clearprop(*arguments, code=code, cwd=tmp_path, CLEARPROP_SERVER=address)
        return done.stdout + done.stderr

    assert "train" in clearprop("--help")
    assert "pip install clearprop-server" in clearprop("serve", code=2)
    (tmp_path / "points.csv").write_text("a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
    clearprop("import", "points.csv", "--targets", "y")
    clearprop("create", "net", "--layers", "2-5-1", "--seed", "7")
    run_ = ("--on", "points", "--learning-rate", "5", "--batch-size", "4", "--epochs", "100")
    assert "SUCCEEDED" in clearprop("train", "net", *run_)
    for command in (
        *("networks", "state net", "diff net 0", "runs net", "history net", "trace net"),
        *("explain net 1 1 1", "walk net", "predict net 0,1", "evaluate net --on points"),
        *("check-gradients net --on points", "verify net", "training-sets", "info"),
        *("training-sets show points", "export net --output net.json", "set-weight net 1 1 1 0.5"),
        *("import-network net.json --network again", "fork net forked", "reset net"),
    ):
        assert clearprop(*command.split())
    shown = json.loads(clearprop("state", "again", "--json"))
    assert shown["update"] == "0"
    (tmp_path / "arrays.npz").write_bytes(b"PK\x03\x04")
    assert "clearprop[numpy]" in clearprop("import", "arrays.npz", code=1)


def test_the_server_runs_its_demo(everything: Environment, address: str, tmp_path: Path) -> None:
    # The server at the address has compiled the kernels, which the demo's server then loads.
    told = everything.clearprop("demo", cwd=tmp_path).stdout
    assert told.count("✓") == 7


def test_the_server_serves_every_file_of_the_page(served: Served, server: Distribution) -> None:
    assets = "service/web/assets/"
    names = [name for name in zipfile.ZipFile(server.wheel).namelist() if name.startswith(assets)]
    assert names
    for path in ("", *(f"web/{name.removeprefix(assets)}" for name in names)):
        with urlopen(f"http://{served.http}/{path}") as response:
            assert response.status == 200
            assert response.read()


def test_the_readme_leads_from_the_packages_to_an_explained_network(
    everything: Environment, address: str, tmp_path: Path
) -> None:
    path = f"{everything.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    output = ""
    for block in blocks("README.md"):
        if not block.is_set_up and "curl" not in block.text:  # its server has no HTTP
            text = block.text.replace("127.0.0.1:50051", address)
            shell = ("sh", "-e") if block.language == "sh" else (everything.python,)
            output += run(*shell, "-c", text, cwd=tmp_path, PATH=path, CLEARPROP_SERVER=address)
    assert "SUCCEEDED" in output
    assert output.count("ecreases by") + output.count("ncreases by") == 2
