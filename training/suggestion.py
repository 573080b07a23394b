"""Settings that usually fit a training set, as a start for networks that are trained on it."""

from dataclasses import dataclass
from typing import Final

from training.network import Initializer
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction, natural_cost_function
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.settings import StopCondition, TrainingSettings
from training.tables.table import TargetKind
from training.training_set import TrainingSet
from training.validation import Validation

#: The hidden layer has as many units as inputs, up to the next power of 2, within these bounds.
_LEAST_HIDDEN: Final = 8
_MOST_HIDDEN: Final = 64

#: Fewer examples are all used for training.
_LEAST_TO_HOLD_OUT: Final = 20

_BATCH_SIZE: Final = 32
_EPOCHS: Final = 300
_PATIENCE: Final = 30
_SHARE: Final = 0.2
_LEARNING_RATE: Final = 0.01
_SHUFFLE_SEED: Final = 1

#: Points of a generator need a longer run, whose validation cost can rise at first, as with a
#: spiral, and two hidden layers that are small enough to be drawn.
_GENERATED_HIDDEN: Final = (8, 8)
_GENERATED_EPOCHS: Final = 1_000
_GENERATED_LEARNING_RATE: Final = 0.03


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The structure of a network and the settings of its first run."""

    layer_sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    cost_function: CostFunction
    bias: bool
    initializer: Initializer
    settings: TrainingSettings


def suggestion_for(training_set: TrainingSet) -> Suggestion | None:
    """Return settings for a training set; None if neither a table nor a generator describes it.

    Classes get softmax outputs, labels sigmoid ones, and numbers identity. Some examples are held
    out; with a table, the run ends when they are not predicted better any more.
    """
    target_kind = _target_kind(training_set)
    if target_kind is None:
        return None
    is_generated = training_set.generator is not None
    inputs, outputs = training_set.input_count, training_set.target_count
    hidden = _GENERATED_HIDDEN if is_generated else (_hidden_for(inputs),)
    activation = _OUTPUTS[target_kind]
    examples = training_set.example_count
    validation = Validation(share=_SHARE) if examples >= _LEAST_TO_HOLD_OUT else None
    held_out = validation.held_out(examples) if validation else 0
    ends_early = validation is not None and not is_generated
    settings = TrainingSettings(
        training_set.id,
        _GENERATED_LEARNING_RATE if is_generated else _LEARNING_RATE,
        batch_size=min(_BATCH_SIZE, examples - held_out),
        epochs=_GENERATED_EPOCHS if is_generated else _EPOCHS,
        shuffle_seed=_SHUFFLE_SEED,
        optimizer=Optimizer(OptimizerKind.ADAM),
        stop=StopCondition(patience=_PATIENCE if ends_early else 0, restore_best=ends_early),
        validation=validation,
    )
    return Suggestion(
        (inputs, *hidden, outputs),
        (*(Activation.TANH for _ in hidden), activation),
        natural_cost_function(activation),
        bias=True,
        initializer=Initializer(InitializerKind.GLOROT),
        settings=settings,
    )


def _hidden_for(inputs: int) -> int:
    return min(max(1 << (inputs - 1).bit_length(), _LEAST_HIDDEN), _MOST_HIDDEN)


def _target_kind(training_set: TrainingSet) -> TargetKind | None:
    """Return what the targets of a training set are, if it says so."""
    if training_set.generator is not None:
        return training_set.generator.kind.definition.target_kind
    return None if training_set.table is None else training_set.table.targets.kind


_OUTPUTS = {
    TargetKind.CLASSES: Activation.SOFTMAX,
    TargetKind.LABELS: Activation.SIGMOID,
    TargetKind.NUMBERS: Activation.IDENTITY,
}
