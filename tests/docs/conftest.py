"""What the tests of documents share."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import ROOT, Reader
from servers import new_server


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader with a server of their own, in a folder with the data that documents use."""
    folder = tmp_path / "reader"
    folder.mkdir()
    for shared in ("examples", "proto", "tests"):
        (folder / shared).symlink_to(ROOT / shared)
    for table in (ROOT / "docs" / "data").glob("*.csv"):
        shutil.copy(table, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with new_server(tmp_path, http=True) as server:
        reader = Reader(server, folder)
        yield reader
        reader.closes()
