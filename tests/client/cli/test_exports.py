"""Files of networks, written and read by commands."""

import json
from pathlib import Path

import clearprop as client_library
import numpy as np
import pytest
from calls import fresh_id
from console import Clearprop
from servers import ServerProcess


@pytest.fixture
def trained(server: ServerProcess) -> str:
    """A network with five updates."""
    with client_library.connect(server.target) as client:
        network = client.create_network(fresh_id(), layer_sizes=[2, 3, 1], bias=True)
        network.step("xor", count=5, learning_rate=1, batch_size=4, epochs=9, optimizer="momentum")
        return network.id


def test_a_network_is_exported_and_imported(
    clearprop: Clearprop, trained: str, tmp_path: Path
) -> None:
    file = f"{trained}-update-5.json"
    said = clearprop("export", trained).stdout
    assert said == f"{file}: {(tmp_path / file).stat().st_size:,} bytes\n"
    assert [path.name for path in tmp_path.iterdir()] == [file]

    copy = fresh_id()
    made = clearprop("import-network", file, "--network", copy).stdout
    assert made == (
        f"Network {copy} (2-3-1, sigmoid, cross-entropy, 13 parameters, with biases),"
        f" imported from {file}.\n"
    )
    theirs = json.loads((tmp_path / file).read_text())
    refused = clearprop("export", copy, "--output", file, code=1).stderr
    assert f"{file} already exists" in refused
    assert json.loads((tmp_path / file).read_text()) == theirs
    clearprop("export", copy, "--output", file, "--force")
    ours = json.loads((tmp_path / file).read_text())
    for field in ("layers", "optimizer_state", "layer_sizes"):
        assert ours[field] == theirs[field]
    assert (ours["update"], theirs["update"]) == (0, 5)


def test_other_formats_are_written_to_the_given_output(
    clearprop: Clearprop, trained: str, tmp_path: Path
) -> None:
    clearprop("export", trained, "--format", "npz", "--update", "2", "--output", ".")
    with np.load(tmp_path / f"{trained}-update-2.npz") as arrays:
        assert arrays["layer_1_weights"].shape == (3, 2)
        assert arrays["layer_2_biases"].shape == (1,)
    table = clearprop("export", trained, "--format", "csv", "--output", "-").stdout
    assert len(table.splitlines()) == 7


def test_errors_of_files_leave_nothing_behind(
    clearprop: Clearprop, trained: str, tmp_path: Path
) -> None:
    nowhere = clearprop("export", trained, "--output", "no/where", code=1)
    assert "Folder no does not exist. Create it, or choose another --output." in nowhere.stderr
    (tmp_path / "x.json").write_text('{"format": "clearprop-network", "version": 3}')
    newer = clearprop("import-network", "x.json", code=1)
    assert "version 3, and this client supports versions up to 2" in newer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
