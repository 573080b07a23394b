"""Commands that measure a network: evaluate, check-gradients."""

from typing import Annotated, cast

import typer

from clearprop import Evaluation, GradientCheck, GradientDifference, NetworkInfo
from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.evaluation_tables import class_index, class_names, show_details, show_worst
from clearprop.cli.number_format import counted, number
from clearprop.cli.options import Json, NetworkId, TrainingSetId, UpdateNumber
from clearprop.cli.output import say_json, show_table
from clearprop.cli.parsers import one_of, whole_number
from clearprop.cli.server_options import Server
from clearprop.cli.weight_arguments import unit_place
from clearprop.options import PartName
from clearprop.unit_names import UnitNames
from clearprop.v1.training_service_pb2 import ExamplePart
from clearprop.values import enum_choices

_MOST_DIFFERENCES = 10
_PARTS = enum_choices(ExamplePart)
_MOST_KINKS = 5


TrueClass = Annotated[
    str,
    typer.Option(
        "--class",
        metavar="CLASS",
        help="List examples of this class: its name, or without names its number from 0.",
        show_default="any",
    ),
]

PredictedClass = Annotated[
    str,
    typer.Option(
        "--predicted",
        metavar="CLASS",
        help="List examples for which the network predicts this class.",
        show_default="any",
    ),
]

Part = Annotated[
    str,
    typer.Option(
        metavar="WORD",
        parser=one_of("part", _PARTS),
        help="Measure all examples, or those that a run uses for training, or those that it"
        f" holds out. Choices: {', '.join(_PARTS)}.",
    ),
]

PartRun = Annotated[
    int,
    typer.Option(
        metavar="N",
        parser=whole_number(least=1),
        help="With --part: the number of that run.",
        show_default="the latest",
    ),
]

ActiveLayer = Annotated[
    int,
    typer.Option(
        metavar="N",
        parser=whole_number(least=1),
        help="List the examples for which a unit of layer N is most active. 1 is the first"
        " layer after the inputs.",
        show_default="those with the largest costs",
    ),
]

ActiveUnit = Annotated[
    int,
    typer.Option(
        metavar="N",
        parser=whole_number(least=1),
        help="With --layer: the unit, counting from 1.",
        show_default="1",
    ),
]


def evaluate(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    on: TrainingSetId,
    update: UpdateNumber = None,
    details: Annotated[
        bool,
        typer.Option(
            "--details",
            help="Show each class or output, the confusion matrix, and the worst examples.",
        ),
    ] = False,
    true_class: TrueClass = "",
    predicted_class: PredictedClass = "",
    wrong_only: Annotated[
        bool, typer.Option("--wrong", help="List examples that are classified wrong.")
    ] = False,
    part: Part = "all",
    run: PartRun = 0,
    layer: ActiveLayer = 0,
    unit: ActiveUnit = 0,
    most: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole_number(least=1, most=1000),
            help="List at most N examples, the largest costs or activations first.",
        ),
    ] = 10,
    as_json: Json = False,
    server: Server,
) -> None:
    """Measure how well a network fits a training set."""
    with connected(server) as client:
        found = client.network(network)
        names = class_names(found, client.training_set(on))
        layer, place = _active_unit(found, layer, unit)
        evaluation = found.evaluate(
            on,
            update=update,
            true_class=class_index(names, true_class, "--class"),
            predicted_class=class_index(names, predicted_class, "--predicted"),
            wrong_only=wrong_only,
            part=cast(PartName, part),
            run=run,
            layer=layer,
            unit=place,
            most=most,
        )
    if as_json:
        say_json(evaluation.message)
        return
    say(_evaluated(evaluation))
    if details:
        show_details(evaluation, found, names)
    if details or true_class or predicted_class or wrong_only or layer:
        show_worst(evaluation, names)


def _active_unit(network: NetworkInfo, layer: int, unit: int) -> tuple[int, int]:
    """Return layer and unit as the contract counts them; 0 and 0 if none is chosen."""
    if layer:
        return unit_place(network, layer, unit or 1, hints=("--layer", "--unit"))
    if unit:
        raise typer.BadParameter("Choose its layer, too, with --layer.", param_hint="'--unit'")
    return 0, 0


def check_gradients(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    on: TrainingSetId,
    update: UpdateNumber = None,
    examples: Annotated[
        int,
        typer.Option(
            metavar="N", parser=whole_number(), help="Use the first N examples.", show_default="32"
        ),
    ] = 0,
    parameters: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole_number(),
            help="Check N parameters, spread evenly over the network.",
            show_default="up to 1,000",
        ),
    ] = 0,
    as_json: Json = False,
    server: Server,
) -> None:
    """Compare a network's gradients with finite differences.

    The exit code is 1 if a gradient is wrong.
    """
    with connected(server) as client:
        found = client.network(network)
        check = found.check_gradients(
            on, update=update, example_count=examples, parameter_count=parameters
        )
    if as_json:
        say_json(check.message)
    else:
        _show(check, UnitNames(found.message))
    if not check.passed:
        raise typer.Exit(1)


def _evaluated(evaluation: Evaluation) -> str:
    line = f"At update {evaluation.update:,}: cost {number(evaluation.cost)}"
    if evaluation.correct_count is None or evaluation.accuracy is None:
        return f"{line}, mean of {counted(evaluation.example_count, 'example')}"
    return (
        f"{line}, {evaluation.correct_count:,} of {evaluation.example_count:,} correct"
        f" ({evaluation.accuracy:.1%})"
    )


def _show(check: GradientCheck, names: UnitNames) -> None:
    say(
        f"At update {check.update:,}: {counted(check.parameter_count, 'gradient')} over"
        f" {counted(check.example_count, 'example')}: {_verdict(check)}"
    )
    say("[dim]The largest differences, relative to the tolerance:[/]")
    show_table(
        ["parameter", "gradient", "measured", "difference", "tolerance", ""],
        (
            [
                _name(each, names),
                number(each.analytic),
                number(each.numeric),
                number(each.difference),
                number(each.tolerance),
                _word(each),
            ]
            for each in check.differences[:_MOST_DIFFERENCES]
        ),
    )
    if check.unmeasurable_count:
        say(
            f"[yellow]{check.unmeasurable_count:,}[/] cannot be measured: a number overflows, or"
            " rounding hides the step."
        )
    kinks = [_name(each, names) for each in check.differences if each.is_kink]
    if kinks:
        more = f" and {len(kinks) - _MOST_KINKS:,} more" if len(kinks) > _MOST_KINKS else ""
        say(
            f"[yellow]{len(kinks):,}[/] at a kink, where a relu unit changes sides within the"
            f" step, so that the slope is not a gradient: {', '.join(kinks[:_MOST_KINKS])}{more}."
        )


def _verdict(check: GradientCheck) -> str:
    if not check.passed:
        return f"{check.failed_count:,} [red]FAILED[/]"
    if check.unmeasurable_count + check.kink_count == check.parameter_count:
        return "[yellow]none could be compared[/]"
    return "[green]passed[/]"


def _name(difference: GradientDifference, names: UnitNames) -> str:
    return names.parameter(difference.layer, difference.unit, difference.input)


def _word(difference: GradientDifference) -> str:
    if difference.is_kink:
        return "kink"
    if difference.is_unmeasurable:
        return "unmeasurable"
    return "passed" if difference.passed else "FAILED"
