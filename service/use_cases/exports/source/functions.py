"""The source of the functions that a forward pass calls, from the modules that define them.

Exported source has the functions of `training.numerics` themselves, so that it gives the same bits.
"""

import ast
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Functions:
    """Functions and the constants that they use; each is after everything that it uses."""

    constants: dict[str, float] = field(default_factory=dict)
    trees: dict[str, ast.FunctionDef] = field(default_factory=dict)
    """Without decorators and docstrings."""
    texts: dict[str, str] = field(default_factory=dict)
    """Their source, without decorators."""
    known: set[str] = field(default_factory=set)
    """The names that they use, but that are defined elsewhere."""


def functions_with(first: Iterable[Function], known: frozenset[str]) -> Functions:
    """Return these functions and all that they call, except for those that are known by name."""
    found = Functions()
    for function in first:
        _add(function, found, known)
    return found


def _add(function: Function, found: Functions, known: frozenset[str]) -> None:
    if function.__name__ in found.trees:
        return
    tree = _tree(function)
    local = {*_names(tree, ast.Store), *_arguments(tree)}
    for name in _names(tree, ast.Load):
        if name in local:
            continue
        if name in known:
            found.known.add(name)
            continue
        used = function.__globals__[name]
        if isinstance(used, float | int):
            found.constants[name] = used
        else:
            _add(used, found, known)
    found.trees[tree.name] = tree
    text = inspect.getsource(function)
    found.texts[tree.name] = text[text.index("def ") :]


def _arguments(tree: ast.FunctionDef) -> list[str]:
    """Return the names of a function's arguments."""
    return [each.arg for each in tree.args.args]


def _tree(function: Function) -> ast.FunctionDef:
    """Return a function without its decorators and docstring."""
    tree = ast.parse(inspect.getsource(function)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list = []
    if ast.get_docstring(tree) is not None:
        del tree.body[0]
    return tree


def _names(tree: ast.FunctionDef, context: type[ast.expr_context]) -> list[str]:
    """Return the names that a function reads (Load) or sets (Store), in their order."""
    within = (each for statement in tree.body for each in ast.walk(statement))
    return list(
        dict.fromkeys(
            each.id
            for each in within
            if isinstance(each, ast.Name) and isinstance(each.ctx, context)
        )
    )
