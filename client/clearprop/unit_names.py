"""Names of units and parameters, counted from 1."""

from collections.abc import Sequence

from clearprop.v1.network_pb2 import Network
from clearprop.v1.table_pb2 import InputColumn, Table


class UnitNames:
    """The names of the units and parameters of a network.

    If it has a preparation, its inputs and outputs have the names of columns, categories and
    classes, too: `input 3 (petal_length)`.
    """

    def __init__(self, network: Network) -> None:
        self._outputs = len(network.layer_sizes) - 1
        self._known: dict[int, Sequence[str]] = {}
        if network.HasField("preparation"):
            table = network.preparation.table
            self._known = {0: input_names(table), self._outputs: output_names(table)}

    def unit(self, layer: int, unit: int) -> str:
        """Return the name of a unit; layer 0 are the inputs, and `unit` counts from 0."""
        known = f" ({self._known[layer][unit]})" if layer in self._known else ""
        if layer == 0:
            return f"input {unit + 1}{known}"
        if layer == self._outputs:
            return f"output {unit + 1}{known}"
        return f"hidden {unit + 1}" if self._outputs == 2 else f"hidden {layer}.{unit + 1}"

    def parameter(self, layer: int, unit: int, source: int | None) -> str:
        """Return the name of a parameter: its unit and its input; None is the bias."""
        if source is None:
            return f"{self.unit(layer, unit)} bias"
        return f"{self.unit(layer, unit)} ← {self.unit(layer - 1, source)}"


def input_names(table: Table) -> list[str]:
    """Return the names of the inputs that a table gives."""
    return [name for column in table.inputs for name in _of_column(column)]


def output_names(table: Table) -> list[str]:
    """Return the names of the outputs that a table gives: classes, or target columns."""
    return list(table.targets.classes or table.targets.names)


def _of_column(column: InputColumn) -> list[str]:
    names = [f"{column.name} = {category}" for category in column.categories] or [column.name]
    return [*names, f"{column.name} is missing"] if column.has_missing else names
