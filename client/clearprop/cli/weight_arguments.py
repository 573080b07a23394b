"""Which weight is meant on the command line, where units and inputs count from 1."""

from typing import Annotated

import typer

from clearprop import NetworkInfo

_BIAS = "bias"

LayerNumber = Annotated[
    int, typer.Argument(metavar="LAYER", help="Its layer: 1 is the first after the inputs.")
]
UnitNumber = Annotated[
    int, typer.Argument(metavar="UNIT", help="The unit that it leads to, from 1.")
]
SourceNumber = Annotated[
    str,
    typer.Argument(metavar="INPUT", help="The unit or input that it comes from, from 1; or: bias."),
]


def weight_place(
    network: NetworkInfo, layer: int, unit: int, source: str
) -> tuple[int, int, int | None]:
    """Return layer, unit and input as the contract counts them, the input None for a bias.

    It is wrong usage to name a weight that the network does not have.
    """
    sizes = network.layer_sizes
    _check("LAYER", layer, len(sizes) - 1, f"network {network.id} has layers")
    _check("UNIT", unit, sizes[layer], f"layer {layer} has units")
    if source == _BIAS:
        if not network.has_biases:
            raise typer.BadParameter(f"network {network.id} has no biases", param_hint="INPUT")
        return layer, unit - 1, None
    try:
        number = int(source)
    except ValueError:
        raise typer.BadParameter(
            f"{source!r} is neither a number nor {_BIAS}", param_hint="INPUT"
        ) from None
    _check("INPUT", number, sizes[layer - 1], f"a unit of layer {layer} has inputs")
    return layer, unit - 1, number - 1


def _check(hint: str, number: int, most: int, there_are: str) -> None:
    if not 1 <= number <= most:
        raise typer.BadParameter(f"{there_are} 1 to {most}, not {number}", param_hint=hint)
