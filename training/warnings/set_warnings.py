"""Warnings about a training set, from its examples alone."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.network import Array
from training.numerics.overflow import allow_overflow
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


@allow_overflow
def warnings_of_set(
    examples: Examples, *, has_numbers: bool = False
) -> tuple[TrainingWarning, ...]:
    """Return the warnings about a training set; `has_numbers` if no target can be a class."""
    return (
        *_about_inputs(examples.inputs),
        *_about_constant_targets(examples.targets),
        *(() if has_numbers else _about_classes(examples)),
    )


def _about_inputs(inputs: Array) -> Iterator[TrainingWarning]:
    """Compare the largest absolute values of the inputs; inputs that are always 0 do not count."""
    low, high = _extremes(inputs)
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
            f"Input {largest + 1} has values up to {value(big)} in size, but input {smallest + 1}"
            f" only up to {value(small)}: the small one has little effect, and its weights are"
            " learned slowly.",
            _SCALING,
        )
    elif big > _LARGEST_INPUT:
        yield TrainingWarning(
            WarningCode.LARGE_INPUTS,
            f"Input {largest + 1} has values up to {value(big)} in size: large inputs saturate"
            " units, or make training diverge.",
            _SCALING,
        )


def _about_constant_targets(targets: Array) -> Iterator[TrainingWarning]:
    if len(targets) < 2:  # nothing to compare with
        return
    low, high = _extremes(targets)
    constant = np.flatnonzero(low == high)
    if not constant.size:
        return
    same = {float(each) for each in low[constant]}
    values = value(same.pop()) if len(same) == 1 else "the same"
    verb = "is" if constant.size == 1 else "are"
    name = capitalised(numbered("target", constant.tolist()))
    yield TrainingWarning(
        WarningCode.CONSTANT_TARGET,
        f"{name} {verb} {values} in all {len(targets):,} examples: the network learns to ignore"
        " the inputs there.",
        "Check whether it was read from the right column; add examples with other targets, or"
        " leave it out.",
    )


def _about_classes(examples: Examples) -> Iterator[TrainingWarning]:
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
        name = f"target {alone[0]}"
    else:
        name = numbered("class", alone.tolist()).replace("classs", "classes")
    verb = "has" if alone.size == 1 else "have"
    count = "1" if alone.size == 1 else "1 each"
    yield TrainingWarning(
        WarningCode.CLASS_WITH_ONE_EXAMPLE,
        f"{capitalised(name)} {verb} only {count} of the"
        f" {counted(len(examples.targets), 'example')}: a network can memorize it, but nothing"
        " shows whether it recognizes others like it.",
        "Add examples, or merge it with another class.",
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
    low, high = _extremes(inputs)
    bits = inputs == high
    if not ((inputs == low) | bits).all() or (low == high).any():
        return False
    return bool(len(np.unique(bits @ (1 << np.arange(count)))) == examples)


def _extremes(numbers: Array) -> tuple[Array, Array]:
    """Return the smallest and the largest value of each column."""
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
