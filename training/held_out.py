"""Evaluates a network on the examples that validate a run."""

from training.chunks import chunks
from training.engine import outputs_and_costs
from training.measures.target_meaning import meaning_of
from training.network import Array, Network
from training.numerics.sums import sum_in_order
from training.training_set import Examples
from training.validation import ValidationResult


class HeldOut:
    """The examples that validate a run; the results are the cost and accuracy of an evaluation."""

    def __init__(self, network: Network, examples: Examples) -> None:
        self._network = network
        self._examples = examples.unweighted
        self._meaning = meaning_of(network, examples.targets)

    def evaluate(self, parameters: Array) -> ValidationResult:
        """Evaluate the network with these parameters."""
        examples, total, correct = self._examples, 0.0, 0
        is_counted = True
        for rows in chunks(self._network, len(examples.inputs)):
            some = examples.select(rows)
            outputs, costs = outputs_and_costs(self._network, parameters, some)
            total = sum_in_order(costs, total)
            found = self._meaning.correct(outputs, some.targets)
            is_counted = found is not None
            correct += found or 0
        count = len(examples.inputs)
        return ValidationResult(total / count, correct / count if is_counted else None)
