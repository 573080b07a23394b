"""The preparation of a network in Python: from the columns of a row to inputs, and to answers."""

from collections.abc import Iterator

from training.measures.target_meaning import middle_of
from training.network import Network
from training.tables.preparation import Preparation
from training.tables.table import ColumnKind, TargetKind

_PREPARE = '''\
def prepare(row: dict) -> list[float]:
    """Return the inputs of the network for a row: numbers and categories by the names of columns.

    None, NaN and "" are missing values. Raises ValueError for a row that does not fit.
    """
    names = [name for name, _, _ in COLUMNS]
    for name in row:
        if name not in names:
            raise ValueError(f"unknown column {name!r}: the columns are {names}")
    inputs = []
    for name, categories, has_indicator in COLUMNS:
        if name not in row:
            raise ValueError(f"the column {name!r} is not there")
        inputs.extend(_units(name, row[name], categories, has_indicator))
    if FILLS:
        inputs = [fill if x != x else x for x, fill in zip(inputs, FILLS)]
    if SCALES:
        inputs = [(x - offset) / scale for x, offset, scale in zip(inputs, OFFSETS, SCALES)]
    return inputs


def _units(name: str, value, categories, has_indicator: bool) -> list[float]:
    """Return the inputs of a column; NaN is a missing number."""
    is_missing = value is None or value == "" or value != value
    if is_missing and not has_indicator and not (FILLS and categories is None):
        raise ValueError(f"the column {name!r} has no value")
    indicator = [1.0 if is_missing else 0.0] if has_indicator else []
    if categories is not None:
        if not is_missing and value not in categories:
            raise ValueError(f"the column {name!r} has {value!r}, and not one of {categories}")
        return [1.0 if value == each else 0.0 for each in categories] + indicator
    if is_missing:
        return [float("nan")] + indicator
    if isinstance(value, str) or abs(float(value)) == float("inf"):
        raise ValueError(f"the column {name!r} has {value!r}, which is not a finite number")
    if name in BOOLEANS and value not in (0, 1):
        raise ValueError(f"the column {name!r} has {value!r}, which is neither True nor False")
    return [float(value)] + indicator
'''

_OUTPUTS = '''\
def predict(row: dict) -> list[float]:
    """Return the outputs for a row: one for each of {names}."""
    return forward(prepare(row))
'''

_VALUES = '''\
def predict(row: dict) -> list[float]:
    """Return the numbers for a row: one for each of TARGETS."""
    outputs = forward(prepare(row))
    if TARGET_SCALES:
        outputs = [a * s + o for a, s, o in zip(outputs, TARGET_SCALES, TARGET_OFFSETS)]
    return outputs
'''

_CLASS = '''\
def predict_class(row: dict) -> str:
    """Return the class of the largest output for a row, the first of equals."""
    outputs = predict(row)
    for a in outputs:
        if a != a:
            raise ValueError("an output is not a number")
    return CLASSES[outputs.index(max(outputs))]
'''

_LABELS = '''\
def predict_labels(row: dict) -> list[str]:
    """Return the labels of a row: those whose outputs are at least MIDDLE."""
    return [name for name, a in zip(LABELS, predict(row)) if a >= MIDDLE]
'''


def python_preparation(network: Network) -> Iterator[str]:
    """Yield the constants and functions; nothing without a preparation."""
    preparation = network.preparation
    if preparation is None:
        return
    inputs = preparation.table.inputs
    columns = [
        (each.name, list(each.categories) if each.categories else None, each.has_missing)
        for each in inputs
    ]
    booleans = [each.name for each in inputs if each.kind is ColumnKind.BOOLEAN]
    lines = [
        "# The name of each column, its categories or None for numbers, and whether an input says",
        "# that its value is missing.",
        f"COLUMNS = {_listed(columns)}",
        "# The columns whose numbers are 1 or 0, for True and False.",
        f"BOOLEANS = {_listed(booleans)}",
        "# What replaces missing numbers, and the scale of each input; empty if there are none.",
        f"FILLS = {_listed(preparation.fills)}",
        f"OFFSETS = {_listed(preparation.offsets)}",
        f"SCALES = {_listed(preparation.scales)}",
    ]
    of_answers, functions = _answers(network, preparation)
    yield "\n".join(lines + of_answers) + "\n"
    yield _PREPARE
    yield from functions


def _answers(network: Network, preparation: Preparation) -> tuple[list[str], list[str]]:
    """Return lines with the constants of the outputs, and the functions that return answers."""
    targets = preparation.table.targets
    names = _listed(targets.output_names)
    match targets.kind:
        case TargetKind.CLASSES:
            return [f"CLASSES = {names}"], [_OUTPUTS.format(names="CLASSES"), _CLASS]
        case TargetKind.LABELS:
            lines = [f"LABELS = {names}", f"MIDDLE = {middle_of(network)!r}"]
            return lines, [_OUTPUTS.format(names="LABELS"), _LABELS]
        case TargetKind.NUMBERS:
            lines = [
                f"TARGETS = {names}",
                f"TARGET_OFFSETS = {_listed(preparation.target_offsets)}",
                f"TARGET_SCALES = {_listed(preparation.target_scales)}",
            ]
            return lines, [_VALUES]


def _listed(items: object) -> str:
    """Return a list as Python reads it, with ASCII only; each item of it is on a line."""
    assert isinstance(items, list | tuple)
    if not items:
        return "[]"
    return "[\n" + "".join(f"    {item!a},\n" for item in items) + "]"
