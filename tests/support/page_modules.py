"""The page's modules in Node.js, where they can be called without a browser."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from documents import ROOT

ASSETS = ROOT / "service" / "web" / "assets"

#: Where the browser's import map and the modules' own package find what is vendored.
_PACKAGES = {
    "preact": {".": "./preact.js", "./hooks": "./hooks.js"},
    "htm": {".": "./htm.js"},
    "uplot": {".": "./uplot.js"},
}


def lay_out(folder: Path) -> None:
    """Copy the page into a folder, so that Node.js finds its modules and what they import."""
    _node()
    shutil.copytree(ASSETS, folder / "assets")
    for name, exports in _PACKAGES.items():
        package = folder / "node_modules" / name
        shutil.copytree(ASSETS / "vendor" / name, package)
        described = {"name": name, "type": "module", "exports": exports}
        (package / "package.json").write_text(json.dumps(described))
    (folder / "package.json").write_text(json.dumps({"type": "module"}))


def run_module(folder: Path, test: Path, **data: Any) -> None:
    """Run tests that are written in JavaScript; they read `data` from data.json beside them."""
    (folder / "data.json").write_text(json.dumps(data))
    here = shutil.copy(test, folder)
    command = [_node(), "--test", here]
    done = subprocess.run(
        command, check=False, cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _node() -> str:
    path = shutil.which("node")
    if path is None:
        pytest.skip("Node.js is not installed")
    return path
