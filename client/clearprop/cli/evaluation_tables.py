"""Tables of the measures of an evaluation, and of the examples that it names."""

from collections.abc import Iterable, Sequence

import typer

from clearprop.cli.console import say
from clearprop.cli.number_format import counted, number
from clearprop.cli.output import show_table
from clearprop.infos import NetworkInfo
from clearprop.measures import AverageMeasures, Classification, ClassMeasures, Evaluation
from clearprop.training_set_infos import TrainingSetInfo
from clearprop.unit_names import output_names

#: A confusion matrix of more classes is too wide for a terminal.
_MOST_COLUMNS = 12

#: More classes, labels or outputs are not shown: `--json` has all.
_MOST_ROWS = 50

_UNDEFINED = "-"


def class_names(network: NetworkInfo, training_set: TrainingSetInfo) -> list[str]:
    """Return the names of the classes of a network on a set; without names, numbers from 0."""
    outputs = network.layer_sizes[-1]
    if outputs == 1:  # the classes of one output are its targets
        return ["0", "1"]
    names = output_names(network.message.preparation.table) or training_set.class_names
    return names if len(names) == outputs else list(map(str, range(outputs)))


def class_index(names: Sequence[str], name: str, option: str) -> int | None:
    """Return the index of a class; None without a name. Raises typer.BadParameter."""
    if not name:
        return None
    if name in names:
        return names.index(name)
    some = ", ".join(names[:_MOST_COLUMNS])
    more = f" and {len(names) - _MOST_COLUMNS:,} more" if len(names) > _MOST_COLUMNS else ""
    raise typer.BadParameter(
        f"Unknown class {name!r}. Use one of {some}{more}.", param_hint=f"'{option}'"
    )


def show_details(evaluation: Evaluation, network: NetworkInfo, of_classes: Sequence[str]) -> None:
    """Print the measures of each class, label or output."""
    outputs = network.layer_sizes[-1]
    names = output_names(network.message.preparation.table) or _numbered(outputs)
    if (classification := evaluation.classification) is not None:
        _show_classification(classification, of_classes)
    elif evaluation.labels:
        _show_measures("output", evaluation.labels, names, [])
    else:
        errors = evaluation.errors[:_MOST_ROWS]
        rows = (
            [name, number(each.mae), number(each.rmse), _defined(each.r2)]
            for name, each in zip(names[:_MOST_ROWS], errors, strict=True)
        )
        show_table(["output", "MAE", "RMSE", "R²"], rows)


def show_worst(evaluation: Evaluation, names: Sequence[str]) -> None:
    """Print the named examples; `names` are those of the classes."""
    worst, count = evaluation.worst_examples, evaluation.matching_count
    if not worst:
        say("[dim]There is no such example.[/]")
        return
    shown = f"{len(worst):,} of {counted(count, 'example')}" if len(worst) < count else "examples"
    has_unit = worst[0].activation is not None
    say(f"[dim]The {shown} with the largest {'activations' if has_unit else 'costs'}:[/]")
    has_classes = evaluation.classification is not None
    show_table(
        [
            "example",
            *["class", "predicted"] * has_classes,
            *["activation"] * has_unit,
            *("cost", "trained in update", "position"),
        ],
        (
            [
                f"{each.example + 1:,}",
                *[_named(names, each.true_class), _named(names, each.predicted_class)]
                * has_classes,
                *([] if each.activation is None else [number(each.activation)]),
                number(each.cost),
                "-" if each.trained_update is None else f"{each.trained_update:,}",
                "-" if each.trained_update is None else f"{each.trained_position + 1:,}",
            ]
            for each in worst
        ),
    )


def _named(names: Sequence[str], index: int | None) -> str:
    return _UNDEFINED if index is None else names[index]


def _show_classification(classification: Classification, names: Sequence[str]) -> None:
    classes = classification.classes
    averages = [
        ("macro average", classification.macro_average),
        ("weighted average", classification.weighted_average),
    ]
    _show_measures("class", classes, names, averages)
    if classification.log_loss is not None:
        say(f"Log loss {number(classification.log_loss)}")
    if len(classes) > 2:
        counts = ", ".join(
            f"{classification.top(rank):,} in the top {rank}"
            for rank in (2, 3, 5)
            if rank < len(classes)
        )
        say(f"The class of the example is among the largest outputs: {counts}.")
    if classification.confusion and len(classes) <= _MOST_COLUMNS:
        say("[dim]The classes of the examples (rows) and the predicted classes (columns):[/]")
        rows = zip(names, classification.confusion, strict=True)
        show_table(["", *names], ([name, *(f"{count:,}" for count in row)] for name, row in rows))


def _show_measures(
    heading: str,
    classes: Sequence[ClassMeasures],
    names: Sequence[str],
    averages: Iterable[tuple[str, AverageMeasures]],
) -> None:
    rows = [
        [
            name,
            f"{each.example_count:,}",
            *map(_defined, (each.precision, each.recall, each.f1, each.roc_auc)),
        ]
        for name, each in zip(names[:_MOST_ROWS], classes[:_MOST_ROWS], strict=True)
    ]
    rows += [[name, "", *map(_defined, average)] for name, average in averages]
    show_table([heading, "examples", "precision", "recall", "F1", "ROC AUC"], rows)
    if len(classes) > _MOST_ROWS:
        say(f"[dim]and {len(classes) - _MOST_ROWS:,} more: --json shows all.[/]")


def _numbered(count: int) -> list[str]:
    return [str(position) for position in range(1, count + 1)]


def _defined(value: float | None) -> str:
    return _UNDEFINED if value is None else f"{value:.4g}"
