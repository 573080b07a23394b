"""Records the executed lines of the loops and the values of their variables after each line.

All of it comes from Python's own tracing.
"""

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, TypeAlias

from training.cancellation import check_cancelled
from training.walking.functions import Target, TracedFunction, traced_functions
from training.walking.roles import VariableRole

_Tracer: TypeAlias = "Callable[[FrameType, str, Any], _Tracer | None]"


@dataclass(frozen=True, slots=True)
class WalkVariable:
    """A variable with a number, or an element of a list at `indices`.

    `name` includes the indices: w_i[1]. `is_whole`: it is an integer.
    """

    name: str
    value: float
    is_whole: bool
    role: VariableRole
    indices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ExecutedLine:
    """A line after its execution: its number in the file, and the values of variables.

    `changed` are the names of variables that it set, `counters` the loop variables by their roles.
    """

    line: int
    variables: tuple[WalkVariable, ...]
    changed: tuple[str, ...]
    counters: Mapping[VariableRole, int]


@dataclass(slots=True)
class Call:
    """One call of a function and its executed lines."""

    function: str
    lines: list[ExecutedLine]


class Recorder:
    """Collects the calls during a recording, in the current thread only."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record the calls in the block."""
        # Restores the trace function of a debugger or of coverage afterwards.
        others = sys.gettrace()
        sys.settrace(self._called)
        try:
            yield
        finally:
            sys.settrace(others)

    def _called(self, frame: FrameType, event: str, _: object) -> "_Tracer | None":
        function = traced_functions().get(frame.f_code)
        if event != "call" or function is None:
            return None
        call = Call(function.name, [])
        self.calls.append(call)
        return _Following(call, function).happened


class _Following:
    """Traces one call: a line has been executed when the next one begins."""

    def __init__(self, call: Call, function: TracedFunction) -> None:
        self._call = call
        self._lines = function.lines
        self._roles = function.roles
        self._begun: int | None = None

    def happened(self, frame: FrameType, event: str, _: object) -> "_Tracer | None":
        following = frame.f_lineno if event == "line" else None
        if following == self._begun and following is not None and not self._is_head(following):
            return self.happened  # some versions of Python report each round of a comprehension
        if self._begun is not None and event in {"line", "return"}:
            self._note(self._begun, following, frame.f_locals)
        self._begun = following
        return self.happened

    def _is_head(self, number: int) -> bool:
        line = self._lines.get(number)
        return line is not None and line.body is not None

    def _note(self, number: int, following: int | None, variables: Mapping[str, Any]) -> None:
        check_cancelled()
        line = self._lines.get(number)
        if line is None:
            return
        if line.body is not None and following not in line.body:
            return  # its loop has ended without setting anything
        changed = [found for target in line.targets for found in self._set(target, variables)]
        scalars = [
            found for name, value in variables.items() for found in self._variable(name, value)
        ]
        set_elements = [found for found in changed if found.indices]
        read = [
            found
            for node in line.elements
            for found in self._read(node, variables)
            if found not in set_elements
        ]
        counters = {
            found.role: int(found.value)
            for found in scalars
            if found.is_whole and found.name in line.loop_variables
        }
        names = tuple(found.name for found in changed)
        shown = (*scalars, *read, *set_elements)
        self._call.lines.append(ExecutedLine(number, shown, names, counters))

    def _set(self, target: Target, variables: Mapping[str, Any]) -> Iterator[WalkVariable]:
        """Yield the numbers that a line has set."""
        value = variables.get(target.name)
        if not isinstance(value, list):
            yield from self._variable(target.name, value)
        elif target.is_appended:
            yield from self._variable(target.name, value[-1], len(value) - 1)
        elif target.index is not None:
            index = variables[target.index]
            yield from self._variable(target.name, value[index], index)
        elif target.is_result:
            for index, element in enumerate(value):
                yield from self._variable(target.name, element, index)

    def _read(self, node: ast.expr, variables: Mapping[str, Any]) -> Iterator[WalkVariable]:
        """Yield a number that a line has read from a list."""
        value = _value(node, variables)
        if isinstance(value, float):
            name, indices = _place(node, variables)
            yield from self._variable(name, value, *indices)

    def _variable(self, name: str, value: object, *indices: int) -> Iterator[WalkVariable]:
        """Yield a variable, or an element of it, if it is a number."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            role = self._roles[name]
            assert role is not None
            label = name + "".join(f"[{index}]" for index in indices)
            yield WalkVariable(label, float(value), isinstance(value, int), role, indices)


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


def _place(node: ast.expr, variables: Mapping[str, Any]) -> tuple[str, tuple[int, ...]]:
    """Return the list and the indices of an element: w_i and 1 for w_i[j]."""
    match node:
        case ast.Subscript(value=owner, slice=index):
            name, indices = _place(owner, variables)
            return name, (*indices, _value(index, variables))
        case _:
            return ast.unparse(node), ()
