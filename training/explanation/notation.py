"""How formulas are written: as plain text, LaTeX and MathML.

Numbers are the shortest decimals that are read as the same float64. Parentheses are written only
where the order of operations from left to right, with · and / before + and −, would be another.
"""

from abc import ABC, abstractmethod
from math import isfinite, isnan
from typing import Final

from training.explanation.lines import Line
from training.explanation.terms import Compound, Derivative, Number, Operation, Slope, Symbol, Term

_SUM, _PRODUCT, _WHOLE = 1, 2, 3
"""Precedence: a term with less than its position needs is put in parentheses."""

_BINDING: Final = {
    Operation.ADD: _SUM,
    Operation.SUBTRACT: _SUM,
    Operation.MULTIPLY: _PRODUCT,
    Operation.DIVIDE: _PRODUCT,
}


#: The names of functions that are written before their argument in parentheses.
_NAMES: Final = {
    Operation.SIGMOID: "sigmoid",
    Operation.EXPONENTIAL: "exp",
    Operation.NORMAL_DISTRIBUTION: "Φ",
    Operation.NORMAL_DENSITY: "φ",
}


def shortest(value: float) -> str:
    """Return the shortest decimal that is read back as the same float64; no ".0" at its end."""
    return repr(value).removesuffix(".0")


class Notation(ABC):
    """A way to write terms."""

    def term(self, term: Term) -> str:
        """Return a term as it is written."""
        return self._written(term)[0]

    def line(self, line: Line) -> str:
        """Return a whole line: its name, its expression in symbols and in numbers, its value."""
        parts = [] if line.name is None else [self.term(line.name)]
        parts.extend((self.term(line.expression), self.term(line.in_numbers)))
        return self.equation([*parts, self.term(Number(line.value))])

    @abstractmethod
    def equation(self, sides: list[str]) -> str:
        """Return sides that are all equal."""

    @abstractmethod
    def symbol(self, symbol: Symbol) -> str:
        """Return a letter with its indices."""

    @abstractmethod
    def derivative(self, derivative: Derivative) -> str:
        """Return ∂C/∂w."""

    @abstractmethod
    def slope(self, slope: Slope) -> str:
        """Return f′(z)."""

    @abstractmethod
    def number(self, value: float) -> str:
        """Return a number."""

    @abstractmethod
    def function(self, operation: Operation, argument: str) -> str:
        """Return an operation that is written before its only operand."""

    @abstractmethod
    def infix(self, operation: Operation, left: str, right: str) -> str:
        """Return an operation that is written between its operands."""

    @abstractmethod
    def parenthesised(self, term: str) -> str:
        """Return a term in parentheses."""

    #: Whether a division is a bar, above and below which nothing needs parentheses.
    bars = False

    def _written(self, term: Term) -> tuple[str, int]:
        """Return how a term is written, and its precedence."""
        match term:
            case Symbol():
                return self.symbol(term), _WHOLE
            case Derivative():
                return self.derivative(term), _WHOLE if self.bars else _PRODUCT
            case Slope():
                return self.slope(term), _WHOLE
            case Number():
                # A sign needs no parentheses at the left end of a sum or product only.
                negative = str(term.value).startswith("-")
                return self.number(term.value), _PRODUCT if negative else _WHOLE
            case Compound():
                return self._compound(term)

    def _compound(self, term: Compound) -> tuple[str, int]:
        operation = term.operation
        if operation not in _BINDING:
            return self.function(operation, self.term(term.operands[0])), _WHOLE
        left, right = term.operands
        if self.bars and operation is Operation.DIVIDE:
            return self.infix(operation, self.term(left), self.term(right)), _WHOLE
        binding = _BINDING[operation]
        return (
            self.infix(operation, self._at_least(left, binding), self._after(right, binding)),
            binding,
        )

    def _after(self, term: Term, binding: int) -> str:
        """Return a term as the right operand: one of the same precedence gets parentheses."""
        negative = isinstance(term, Number) and str(term.value).startswith("-")
        return self._at_least(term, _WHOLE if negative else binding + 1)

    def _at_least(self, term: Term, binding: int) -> str:
        written, bound = self._written(term)
        return written if bound >= binding else self.parenthesised(written)


_SUBSCRIPTS: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS: Final = str.maketrans("t−1", "ᵗ⁻¹")


class _Plain(Notation):
    """Text of one line; indices are written w2[1,3]: layer 2, unit 1, input 3."""

    def equation(self, sides: list[str]) -> str:
        return " = ".join(sides)

    def symbol(self, symbol: Symbol) -> str:
        layer = "" if symbol.layer is None else str(symbol.layer)
        places = f"[{','.join(map(str, symbol.indices))}]" if symbol.indices else ""
        subscript = "" if symbol.subscript is None else _subscript(symbol.subscript)
        power = symbol.superscript.translate(_SUPERSCRIPTS)
        return f"{symbol.letter}{layer}{subscript}{power}{places}{'′' if symbol.prime else ''}"

    def derivative(self, derivative: Derivative) -> str:
        example = "" if derivative.example is None else _subscript(derivative.example)
        return f"∂C{example}/∂{self.symbol(derivative.of)}"

    def slope(self, slope: Slope) -> str:
        return f"f′({self.symbol(slope.of)})"

    def number(self, value: float) -> str:
        return shortest(value)

    def function(self, operation: Operation, argument: str) -> str:
        return f"{'√' if operation is Operation.SQUARE_ROOT else _NAMES[operation]}({argument})"

    def infix(self, operation: Operation, left: str, right: str) -> str:
        sign = {
            Operation.ADD: " + ",
            Operation.SUBTRACT: " − ",
            Operation.MULTIPLY: "·",
            Operation.DIVIDE: "/",
        }
        return f"{left}{sign[operation]}{right}"

    def parenthesised(self, term: str) -> str:
        return f"({term})"


def _subscript(number: int) -> str:
    return str(number).translate(_SUBSCRIPTS)


_LATEX_LETTERS: Final = {
    "δ": r"\delta",
    "Δ": r"\Delta",
    "η": r"\eta",
    "λ": r"\lambda",
    "μ": r"\mu",
    "β": r"\beta",
    "ε": r"\varepsilon",
    "ω": r"\omega",
    "Σ": r"\Sigma",
    "Φ": r"\Phi",
    "φ": r"\varphi",
}


class _Latex(Notation):
    """LaTeX for display mathematics, without delimiters."""

    bars = True

    def equation(self, sides: list[str]) -> str:
        return " = ".join(sides)

    def symbol(self, symbol: Symbol) -> str:
        letter = _LATEX_LETTERS.get(symbol.letter, symbol.letter)
        above = symbol.superscript.replace("−", "-")
        if symbol.layer is not None:
            above = f"({symbol.layer})"
        if symbol.prime:
            above = rf"\prime {above}".rstrip()
        below = ",".join(map(str, symbol.indices))
        if symbol.subscript is not None:
            below = str(symbol.subscript)
        return f"{letter}{f'_{{{below}}}' if below else ''}{f'^{{{above}}}' if above else ''}"

    def derivative(self, derivative: Derivative) -> str:
        example = "" if derivative.example is None else f"_{{{derivative.example}}}"
        return rf"\frac{{\partial C{example}}}{{\partial {self.symbol(derivative.of)}}}"

    def slope(self, slope: Slope) -> str:
        return rf"f'\left({self.symbol(slope.of)}\right)"

    def number(self, value: float) -> str:
        if not isfinite(value):
            return {"inf": r"\infty", "-inf": r"-\infty"}.get(str(value), r"\mathrm{NaN}")
        digits, _, exponent = shortest(value).partition("e")
        return rf"{digits} \times 10^{{{int(exponent)}}}" if exponent else digits

    def function(self, operation: Operation, argument: str) -> str:
        if operation is Operation.SQUARE_ROOT:
            return rf"\sqrt{{{argument}}}"
        name = _LATEX_LETTERS.get(_NAMES[operation], rf"\operatorname{{{_NAMES[operation]}}}")
        return rf"{name}\left({argument}\right)"

    def infix(self, operation: Operation, left: str, right: str) -> str:
        if operation is Operation.DIVIDE:
            return rf"\frac{{{left}}}{{{right}}}"
        sign = {Operation.ADD: "+", Operation.SUBTRACT: "-", Operation.MULTIPLY: r"\cdot"}
        return f"{left} {sign[operation]} {right}"

    def parenthesised(self, term: str) -> str:
        return rf"\left({term}\right)"


class _MathML(Notation):
    """MathML Core: a line is a `math` element, a term an element within one."""

    bars = True

    def equation(self, sides: list[str]) -> str:
        return f'<math display="block">{"<mo>=</mo>".join(sides)}</math>'

    def symbol(self, symbol: Symbol) -> str:
        letter = f"<mi>{symbol.letter}</mi>"
        above = [f"<mi>{symbol.superscript}</mi>"] if symbol.superscript else []
        if symbol.layer is not None:
            above = [f'<mrow><mo form="prefix">(</mo><mn>{symbol.layer}</mn><mo>)</mo></mrow>']
        if symbol.prime:
            above.insert(0, "<mo>′</mo>")
        below = "<mo>,</mo>".join(f"<mn>{index}</mn>" for index in symbol.indices)
        if symbol.subscript is not None:
            below = f"<mn>{symbol.subscript}</mn>"
        up, down = f"<mrow>{''.join(above)}</mrow>", f"<mrow>{below}</mrow>"
        if above and below:
            return f"<msubsup>{letter}{down}{up}</msubsup>"
        if above:
            return f"<msup>{letter}{up}</msup>"
        return f"<msub>{letter}{down}</msub>" if below else letter

    def derivative(self, derivative: Derivative) -> str:
        cost = "<mi>C</mi>"
        if derivative.example is not None:
            cost = f"<msub>{cost}<mn>{derivative.example}</mn></msub>"
        partial = "<mo>∂</mo>"
        below = f"{partial}{self.symbol(derivative.of)}"
        return f"<mfrac><mrow>{partial}{cost}</mrow><mrow>{below}</mrow></mfrac>"

    def slope(self, slope: Slope) -> str:
        logit = self.parenthesised(self.symbol(slope.of))
        return f"<mrow><msup><mi>f</mi><mo>′</mo></msup>{logit}</mrow>"

    def number(self, value: float) -> str:
        if not isfinite(value):
            sign = "<mo>−</mo>" if value < 0 else ""
            return f"<mrow>{sign}<mi>{'NaN' if isnan(value) else '∞'}</mi></mrow>"
        digits, _, exponent = shortest(abs(value)).partition("e")
        sign = "<mo>−</mo>" if str(value).startswith("-") else ""
        written = f"{sign}<mn>{digits}</mn>"
        if exponent:
            written += f"<mo>×</mo><msup><mn>10</mn>{self.number(float(exponent))}</msup>"
        return f"<mrow>{written}</mrow>" if sign or exponent else written

    def function(self, operation: Operation, argument: str) -> str:
        if operation is Operation.SQUARE_ROOT:
            return f"<msqrt>{argument}</msqrt>"
        return f"<mrow><mi>{_NAMES[operation]}</mi>{self.parenthesised(argument)}</mrow>"

    def infix(self, operation: Operation, left: str, right: str) -> str:
        if operation is Operation.DIVIDE:
            return f"<mfrac><mrow>{left}</mrow><mrow>{right}</mrow></mfrac>"
        sign = {Operation.ADD: "+", Operation.SUBTRACT: "−", Operation.MULTIPLY: "·"}
        return f"<mrow>{left}<mo>{sign[operation]}</mo>{right}</mrow>"

    def parenthesised(self, term: str) -> str:
        return f"<mrow><mo>(</mo>{term}<mo>)</mo></mrow>"


PLAIN: Final[Notation] = _Plain()
LATEX: Final[Notation] = _Latex()
MATHML: Final[Notation] = _MathML()
