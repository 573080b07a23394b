"""A preparation as part of a JSON document."""

from typing import Any

from training.tables.preparation import Preparation
from training.tables.table import InputColumn


def preparation_fields(preparation: Preparation) -> dict[str, Any]:
    """Return the fields of a preparation; those that do not apply are left out."""
    table, targets = preparation.table, preparation.table.targets
    fields: dict[str, Any] = {
        "inputs": list(map(_column, table.inputs)),
        "targets": {"kind": targets.kind, "names": targets.names},
        "scaling": table.scaling,
    }
    if targets.classes:
        fields["targets"]["classes"] = targets.classes
    if table.fills:
        fields["filling"] = {"kind": table.filling.kind, "value": table.filling.value}
    if table.shape:
        fields["shape"] = table.shape
    for name in ("fills", "offsets", "scales", "target_offsets", "target_scales"):
        numbers: tuple[float, ...] = getattr(preparation, name)
        if numbers:
            fields[name] = numbers
    return fields | {"example_count": preparation.example_count}


def _column(column: InputColumn) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": column.name, "kind": column.kind}
    if column.categories:
        fields["categories"] = column.categories
    return fields | ({"has_missing": True} if column.has_missing else {})
