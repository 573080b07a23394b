"""The options of a sweep, with those of all of its networks and runs."""

from typing import Annotated, Any

import typer

from clearprop.cli.options import CostName, Deviation, High, InitializerName, Low
from clearprop.cli.parsers import activation_words, whole_number
from clearprop.cli.run_options import MAYBE_NEW_RUN, Options
from clearprop.cli.sweep_values import units


def _seeds(text: str | list[int]) -> list[int]:
    """Parse `3`, which is 1,2,3, or `7,8,9`."""
    if not isinstance(text, str):  # parsed already
        return text
    found = [whole_number(0)(each) for each in text.split(",")]
    return list(range(1, found[0] + 1)) if len(found) == 1 else found


def _units(text: str | list[int]) -> list[int]:
    return units(text) if isinstance(text, str) else text


def _words(text: str | list[str]) -> list[str]:
    return activation_words(text) if isinstance(text, str) else text


def _whole(name: str, least: int, description: str, default: str) -> Any:  # noqa: ANN401 - as Typer
    return typer.Option(
        name,
        metavar="N",
        parser=whole_number(least),
        help=description,
        show_default=default,
    )


_NETWORK: Options = {
    "hidden_layers": (
        Annotated[
            str | None,
            typer.Option(
                "--hidden-layers",
                metavar="SIZES",
                parser=_units,
                help="The sizes of the hidden layers, such as 16-8.",
                show_default="none",
            ),
        ],
        None,
    ),
    "activations": (
        Annotated[
            str | None,
            typer.Option(
                "--activations",
                metavar="WORDS",
                parser=_words,
                help="The activation of all layers, or of the hidden layers and of the output, such"
                " as relu,softmax.",
                show_default="sigmoid",
            ),
        ],
        None,
    ),
    "cost_function": (CostName, None),
    "bias": (
        Annotated[
            bool | None,
            typer.Option(
                "--bias/--no-bias", help="Whether units have a bias.", show_default="no-bias"
            ),
        ],
        None,
    ),
    "initializer": (InitializerName, None),
    "low": (Low, None),
    "high": (High, None),
    "deviation": (Deviation, None),
}

_SEARCH: Options = {
    "folds": (
        Annotated[
            int | None,
            _whole("--folds", 2, "Cross-validate on N folds of the training set.", "none"),
        ],
        None,
    ),
    "seeds": (
        Annotated[
            str | None,
            typer.Option(
                "--seeds",
                metavar="SEEDS",
                parser=_seeds,
                help="Train each combination with the seeds 1 to N, or with these: 3, or 7,8,9.",
                show_default="1",
            ),
        ],
        None,
    ),
    "samples": (
        Annotated[int | None, _whole("--samples", 1, "Train N random combinations.", "all")],
        None,
    ),
    "sample_seed": (
        Annotated[
            int | None, _whole("--sample-seed", 0, "The seed that chooses the combinations.", "0")
        ],
        None,
    ),
    "at_once": (
        Annotated[int | None, _whole("--at-once", 1, "Train up to N networks at a time.", "16")],
        None,
    ),
}

#: Everything but what varies. The folds are those of the sweep.
SWEEP: Options = {
    **_NETWORK,
    **{
        name: option
        for name, option in MAYBE_NEW_RUN.items()
        if name not in {"validation_folds", "validation_fold"}
    },
    **_SEARCH,
}
