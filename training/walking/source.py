"""What the source of the readable loops says of each of their lines."""

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any

from training.numerics import loops

#: The functions that are told of. One call of each is one phase of an update, or some.
FUNCTIONS: tuple[Callable[..., Any], ...] = (
    loops.forward_layer,
    loops.cost_of_outputs,
    loops.output_deltas,
    loops.hidden_deltas,
    loops.zeros,
    loops.add_gradient,
    loops.mean_gradient,
    loops.take_step,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A function as it stands in its file; `first_line` is the number of its first line, from 1."""

    name: str
    first_line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What a line sets: a variable, or an element of a list, at an index or at its end."""

    name: str
    index: str | None = None
    is_appended: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What can be seen of a line without executing it.

    `elements` are those of lists that it reads, such as w_i[j]; `loop_variables` the names that the
    loops around it, and its own, go on with. `body` are the lines of its loop, where it is the head
    of one.
    """

    targets: tuple[Target, ...]
    elements: tuple[ast.Subscript, ...]
    loop_variables: frozenset[str]
    body: range | None = None


def sources() -> list[Source]:
    """Return the functions that are told of, in the order in which they stand in their file."""
    return sorted(map(_source, FUNCTIONS), key=lambda source: source.first_line)


@cache
def lines_by_code() -> Mapping[CodeType, Mapping[int, Line]]:
    """Return the lines of each function by their numbers in the file; functions by their code."""
    return {function.__code__: dict(_lines(_source(function))) for function in FUNCTIONS}


def _source(function: Callable[..., Any]) -> Source:
    lines, first = inspect.getsourcelines(function)
    return Source(function.__name__, first, tuple(line.rstrip("\n") for line in lines))


def _lines(source: Source) -> Iterator[tuple[int, Line]]:
    module = ast.parse("\n".join(source.lines))
    ast.increment_lineno(module, source.first_line - 1)
    (function,) = module.body
    assert isinstance(function, ast.FunctionDef)
    yield from _of_body(function.body, frozenset())


def _of_body(body: list[ast.stmt], loop_variables: frozenset[str]) -> Iterator[tuple[int, Line]]:
    for statement in body:
        if isinstance(statement, ast.For):
            names = [node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)]
            inside = loop_variables | {*names}
            last = statement.body[-1].end_lineno
            assert last is not None
            lines = range(statement.body[0].lineno, last + 1)
            yield statement.lineno, Line(tuple(map(Target, names)), (), inside, lines)
            yield from _of_body(statement.body, inside)
        elif isinstance(statement, ast.If):
            yield statement.lineno, Line((), (), loop_variables)
            yield from _of_body(statement.body, loop_variables)
            yield from _of_body(statement.orelse, loop_variables)
        else:
            elements = tuple(_elements(statement))
            yield statement.lineno, Line(tuple(_targets(statement)), elements, loop_variables)


def _targets(statement: ast.stmt) -> Iterator[Target]:
    match statement:
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
            for node in target.elts if isinstance(target, ast.Tuple) else [target]:
                match node:
                    case ast.Name(id=name):
                        yield Target(name)
                    case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=index)):
                        yield Target(name, index)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"))):
            yield Target(name, is_appended=True)


def _elements(statement: ast.stmt) -> Iterator[ast.Subscript]:
    """Yield the elements that a statement reads, by indices that are names."""
    inner = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript) and node not in inner:
            inner |= {each for each in ast.walk(node) if each is not node}
            if isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Name):
                yield node
