"""What is added to a part of the project is tested and described where its like are."""

import re
from importlib import import_module
from inspect import getmembers, isabstract, isclass
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import pytest

import service.execution
import storage
from training.ports import Executor, Store

ROOT = Path(__file__).parents[2]
VIEWS = re.findall(r'\["(\w+)", "([^"]+)", \w+\]', (ROOT / "service/web/assets/app.js").read_text())


def implementing(port: type, package: ModuleType) -> set[str]:
    """Return the names of the classes of a package that have all that a port asks for."""
    wanted = {name for name in vars(port) if not name.startswith("_")}
    modules = [
        import_module(f"{package.__name__}.{each.name}") for each in iter_modules(package.__path__)
    ]
    return {
        name
        for module in modules
        for name, found in getmembers(module, isclass)
        if found.__module__ == module.__name__
        and wanted <= set(dir(found))
        and not isabstract(found)
    }


def test_every_store_passes_the_contract_suite() -> None:
    stores = implementing(Store, storage)
    suite = (ROOT / "tests/storage/conftest.py").read_text()
    assert {"MemoryStore", "SqliteStore"} <= stores
    assert {name for name in stores if name not in suite} == set()


def test_every_executor_passes_the_contract_suite() -> None:
    executors = implementing(Executor, service.execution)
    suite = (ROOT / "tests/service/execution/conftest.py").read_text()
    assert "ThreadExecutor" in executors
    assert {name for name in executors if name not in suite} == set()


def test_there_are_views() -> None:
    assert [mode for mode, _ in VIEWS] == ["look", "train", "compare", "networks", "lessons"]


@pytest.mark.parametrize(("mode", "name"), VIEWS)
def test_every_view_of_the_page_has_its_folder_styles_guide_and_accessibility(
    mode: str, name: str
) -> None:
    assets = ROOT / "service/web/assets"
    assert (assets / mode / f"{mode}.js").exists()
    assert f"/web/{mode}/{mode}.css" in (assets / "index.html").read_text()
    assert f"\n## {name}\n" in (ROOT / "docs/page.md").read_text()
    places = (ROOT / "tests/service/web/test_accessibility.py").read_text()
    assert f'"{mode}": "?' in places
