"""What the columns of a table are, and what the examples of a training set are, in lines."""

from rich.markup import escape

from clearprop import Preparation, TrainingSetInfo
from clearprop.cli.console import say
from clearprop.cli.number_format import counted, number
from clearprop.tables.choices import listed_names
from clearprop.v1 import table_pb2 as pb

_MOST_CLASSES = 20

_SCALINGS = {"standardize": "standardized", "min-max": "scaled to 0 to 1"}


def show_preparation(preparation: Preparation) -> None:
    """Print what the columns of a network are, and how it prepares their numbers."""
    table = preparation.table
    show_columns(table.message)
    done = []
    if table.missing is not None:
        done.append(f"missing ones replaced by {_filling(table.missing)}")
    if table.scaling is not None:
        done.append(_SCALINGS.get(table.scaling, table.scaling))
    if done:
        rows = counted(preparation.example_count, "row")
        say(f"Numbers: {', '.join(done)}, as learned from {rows}")


def described_images(training_set: TrainingSetInfo) -> str:
    """Return what images the inputs of a training set are; empty if they are none."""
    if training_set.image_shape is None:
        return ""
    height, width, *channels = training_set.image_shape
    return f"images of {height} × {width} pixels{' in colour' if channels else ''}"


def described_generator(training_set: TrainingSetInfo) -> str:
    """Return what generator made the examples of a training set; empty if none did."""
    made = training_set.generator
    if made is None:
        return ""
    return f"made by {made.kind} with noise {number(made.noise)} and seed {made.seed}"


def _filling(missing: str | float) -> str:
    return f"the {missing}" if isinstance(missing, str) else number(missing)


def show_columns(table: pb.Table) -> None:
    """Print the inputs, what is not a number among them, missing values, and the targets."""
    say(f"Inputs: {escape(listed_names([each.name for each in table.inputs]))}")
    for each in table.inputs:
        if each.categories:
            listed = listed_names(each.categories, _MOST_CLASSES)
            say(f"Categories of {escape(each.name)}: {escape(listed)}")
    booleans = [each.name for each in table.inputs if each.kind == pb.COLUMN_KIND_BOOLEAN]
    if booleans:
        say(f"True or False: {escape(listed_names(booleans))}")
    missing = [each.name for each in table.inputs if each.has_missing]
    if missing:
        say(f"Missing values in: {escape(listed_names(missing))}")
    names = listed_names(table.targets.names)
    if table.targets.kind == pb.TARGET_KIND_CLASSES:
        listed = listed_names(table.targets.classes, _MOST_CLASSES)
        say(f"Targets: the classes of {escape(names)} in this order: {escape(listed)}")
    else:
        is_label = table.targets.kind == pb.TARGET_KIND_LABELS
        say(f"Targets: {'labels' if is_label else 'numbers'} {escape(names)}")
