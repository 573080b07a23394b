"""Modules are imported when they are first used."""

import subprocess
import sys

import clearprop
import pytest

HEAVY = {"grpc", "google", "numpy", "rich"}


def imported_by(program: str, *, whole_names: bool = False) -> set[str]:
    """Return the packages that a Python program imports, or the whole names of the modules."""
    report = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"
    done = subprocess.run(
        [sys.executable, "-c", f"{report}\n{program}"],
        capture_output=True,
        text=True,
        check=False,
    )
    modules = done.stderr.split()
    return {module if whole_names else module.partition(".")[0] for module in modules}


def test_every_public_name_is_in_the_module_that_the_table_names() -> None:
    assert clearprop._MODULES.keys() == set(clearprop.__all__) <= set(dir(clearprop))
    for name, module in clearprop._MODULES.items():
        assert getattr(clearprop, name).__module__ == f"clearprop.{module}"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'clearprop' has no attribute 'conect'"):
        getattr(clearprop, "conect")  # noqa: B009 - mypy knows that it is not there


@pytest.mark.parametrize("argument", ["--help", "--version", "trian"])
def test_help_imports_neither_grpc_nor_rich_nor_numpy(argument: str) -> None:
    program = f"import sys; sys.argv[1:] = [{argument!r}]; from clearprop.cli import main; main()"
    assert imported_by(program).isdisjoint(HEAVY)


def test_completion_imports_neither_grpc_nor_rich_nor_numpy() -> None:
    words = {"_CLEARPROP_COMPLETE": "complete_bash", "COMP_WORDS": "clearprop t", "COMP_CWORD": "1"}
    program = f"import os; os.environ |= {words}; from clearprop.cli import main; main()"
    assert imported_by(program).isdisjoint(HEAVY)


def test_help_does_not_search_for_other_distributions() -> None:
    program = "import sys; sys.argv[1:] = ['--help']; from clearprop.cli import main; main()"
    assert "importlib.metadata" not in imported_by(program, whole_names=True)


def test_numpy_is_imported_only_for_arrays() -> None:
    program = "import clearprop.aio, clearprop.cli.training; clearprop.connect().close()"
    assert "numpy" not in imported_by(program)
    assert "numpy" in imported_by("from clearprop.values import vector_of; vector_of([1.0])")
