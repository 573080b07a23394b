"""Translation of the functions of `training.numerics` from Python to C.

They are written in a small part of Python: assignments, conditional expressions, arithmetic,
comparisons, bit operations and calls. Every number is a double, an int64_t or a truth value.
Anything else is an error of the export, which a test of every function would show.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from service.use_cases.exports.source.functions import Functions

#: Before the name of a function: C has its own `exp` and `tanh`.
PREFIX = "cp_"

#: The names that C spells otherwise, or that its headers define.
_BUILT_IN = {"abs": "fabs", "bits_of": "bits_of", "float_of": "float_of"}
_IN_HEADERS = {"INFINITY", "NAN"}

#: The functions that are not translated, and their definitions unless C has them.
KNOWN: Mapping[str, str] = {
    "abs": "",
    "bits_of": """\
static int64_t bits_of(double x) {
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
""",
    "float_of": """\
static double float_of(int64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
""",
}

_DOUBLE, _INTEGER, _TRUTH = "double", "int64_t", "int"

_ARITHMETIC: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_WORDS: Mapping[type[ast.boolop], str] = {ast.And: " && ", ast.Or: " || "}
_COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


#: The operations whose results are computed here if both operands are numbers.
_FOLDED: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def number(value: float) -> str:
    """Return a number as a literal of C, with every bit."""
    if isinstance(value, int):
        return "INT64_MIN" if value == -(2**63) else f"INT64_C({value})"
    return value.hex() if value == value else "NAN"  # noqa: PLR0124


def c_functions(functions: Functions) -> Iterator[str]:
    """Yield the definitions of the constants and of each function."""
    yield from (text for name, text in KNOWN.items() if text and name in functions.known)
    lines = [
        f"static const {_type_of_number(value)} {name} = {number(value)};"
        for name, value in functions.constants.items()
        if name not in _IN_HEADERS
    ]
    if lines:
        yield "\n".join(lines) + "\n"
    types = {name: _type_of_number(value) for name, value in functions.constants.items()}
    for tree in functions.trees.values():
        yield _Function(tree, dict(types)).definition()


def name_of(function: str) -> str:
    """Return the name of a function in C."""
    return _BUILT_IN.get(function) or PREFIX + function.removeprefix("_")


def _type_of_number(value: float) -> str:
    return _INTEGER if isinstance(value, int) else _DOUBLE


def _type_of_argument(argument: ast.arg) -> str:
    is_integer = argument.annotation is not None and ast.unparse(argument.annotation) == "int"
    return _INTEGER if is_integer else _DOUBLE


@dataclass
class _Function:
    """One function; `types` has those of the constants, and then those of its variables."""

    tree: ast.FunctionDef
    types: dict[str, str]
    lines: list[str] = field(default_factory=list)

    def definition(self) -> str:
        kinds = {each.arg: _type_of_argument(each) for each in self.tree.args.args}
        self.types |= kinds
        results = self._results()
        for statement in self.tree.body:
            self._statement(statement)
        given = [f"{kind} {name}" for name, kind in kinds.items()]
        given += [f"double *{name}_out" for name in results]
        kind = "void" if results else _DOUBLE
        head = f"static {kind} {name_of(self.tree.name)}({', '.join(given)}) {{"
        return "\n".join([head, *(f"    {line}" for line in self.lines), "}"]) + "\n"

    def _results(self) -> list[str]:
        """Return the names of the results of a function that returns several."""
        last = self.tree.body[-1]
        assert isinstance(last, ast.Return)
        if not isinstance(last.value, ast.Tuple):
            return []
        return [ast.unparse(each) for each in last.value.elts]

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Return(value=ast.Tuple(elts=elements)):
                self.lines += [
                    f"*{ast.unparse(each)}_out = {self._code(each)};" for each in elements
                ]
            case ast.Return(value=ast.expr() as value):
                self.lines.append(f"return {self._code(value)};")
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, self._code(value), self._type(value))
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for each, value in zip(names, values, strict=True):
                    self._assign(ast.unparse(each), self._code(value), self._type(value))
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Call() as call):
                self._call_for_several([ast.unparse(each) for each in names], call)
            case _:
                raise NotImplementedError(ast.unparse(statement))

    def _assign(self, name: str, code: str, kind: str) -> None:
        declared = "" if name in self.types else f"{kind} "
        assert self.types.setdefault(name, kind) == kind
        self.lines.append(f"{declared}{name} = {code};")

    def _call_for_several(self, names: list[str], call: ast.Call) -> None:
        self.types |= dict.fromkeys(names, _DOUBLE)
        self.lines.append(f"double {', '.join(names)};")
        given = [self._code(each) for each in call.args] + [f"&{name}" for name in names]
        self.lines.append(f"{name_of(ast.unparse(call.func))}({', '.join(given)});")

    def _type(self, expression: ast.expr) -> str:
        kind = _DOUBLE
        match expression:
            case ast.Name(id=name):
                kind = self.types[name]
            case ast.Call(func=ast.Name(id="bits_of")):
                kind = _INTEGER
            case ast.Compare() | ast.BoolOp():
                kind = _TRUTH
            case ast.BinOp(left=left, right=right) if self._type(left) == self._type(right):
                kind = self._type(left)
            case ast.UnaryOp(operand=operand) | ast.IfExp(body=operand):
                kind = self._type(operand)
        return kind

    def _code(self, expression: ast.expr) -> str:
        """Return an expression in C; operations are in brackets, so that their order is kept."""
        constant = _constant(expression)
        if constant is not None:
            return number(constant)
        match expression:
            case ast.Name(id=name):
                return name
            case ast.Call(func=ast.Name(id=name), args=given):
                return f"{name_of(name)}({', '.join(map(self._code, given))})"
            case _:
                return f"({self._operation(expression)})"

    def _operation(self, expression: ast.expr) -> str:
        match expression:
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"-{self._code(operand)}"
            case ast.BinOp(left=left, op=op, right=right):
                return f"{self._code(left)} {_ARITHMETIC[type(op)]} {self._code(right)}"
            case ast.BoolOp(op=op, values=values):
                return _WORDS[type(op)].join(map(self._code, values))
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self._compared([left, *others], ops)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                return f"{self._code(test)} ? {self._code(body)} : {self._code(otherwise)}"
            case _:
                raise NotImplementedError(ast.unparse(expression))

    def _compared(self, values: list[ast.expr], ops: list[ast.cmpop]) -> str:
        """Return `a < b < c` as `a < b && b < c`."""
        codes = [self._code(value) for value in values]
        pairs = zip(codes, ops, codes[1:], strict=False)
        return " && ".join(f"{a} {_COMPARISONS[type(op)]} {b}" for a, op, b in pairs)


def _constant(expression: ast.expr) -> float | None:
    """Return the number of an expression without names, such as 1 / 6; None if it has names."""
    match expression:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            negated = _constant(operand)
            return None if negated is None else -negated
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _FOLDED:
            a, b = _constant(left), _constant(right)
            return None if a is None or b is None else _FOLDED[type(op)](a, b)
        case _:
            return None
