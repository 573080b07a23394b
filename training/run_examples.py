"""The examples of a run: those it trains on, and those that validate it."""

from dataclasses import dataclass
from enum import StrEnum

from training.run import Run
from training.settings import TrainingSettings
from training.split import Indices
from training.tables.preparation import Preparation
from training.training_set import Examples, TrainingSet, prepared


class ExamplePart(StrEnum):
    """The examples of a training set that a run uses for one purpose."""

    ALL = "all"
    TRAINING = "training"
    HELD_OUT = "held out"


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

    def prepared(
        self, preparation: Preparation, training_set: TrainingSet, validation_set: TrainingSet
    ) -> "RunExamples":
        """Return the same examples as the network takes them.

        `validation_set` is that of the examples for validation.
        """
        validation = self.validation
        return RunExamples(
            prepared(preparation, training_set, self.training),
            None if validation is None else prepared(preparation, validation_set, validation),
            self.numbers,
        )


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


def rows_of_training(settings: TrainingSettings, examples: Examples) -> Examples:
    """Return the examples that a run with these settings trains on."""
    validation = settings.validation
    if validation is None or validation.training_set:
        return examples
    return examples.select(validation.split(examples.targets).training)
