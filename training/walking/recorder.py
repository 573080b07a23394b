"""Writes down which lines of the loops are executed, and what their variables hold after them.

Nothing is told of the loops but what Python itself tells of them while it executes them.
"""

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, TypeAlias

from training.walking.source import Line, Target, lines_by_code

_Tracer: TypeAlias = "Callable[[FrameType, str, Any], _Tracer | None]"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that holds a number, or an element of a list; `is_whole`: it counts."""

    name: str
    value: float
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Executed:
    """A line after its execution: its number in the file, and the numbers that variables hold.

    `changed` are the names of those that it set, `indices` the variables that count in the loops
    around it.
    """

    line: int
    variables: tuple[Variable, ...]
    changed: tuple[str, ...]
    indices: Mapping[str, int]


@dataclass(slots=True)
class Call:
    """One call of a function: the lines that were executed, and what was kept of it at its end."""

    function: str
    lines: list[Executed]
    kept: Any = None


#: What is kept at the end of a call, by its function's name: made of its variables, as a copy, for
#: the loops go on with what they changed.
Keep: TypeAlias = Mapping[str, Callable[[Mapping[str, Any]], Any]]


class Recorder:
    """Collects the calls that are made while it records. For the thread that it records in."""

    def __init__(self, keep: Keep) -> None:
        self.calls: list[Call] = []
        self._keep = keep

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record what happens in the block."""
        # A debugger or a measurement of coverage that looks on, too, is let in again afterwards.
        others = sys.gettrace()
        sys.settrace(self._called)
        try:
            yield
        finally:
            sys.settrace(others)

    def _called(self, frame: FrameType, event: str, _: object) -> "_Tracer | None":
        lines = lines_by_code().get(frame.f_code)
        if event != "call" or lines is None:
            return None
        call = Call(frame.f_code.co_name, [])
        self.calls.append(call)
        return _Following(call, lines, self._keep.get(call.function)).happened


class _Following:
    """Follows one call: a line is known to be executed when the next one begins."""

    def __init__(
        self,
        call: Call,
        lines: Mapping[int, Line],
        keep: Callable[[Mapping[str, Any]], Any] | None,
    ) -> None:
        self._call = call
        self._lines = lines
        self._keep = keep
        self._begun: int | None = None

    def happened(self, frame: FrameType, event: str, _: object) -> "_Tracer | None":
        following = frame.f_lineno if event == "line" else None
        if following == self._begun and following is not None and not self._is_head(following):
            return self.happened  # a comprehension, of which some Pythons tell each round
        if self._begun is not None and event in {"line", "return"}:
            self._note(self._begun, following, frame.f_locals)
        if event == "return" and self._keep is not None:
            self._call.kept = self._keep(frame.f_locals)
        self._begun = following
        return self.happened

    def _is_head(self, number: int) -> bool:
        line = self._lines.get(number)
        return line is not None and line.body is not None

    def _note(self, number: int, following: int | None, variables: Mapping[str, Any]) -> None:
        line = self._lines.get(number)
        if line is None:
            return
        if line.body is not None and following not in line.body:
            return  # its loop has ended, and it has set nothing
        changed = [
            found for target in line.targets if (found := _element(target, variables)) is not None
        ]
        scalars = [
            Variable(name, float(value), isinstance(value, int))
            for name, value in variables.items()
            if isinstance(value, (int, float)) and not isinstance(value, bool)
        ]
        set_elements = [found for found in changed if "[" in found.name]
        read = [
            found
            for node in line.elements
            if (found := _read(node, variables)) is not None and found not in set_elements
        ]
        indices = {
            name: variables[name]
            for name in line.loop_variables
            if isinstance(variables.get(name), int)
        }
        names = tuple(found.name for found in changed)
        self._call.lines.append(Executed(number, (*scalars, *read, *set_elements), names, indices))


def _element(target: Target, variables: Mapping[str, Any]) -> Variable | None:
    """Return the number that a line has set; None where it has set something else."""
    value = variables.get(target.name)
    name = target.name
    if target.is_appended and isinstance(value, list):
        name, value = f"{name}[{len(value) - 1}]", value[-1]
    elif target.index is not None and isinstance(value, list):
        index = variables[target.index]
        name, value = f"{name}[{index}]", value[index]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return Variable(name, float(value), isinstance(value, int))


def _read(node: ast.expr, variables: Mapping[str, Any]) -> Variable | None:
    """Return a number that a line has read of a list; None where it has read something else."""
    value = _value(node, variables)
    if not isinstance(value, float):
        return None
    return Variable(_label(node, variables), value, is_whole=False)


def _value(node: ast.expr, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401 (what it is)
    match node:
        case ast.Name(id=name):
            return variables.get(name)
        case ast.Attribute(value=owner, attr=name):
            return getattr(_value(owner, variables), name)
        case ast.Subscript(value=owner, slice=index):
            values = _value(owner, variables)
            return values[_value(index, variables)] if isinstance(values, list) else None
        case _:
            return None


def _label(node: ast.expr, variables: Mapping[str, Any]) -> str:
    """Return what an element is called, with the values of its indices: w_i[1]."""
    match node:
        case ast.Attribute(value=owner, attr=name):
            return f"{_label(owner, variables)}.{name}"
        case ast.Subscript(value=owner, slice=index):
            return f"{_label(owner, variables)}[{_value(index, variables)}]"
        case _:
            return ast.unparse(node)
