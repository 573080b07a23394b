"""From the gradients of a batch to the gradient of one weight that the optimizer uses.

The order is that of `numerics.gradient_rule`.
"""

from collections.abc import Callable
from typing import TypeAlias

from training.batch_update import BatchUpdate
from training.engine import cost_and_gradient
from training.explanation.lines import Lines, Operand, Source, SourceKind, constant
from training.explanation.terms import Operation, Symbol
from training.numerics.gradient_rule import (
    ParameterRule,
    clipped,
    group_rule,
    limited_gradient,
    norm_factor,
    parameter_rules,
)
from training.update_rule import gradient_norm, limited_gradients

_Step: TypeAlias = Callable[[Operand, Symbol | None], Operand]
"""Writes the next lines from what there is, the last of them under a name; returns its result."""


def rule_of(update: BatchUpdate, parameter: int) -> ParameterRule:
    """Return the settings of a parameter in an update, without the factor of the norm."""
    rule = update.rule
    group = rule.group_of(parameter)
    if group is None:
        return ParameterRule(update.rates)
    return group_rule(rule.gradient_rule, group, update.rates)


def write_gradient(
    lines: Lines, update: BatchUpdate, before: Operand, rule: ParameterRule, gradient_sum: Operand
) -> Operand:
    """Write g: G/n, with the gradient of the penalty, clipped, and with weight decay."""
    writer = _Writer(lines, update, before, rule)
    steps = [writer.mean, *writer.limits(gradient_sum), *writer.decay()]
    result = gradient_sum
    for index, step in enumerate(steps):
        result = step(result, Symbol("g") if index == len(steps) - 1 else None)
    return result


class _Writer:
    def __init__(
        self, lines: Lines, update: BatchUpdate, before: Operand, rule: ParameterRule
    ) -> None:
        self._lines = lines
        self._update = update
        self._before = before
        self._rule = rule

    def mean(self, total: Operand, name: Symbol | None) -> Operand:
        return self._lines.write(name, Operation.DIVIDE, total, self._examples)

    @property
    def _examples(self) -> Operand:
        return _setting(Symbol("n"), float(len(self._update.numbers)))

    def limits(self, gradient_sum: Operand) -> list[_Step]:
        """Return the steps of the penalty and of clipping that change the gradient."""
        steps: list[_Step] = []
        rule = self._rule
        if rule.penalties is not None:
            steps.append(self._penalty)
        mean = gradient_sum.value / self._examples.value
        whole = limited_gradient(mean, self._before.value, rule._replace(clip_value=float("inf")))
        if clipped(whole, rule.clip_value) != whole:
            steps.append(self._clip)
        if self._norm_factor != 1.0:
            steps.append(self._scale)
        return steps

    def _penalty(self, g: Operand, name: Symbol | None) -> Operand:
        assert self._rule.penalties is not None
        l1, l2 = self._rule.penalties
        w = self._before.value
        sign = constant(1.0 if w > 0.0 else (-1.0 if w < 0.0 else 0.0))
        write = self._lines.write
        squares = write(
            None, Operation.MULTIPLY, _setting(Symbol("λ", subscript=2), l2), self._before
        )
        absolute = write(None, Operation.MULTIPLY, _setting(Symbol("λ", subscript=1), l1), sign)
        penalty = write(None, Operation.ADD, squares, absolute)
        return write(name, Operation.ADD, g, penalty)

    def _clip(self, g: Operand, name: Symbol | None) -> Operand:
        """Return the limit in place of what is larger; there is nothing to compute."""
        limit = self._rule.clip_value
        return _setting(name or Symbol("c"), limit if g.value > limit else -limit)

    def _scale(self, g: Operand, name: Symbol | None) -> Operand:
        write = self._lines.write
        limit = _setting(Symbol("m"), self._limit)
        norm = Operand(Symbol("N"), self._norm, Source(SourceKind.SUM))
        divisor = write(None, Operation.ADD, norm, constant(1e-6))
        factor = write(Symbol("f"), Operation.DIVIDE, limit, divisor)
        return write(name, Operation.MULTIPLY, g, factor)

    @property
    def _limit(self) -> float:
        return self._update.rule.gradient_rule.clip_norm

    @property
    def _norm_factor(self) -> float:
        if not self._update.rule.groups or self._limit == float("inf"):
            return 1.0
        return norm_factor(self._norm, self._limit)

    @property
    def _norm(self) -> float:
        """The norm of the gradient of all parameters, after the penalty and clipping by value."""
        update, rule = self._update, self._update.rule
        parameters: list[float] = update.before.parameters.tolist()
        _, gradient = cost_and_gradient(
            update.network, update.before.parameters, update.examples, update.dropout
        )
        means: list[float] = gradient.tolist()
        rules = parameter_rules(rule.gradient_rule, rule.groups, update.rates, parameters, means)
        return gradient_norm(limited_gradients(rules, parameters, means))

    def decay(self) -> list[_Step]:
        return [self._decay] if self._rule.rates.weight_decay != 0.0 else []

    def _decay(self, g: Operand, name: Symbol | None) -> Operand:
        decay = _setting(Symbol("λ"), self._rule.rates.weight_decay)
        pull = self._lines.write(None, Operation.MULTIPLY, decay, self._before)
        return self._lines.write(name, Operation.ADD, g, pull)


def _setting(symbol: Symbol, value: float) -> Operand:
    return Operand(symbol, value, Source(SourceKind.SETTING))
