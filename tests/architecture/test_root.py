"""The root of the repository holds what is listed here, and nothing by mistake."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXPECTED = frozenset(
    {
        *(".ci", ".dockerignore", ".gitignore", "Makefile"),
        *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md"),
        *("buf.yaml", "mkdocs.yml", "pyproject.toml"),
        *("bench", "client", "docker", "docs", "examples", "proto", "release", "requirements"),
        *("service", "storage", "tests", "training"),
    }
)


def test_the_root_has_no_unexpected_file_or_folder() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run([git, "ls-files"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    assert {path.split("/")[0] for path in listed.decode().splitlines()} == EXPECTED
