"""`clearprop backup` and `clearprop restore`, on a server that is up."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from calls import create, settings, wait_for_more
from clearprop.v1 import training_service_pb2 as pb
from console import Clearprop, run_here
from servers import ServerProcess, new_server

from storage.verifying import verify_database

SECONDS = 60.0


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with one network."""
    with new_server(tmp_path_factory.mktemp("serving")) as server:
        with server.stub() as stub:
            create(stub, (2, 5, 1), seed=1)
        yield server


@pytest.fixture
def more_updates(serving: ServerProcess) -> Iterator[Callable[[], None]]:
    """The server trains its network; the function waits for another update."""
    with serving.stub() as stub:
        (network,) = stub.ListNetworks(pb.ListNetworksRequest()).networks
        settings_of_run = settings(rate=0.5, epochs=10**9)
        request = pb.TrainRequest(network=network.network, settings=settings_of_run)
        run = stub.Train(request).run
        yield lambda: wait_for_more(stub, network.network)
        stub.CancelRun(pb.CancelRunRequest(network=network.network, run=run.run))


@pytest.fixture
def at(serving: ServerProcess, clearprop: Clearprop) -> Clearprop:
    """Runs commands against the server."""

    def run(*arguments: str, code: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        return clearprop(*arguments, code=code, CLEARPROP_SERVER=serving.target, **variables)

    return run


def test_a_backup_is_written_and_restored_while_the_server_trains(
    at: Clearprop, more_updates: Callable[[], None], tmp_path: Path
) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    shown = at("backup", str(first)).stdout
    assert shown.startswith(f"{first}: ")
    assert re.search(r" updates?, verified\.\n$", shown)
    more_updates()
    at("backup", str(second))
    before, after = (verify_database(path).updates for path in (first, second))
    assert before is not None
    assert after is not None
    assert before < after
    (line,) = at("backup", str(first), code=1).stderr.splitlines()
    assert f"{first} already exists: use another name" in line
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    shown = at("restore", str(first), "--database", url).stdout
    updates = "1 update" if before == 1 else f"{before:,} updates"
    assert shown == f"Restored {first} to {url}: 1 network, {updates}, verified.\n"
    assert "already exists" in at("restore", str(first), "--database", url, code=1).stderr
    missing = tmp_path / "missing" / "first.db"
    (line,) = at("backup", str(missing), code=1).stderr.splitlines()
    assert line == f"Error: {missing}: No such file or directory."
    assert "No such file" in at("restore", str(tmp_path / "no"), "--database", url, code=1).stderr


def test_a_backup_in_a_folder_is_named_by_its_time(at: Clearprop, tmp_path: Path) -> None:
    at("backup", str(tmp_path))
    (path,) = tmp_path.glob("clearprop-????????T??????Z.db")
    assert verify_database(path).networks == 1


def test_the_database_of_a_running_server_is_not_copied_without_it(
    at: Clearprop, serving: ServerProcess, tmp_path: Path
) -> None:
    output = at("backup", str(tmp_path), "--database", serving.database, code=1).stderr
    assert "is in use by another server" in output
    assert not list(tmp_path.iterdir())


def test_a_server_that_is_not_there_is_reported(tmp_path: Path) -> None:
    done = run_here(["backup", str(tmp_path), "--server", "127.0.0.1:1"], {}, tmp_path)
    assert done.returncode == 1
    assert "No server answers at 127.0.0.1:1." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--keep", "2"], "--keep needs --every."),
        (["--every", "6h"], "With --every, FILE must be a folder, and nothing is none."),
    ],
)
def test_options_that_do_not_fit_are_refused(
    at: Clearprop, arguments: list[str], message: str
) -> None:
    assert message in at("backup", "nothing", *arguments, code=1).stderr


def test_scheduled_backups_are_made_and_the_oldest_are_deleted(
    serving: ServerProcess, tmp_path: Path
) -> None:
    (tmp_path / ".clearprop-20260101T000000Z.db.7.part").touch()
    other = tmp_path / "clearprop-mine.db"
    other.touch()
    old = [tmp_path / f"clearprop-2026010{day}T000000Z.db" for day in range(1, 4)]
    for path in old:
        path.touch()
        Path(f"{path}.sha256").touch()
    options = ["--every", "1s", "--keep", "2", "--server", serving.target]
    command = [sys.executable, "-m", "clearprop.cli", "backup", str(tmp_path), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + SECONDS
            while any(path.exists() for path in old):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        finally:
            process.kill()
    found = {path.name for path in tmp_path.glob("clearprop-*") if path != other}
    backups = {name for name in found if name.endswith(".db")}
    assert found >= {f"{name}.sha256" for name in backups}
    assert 1 <= len(backups) <= 3  # it may have been killed before it deleted the third
    assert other.exists()
    assert not (tmp_path / ".clearprop-20260101T000000Z.db.7.part").exists()
