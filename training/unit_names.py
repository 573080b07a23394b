"""Names of units and parameters, counted from 1."""

from training.network import Network


def unit_name(network: Network, layer: int, unit: int) -> str:
    """Return the name of a unit; layer 0 are the inputs, and `unit` counts from 0.

    If the network has a preparation, its inputs and outputs have the names of columns, categories
    and classes, too: `input 3 (petal_length)`.
    """
    outputs = len(network.layer_sizes) - 1
    if layer == 0:
        return f"input {unit + 1}{_named(network, layer, unit)}"
    if layer == outputs:
        return f"output {unit + 1}{_named(network, layer, unit)}"
    return f"hidden {unit + 1}" if outputs == 2 else f"hidden {layer}.{unit + 1}"


def parameter_name(network: Network, layer: int, unit: int, source: int | None) -> str:
    """Return the name of a parameter: its unit and its input; None is the bias."""
    name = unit_name(network, layer, unit)
    if source is None:
        return f"{name} bias"
    return f"{name} ← {unit_name(network, layer - 1, source)}"


def _named(network: Network, layer: int, unit: int) -> str:
    if network.preparation is None:
        return ""
    table = network.preparation.table
    name = str(table.input_units[unit]) if layer == 0 else table.targets.output_names[unit]
    return f" ({name})"
