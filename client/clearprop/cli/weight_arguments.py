"""Arguments that name a weight; units and inputs count from 1."""

import re
from typing import Annotated

import typer

from clearprop import NetworkInfo
from clearprop.cli.parsers import whole_number

_BIAS = "bias"

LayerNumber = Annotated[
    int,
    typer.Argument(
        metavar="LAYER",
        parser=whole_number(),
        help="The layer of the weight: 1 is the first layer after the inputs.",
    ),
]
UnitNumber = Annotated[
    int,
    typer.Argument(
        metavar="UNIT", parser=whole_number(), help="The unit that it leads to, counting from 1."
    ),
]
SourceNumber = Annotated[
    str,
    typer.Argument(
        metavar="INPUT",
        help="The input or unit that it comes from, counting from 1, or the word bias.",
    ),
]


def weight_place(
    network: NetworkInfo, layer: int, unit: int, source: str
) -> tuple[int, int, int | None]:
    """Return layer, unit and input as the contract counts them; the input is None for a bias.

    Raises typer.BadParameter for a weight that the network does not have.
    """
    sizes = network.layer_sizes
    layer, place = unit_place(network, layer, unit)
    if source == _BIAS:
        if not network.has_biases:
            raise typer.BadParameter(f"Network {network.id} has no biases.", param_hint="'INPUT'")
        return layer, place, None
    if not re.fullmatch("-?[0-9]+", source):
        raise typer.BadParameter(
            f"{source!r} is neither a whole number nor the word {_BIAS}.", param_hint="'INPUT'"
        )
    number = int(source)
    _check("INPUT", number, sizes[layer - 1], f"A unit of layer {layer} has inputs")
    return layer, place, number - 1


def unit_place(
    network: NetworkInfo, layer: int, unit: int, *, hints: tuple[str, str] = ("LAYER", "UNIT")
) -> tuple[int, int]:
    """Return layer and unit as the contract counts them; the hints name the arguments in errors.

    Raises typer.BadParameter for a unit that the network does not have, and for inputs.
    """
    sizes = network.layer_sizes
    _check(hints[0], layer, len(sizes) - 1, f"Network {network.id} has layers")
    _check(hints[1], unit, sizes[layer], f"Layer {layer} has units")
    return layer, unit - 1


def _check(hint: str, number: int, most: int, there_are: str) -> None:
    if not 1 <= number <= most:
        raise typer.BadParameter(f"{there_are} 1 to {most}, not {number}.", param_hint=f"'{hint}'")
