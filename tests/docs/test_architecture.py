"""The document of the architecture names files that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "architecture.md").read_text()


def test_every_path_exists() -> None:
    paths = re.findall(r"`((?:docs|proto|service|storage|tests|training)/[\w./-]+)`", TEXT)
    assert len(paths) > 30
    assert [path for path in paths if not (ROOT / path).exists()] == []
