"""The source lines of the readable loops, and what each of them reads and sets."""

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any

from training.walking.roles import ROLES, VariableRole


@dataclass(frozen=True, slots=True)
class WalkFunction:
    """The source of a function; `first_line` is the number of its first line, from 1."""

    name: str
    first_line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What a line sets: a variable, or an element of a list, at an index or at its end.

    `is_result`: it is the result of a call; if that is a list, all of its elements are new.
    """

    name: str
    index: str | None = None
    is_appended: bool = False
    is_result: bool = False


@dataclass(frozen=True, slots=True)
class SourceLine:
    """The static properties of a line.

    `elements` are the list elements that it reads, such as w_i[j]; `loop_variables` the loop
    variables of all loops around it. `body` are the lines of its loop if it is the head of one.
    """

    targets: tuple[Target, ...]
    elements: tuple[ast.Subscript, ...]
    loop_variables: frozenset[str]
    body: range | None = None


@dataclass(frozen=True, slots=True)
class TracedFunction:
    """A function's lines by their numbers in the file, and the roles of its variables."""

    name: str
    lines: Mapping[int, SourceLine]
    roles: Mapping[str, VariableRole | None]


def walk_functions() -> list[WalkFunction]:
    """Return the traced functions in the order of their file."""
    return sorted(map(_function, ROLES), key=lambda function: function.first_line)


@cache
def traced_functions() -> Mapping[CodeType, TracedFunction]:
    """Return the traced functions by their code objects."""
    return {
        function.__code__: TracedFunction(
            function.__name__, dict(_lines(_function(function))), roles
        )
        for function, roles in ROLES.items()
    }


def _function(function: Callable[..., Any]) -> WalkFunction:
    lines, first = inspect.getsourcelines(function)
    return WalkFunction(function.__name__, first, tuple(line.rstrip("\n") for line in lines))


def _lines(function: WalkFunction) -> Iterator[tuple[int, SourceLine]]:
    module = ast.parse("\n".join(function.lines))
    ast.increment_lineno(module, function.first_line - 1)
    (definition,) = module.body
    assert isinstance(definition, ast.FunctionDef)
    yield from _of_body(definition.body, frozenset())


def _of_body(
    body: list[ast.stmt], loop_variables: frozenset[str]
) -> Iterator[tuple[int, SourceLine]]:
    for statement in body:
        if isinstance(statement, ast.For):
            names = [node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)]
            inside = loop_variables | {*names}
            last = statement.body[-1].end_lineno
            assert last is not None
            lines = range(statement.body[0].lineno, last + 1)
            yield statement.lineno, SourceLine(tuple(map(Target, names)), (), inside, lines)
            yield from _of_body(statement.body, inside)
        elif isinstance(statement, ast.If):
            yield statement.lineno, SourceLine((), (), loop_variables)
            yield from _of_body(statement.body, loop_variables)
            yield from _of_body(statement.orelse, loop_variables)
        else:
            targets, elements = tuple(_targets(statement)), tuple(_elements(statement))
            yield statement.lineno, SourceLine(targets, elements, loop_variables)


def _targets(statement: ast.stmt) -> Iterator[Target]:
    match statement:
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=value):
            is_result = isinstance(value, ast.Call)
            for node in target.elts if isinstance(target, ast.Tuple) else [target]:
                match node:
                    case ast.Name(id=name):
                        yield Target(name, is_result=is_result)
                    case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=index)):
                        yield Target(name, index)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"))):
            yield Target(name, is_appended=True)


def _elements(statement: ast.stmt) -> Iterator[ast.Subscript]:
    """Yield the list elements that a statement reads, if their indices are names."""
    inner = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript) and node not in inner:
            inner |= {each for each in ast.walk(node) if each is not node}
            if isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Name):
                yield node
