"""Evaluates a network on the examples that validate a run."""

from collections.abc import Sequence
from math import nan

import numpy as np

from training.chunks import chunk_size, chunks
from training.engine import outputs_and_costs
from training.measures.target_meaning import TargetKind, meaning_of
from training.network import Array, Network
from training.numerics.arguments import Validating, data_of
from training.numerics.scratch import SPARE_SCRATCH
from training.numerics.sums import sum_in_order
from training.training_set import Examples
from training.validation import ValidationResult


class HeldOut:
    """The examples that validate a run; the results are the cost and accuracy of an evaluation.

    `at_once` is the number of validations that take as long as a chunk of examples, 0 if one takes
    longer.
    """

    def __init__(self, network: Network, examples: Examples) -> None:
        self._network = network
        self._examples = examples.unweighted
        self._meaning = meaning_of(network, examples.targets)
        self._data = data_of(examples.inputs, examples.targets)
        self.at_once = chunk_size(network) // len(examples.inputs)

    @SPARE_SCRATCH.kept()
    def evaluate(self, parameters: Array) -> ValidationResult:
        """Evaluate the network with these parameters."""
        examples, total, correct = self._examples, 0.0, 0
        for rows in chunks(self._network, len(examples.inputs)):
            some = examples.select(rows)
            outputs, costs = outputs_and_costs(self._network, parameters, some)
            total = sum_in_order(costs, total)
            correct += self._meaning.correct(outputs, some.targets) or 0
        return self._result(total / len(examples.inputs), correct)

    def validating(self, after: Sequence[int], state_size: int | None) -> Validating:
        """Return the argument for a kernel that validates after these updates of a call.

        `state_size` is the number of parameters and of the numbers of the optimizer state; None if
        the states are not needed.
        """
        kept = (0, 0) if state_size is None else (len(after), state_size + 1)
        outputs = np.empty(self._data.targets.shape)
        is_by_class = self._meaning.kind is TargetKind.CLASSES
        return Validating(
            np.array([*after, 0], dtype=np.int64),
            self._data,
            nan if is_by_class else self._meaning.middle,
            outputs,
            np.empty(len(outputs)),
            np.empty(len(after)),
            np.empty(len(after), dtype=np.int64),
            np.empty(kept),
        )

    def results(self, validating: Validating, made: int) -> list[tuple[int, ValidationResult]]:
        """Return what a call of a kernel measured that made so many updates, each with after what.

        The results are those of `evaluate`.
        """
        after = [each for each in validating.after[:-1].tolist() if each <= made]
        measured = zip(after, validating.costs.tolist(), validating.correct.tolist(), strict=False)
        return [(each, self._result(cost, correct)) for each, cost, correct in measured]

    def _result(self, cost: float, correct: int) -> ValidationResult:
        is_counted = self._meaning.kind is not TargetKind.NUMBERS
        return ValidationResult(cost, correct / len(self._data.inputs) if is_counted else None)
