"""Both distributions, built as for a release, and installed into empty environments."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import ROOT
from installed import Distribution, Environment, Served, built, clean, new_environment, released

from bench.ports import free_port

#: The folder of the distributions that `make release` built, which are tested instead of new ones.
RELEASE = Path(os.environ["RELEASE"]) if "RELEASE" in os.environ else None


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """The distribution `clearprop`."""
    if RELEASE is not None:
        return released("clearprop", RELEASE)
    return built(ROOT / "client", tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """The distribution `clearprop-server`."""
    if RELEASE is not None:
        return released("clearprop_server", RELEASE)
    return built(ROOT, tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="session")
def client_alone(client: Distribution, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the client's library alone."""
    environment = new_environment(tmp_path_factory.mktemp("library") / "venv")
    environment.install(str(client.wheel))
    return environment


@pytest.fixture(scope="session")
def command_line(client: Distribution, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the client and its command line."""
    environment = new_environment(tmp_path_factory.mktemp("command-line") / "venv")
    environment.install(f"{client.wheel}[cli]")
    return environment


@pytest.fixture(scope="session")
def everything(
    client: Distribution, server: Distribution, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """An environment with the server, which brings the client and its command line."""
    environment = new_environment(tmp_path_factory.mktemp("everything") / "venv")
    environment.install(str(client.wheel), str(server.wheel))
    return environment


@pytest.fixture(scope="session")
def served(everything: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("data")
    served = Served(*(f"127.0.0.1:{free_port()}" for _ in range(2)))
    program = str(everything.folder / "bin" / "clearprop")
    command = [program, "serve", "--grpc", served.grpc, "--http", served.http]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            command, cwd=folder, env=clean(), stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        announced = process.stdout.readline()
        assert served.grpc in announced, (folder / "log").read_text()
        yield served
        process.terminate()
        assert process.wait(30) == 0


@pytest.fixture(scope="session")
def address(served: Served) -> str:
    """Where it listens for gRPC."""
    return served.grpc
