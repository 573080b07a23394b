"""The examples of a run: those it trains on, and those that validate it."""

from dataclasses import dataclass

from training.run import Run
from training.split import Indices
from training.training_set import Examples


@dataclass(frozen=True, slots=True)
class RunExamples:
    """The examples of a run.

    `validation` is None without a validation. `numbers` are the indices of the examples for
    training in the training set, in its order; None if the run trains on all of them.
    """

    training: Examples
    validation: Examples | None = None
    numbers: Indices | None = None

    @property
    def nbytes(self) -> int:
        """The size of the arrays in bytes."""
        return self.training.nbytes + (self.validation.nbytes if self.validation else 0)


def examples_of_run(
    run: Run, examples: Examples, validation_set: Examples | None = None
) -> RunExamples:
    """Return the examples of a run from those of its training set and of its validation set.

    The second are None unless the run has a set for its validation.
    """
    validation = run.settings.validation
    if validation is None or validation_set is not None:
        return RunExamples(examples, validation_set)
    sides = validation.split(examples.targets)
    return RunExamples(
        examples.select(sides.training), examples.select(sides.held_out), sides.training
    )
