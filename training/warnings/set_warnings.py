"""Warnings about a training set, from its examples alone."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.network import Array
from training.numerics.overflow import allow_overflow
from training.tables.table import Table, TargetKind, Targets
from training.training_set import Examples
from training.warnings.warning import TrainingWarning, WarningCode
from training.warnings.words import capitalised, counted, numbered, value

#: The sizes of two inputs differ very much from this factor on: with plain gradient descent, the
#: weights of the smaller one are then learned this many times more slowly.
_MOST_RATIO: Final = 100.0

#: A larger input makes the logits so large that units saturate, and gradients that updates jump.
_LARGEST_INPUT: Final = 100.0

#: Examples are looked at in chunks of about this many numbers, which stay in the processor's cache.
_NUMBERS_AT_ONCE: Final = 2**17
_ROW_LENGTH: Final = 512

_SCALING = (
    "Import the table with --standardize or --min-max, which scales predictions in the same way; or"
    " scale each input to about −1 to 1, and the inputs of predictions too."
)


class Names(NamedTuple):
    """The names of inputs and outputs, if they have names; `has_numbers` if no target is a class.

    The names of outputs are those of classes, labels or target columns.
    """

    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    has_numbers: bool = False


NO_NAMES: Final = Names()


def names_of(inputs: Table, targets: Targets) -> Names:
    """Return the names of the inputs of a table, and of the outputs for target columns."""
    return Names(
        [str(unit) for unit in inputs.input_units],
        targets.output_names,
        targets.kind is TargetKind.NUMBERS,
    )


@allow_overflow
def warnings_of_set(examples: Examples, names: Names = NO_NAMES) -> tuple[TrainingWarning, ...]:
    """Return the warnings about the examples of a training set."""
    return (
        *_about_inputs(examples.inputs, names.inputs),
        *_about_constant_targets(examples.targets, names.outputs),
        *(() if names.has_numbers else _about_classes(examples, names.outputs)),
    )


def _about_inputs(inputs: Array, names: Sequence[str]) -> Iterator[TrainingWarning]:
    """Compare the largest absolute values of the inputs; inputs that are always 0 do not count."""
    low, high = extremes(inputs)
    sizes = np.maximum(-low, high)
    largest = int(sizes.argmax())
    present = np.flatnonzero(sizes)
    if not present.size:
        return
    smallest = int(present[sizes[present].argmin()])
    big, small = float(sizes[largest]), float(sizes[smallest])
    if big / small >= _MOST_RATIO:
        yield TrainingWarning(
            WarningCode.INPUTS_OF_DIFFERENT_SIZE,
            f"{capitalised(numbered('input', [largest], names))} has values up to {value(big)} in"
            f" size, but {numbered('input', [smallest], names)} only up to {value(small)}: the"
            " small one has little effect, and its weights are learned slowly.",
            _SCALING,
        )
    elif big > _LARGEST_INPUT:
        yield TrainingWarning(
            WarningCode.LARGE_INPUTS,
            f"{capitalised(numbered('input', [largest], names))} has values up to {value(big)} in"
            " size: large inputs saturate units, or make training diverge.",
            _SCALING,
        )


def _about_constant_targets(targets: Array, names: Sequence[str]) -> Iterator[TrainingWarning]:
    if len(targets) < 2:  # nothing to compare with
        return
    low, high = extremes(targets)
    constant = np.flatnonzero(low == high)
    if not constant.size:
        return
    same = {float(each) for each in low[constant]}
    values = value(same.pop()) if len(same) == 1 else "the same"
    verb, read, it = ("is", "it was", "it") if constant.size == 1 else ("are", "they were", "them")
    name = capitalised(numbered("target", constant.tolist(), names))
    yield TrainingWarning(
        WarningCode.CONSTANT_TARGET,
        f"{name} {verb} {values} in all {len(targets):,} examples: the network learns to ignore"
        " the inputs there.",
        f"Check whether {read} read from the right column; add examples with other"
        f" targets, or leave {it} out.",
    )


def _about_classes(examples: Examples, names: Sequence[str]) -> Iterator[TrainingWarning]:
    """Warn about classes with one example, if these are samples of classes.

    They are not if every class has one example, or if the examples are all that there can be, as in
    a truth table.
    """
    sizes = _class_sizes(examples.targets)
    if sizes is None:
        return
    present = sizes[sizes > 0]
    alone = np.flatnonzero(sizes == 1)
    if not alone.size or (present == 1).all() or _is_truth_table(examples.inputs):
        return
    if examples.targets.shape[1] == 1:
        name = f"the value {alone[0]} of {names[0]}" if names else f"target {alone[0]}"
    else:
        name = numbered("class", alone.tolist(), names)
    verb = "has" if alone.size == 1 else "have"
    count, it = ("1", "it") if alone.size == 1 else ("1 each", "them")
    yield TrainingWarning(
        WarningCode.CLASS_WITH_ONE_EXAMPLE,
        f"{capitalised(name)} {verb} only {count} of the"
        f" {counted(len(examples.targets), 'example')}: a network can memorize {it}, but"
        f" nothing shows whether it recognizes others like {it}.",
        f"Add examples, or merge {it} with another class.",
    )


def _class_sizes(targets: Array) -> NDArray[np.int64] | None:
    """Return the number of examples of each class; None if the targets are not classes.

    They are classes if they are one-hot, or a single 0 or 1, whose classes are in this order.
    """
    outputs = targets.shape[1]
    if outputs == 1:
        ones = int(np.count_nonzero(targets == 1.0))
        zeros = int(np.count_nonzero(targets == 0.0))
        return np.array([zeros, ones]) if zeros + ones == len(targets) else None
    sizes = np.zeros(outputs, dtype=np.int64)
    for rows in _chunks(targets):
        some = targets[rows]
        are_bits = bool(((some == 0.0) | (some == 1.0)).all())
        if not are_bits or not (some @ np.ones(outputs) == 1.0).all():  # the sums are exact
            return None
        sizes += (np.ones(len(some)) @ some).astype(np.int64)
    return sizes


def _is_truth_table(inputs: Array) -> bool:
    """Return whether the examples are all combinations of two values of each input."""
    examples, count = inputs.shape
    if examples != 2 ** min(count, 30):
        return False
    low, high = extremes(inputs)
    bits = inputs == high
    if not ((inputs == low) | bits).all() or (low == high).any():
        return False
    return bool(len(np.unique(bits @ (1 << np.arange(count)))) == examples)


def extremes(numbers: Array) -> tuple[Array, Array]:
    """Return the smallest and the largest value of each column; NaN if it has one."""
    rows, columns = numbers.shape
    # Many rows side by side: NumPy is slow with short ones.
    beside = max(1, min(_ROW_LENGTH // columns, rows))
    whole = rows - rows % beside
    wide, rest = numbers[:whole].reshape(-1, beside * columns), numbers[whole:]
    low, high = wide[0].copy(), wide[0].copy()
    for part in _chunks(wide):
        np.minimum(low, wide[part].min(axis=0), out=low)
        np.maximum(high, wide[part].max(axis=0), out=high)
    lows = np.concatenate([low.reshape(beside, columns), rest])
    highs = np.concatenate([high.reshape(beside, columns), rest])
    return lows.min(axis=0), highs.max(axis=0)


def _chunks(numbers: Array) -> Iterator[slice]:
    rows, columns = numbers.shape
    step = max(1, _NUMBERS_AT_ONCE // columns)
    for first in range(0, rows, step):
        yield slice(first, first + step)
