"""Both distributions, built as for a release, and installed into empty environments."""

import subprocess
from collections.abc import Iterator

import pytest
from documents import ROOT
from installed import Distribution, Environment, built, clean, new_environment

from bench.ports import free_port


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """The distribution `clearprop`."""
    return built(ROOT / "client", tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """The distribution `clearprop-server`."""
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
def address(everything: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server listens that runs from the installed wheels."""
    folder = tmp_path_factory.mktemp("data")
    target = f"127.0.0.1:{free_port()}"
    program = str(everything.folder / "bin" / "clearprop")
    command = [program, "serve", "--grpc", target, "--http", "off"]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            command, cwd=folder, env=clean(), stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        announced = process.stdout.readline()
        assert target in announced, (folder / "log").read_text()
        yield target
        process.terminate()
        assert process.wait(30) == 0
