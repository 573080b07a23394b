"""Names of units and parameters, counted from 1."""


def unit_name(layer: int, unit: int, output_layer: int) -> str:
    """Return the name of a unit; layer 0 are the inputs, and `unit` counts from 0."""
    if layer == 0:
        return f"input {unit + 1}"
    if layer == output_layer:
        return f"output {unit + 1}"
    return f"hidden {unit + 1}" if output_layer == 2 else f"hidden {layer}.{unit + 1}"


def parameter_name(layer: int, unit: int, source: int | None, output_layer: int) -> str:
    """Return the name of a parameter: its unit and its input; None is the bias."""
    name = unit_name(layer, unit, output_layer)
    if source is None:
        return f"{name} bias"
    return f"{name} ← {unit_name(layer - 1, source, output_layer)}"
