"""Files and functions stay short enough to be read at a glance."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (
    *("bench", "client/clearprop", "docker", "docs", "release"),
    *("service", "storage", "training"),
)
MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 60

#: Functions that may be longer, each with its reason. Migrations are not looked at: they stay as
#: they were when they were released.
LONGER = {
    "training/numerics/training_kernel.py: training_kernel": "holds the one loop of training",
}


def modules() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "_pb2" not in path.name and "migrations" not in path.parts:
                yield path


def long_functions() -> dict[str, int]:
    found = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MOST_LINES_OF_A_FUNCTION:
                    found[f"{path.relative_to(ROOT).as_posix()}: {node.name}"] = lines
    return found


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in modules()
    }
    assert lengths
    assert {path: n for path, n in lengths.items() if n > MOST_LINES_OF_A_MODULE} == {}


def test_no_function_is_longer_than_60_lines_but_those_with_a_reason() -> None:
    found = long_functions()
    assert set(found) == set(LONGER), found
