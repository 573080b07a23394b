"""What the columns of a table are, in lines."""

from rich.markup import escape

from clearprop.cli.output import say
from clearprop.tables.choices import listed_names
from clearprop.v1 import table_pb2 as pb

_MOST_CLASSES = 20


def show_columns(table: pb.Table) -> None:
    """Print the inputs, their categories and missing values, and the targets."""
    say(f"Inputs: {escape(listed_names([each.name for each in table.inputs]))}")
    for each in table.inputs:
        if each.categories:
            listed = listed_names(each.categories, _MOST_CLASSES)
            say(f"Categories of {escape(each.name)}: {escape(listed)}")
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
