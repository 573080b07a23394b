"""The options of a run, defined once for all commands that pass them to the client."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, TypeAlias

import typer

from clearprop import StepOptions
from clearprop.cli.options import NextUpdate, TrainingSetId, UpdateNumber, given
from clearprop.cli.parsers import one_of, real_number, vector, whole_number
from clearprop.v1.run_pb2 import BatchMode, OptimizerKind, ScheduleKind, ScheduleUnit
from clearprop.values import enum_word

#: The type and default of each option, by the name of the client's parameter.
Options: TypeAlias = dict[str, tuple[Any, Any]]

_REQUIRED = inspect.Parameter.empty
_OPTIMIZERS = [enum_word(OptimizerKind, each) for each in OptimizerKind.values()[1:]]
_BATCH_MODES = [enum_word(BatchMode, each) for each in BatchMode.values()[1:]]
_SCHEDULES = [enum_word(ScheduleKind, each) for each in ScheduleKind.values()[1:]]
_UNITS = [enum_word(ScheduleUnit, each) for each in ScheduleUnit.values()[1:]]

_LEARNING_RATE = typer.Option(
    "--learning-rate", metavar="RATE", parser=real_number, help="The learning rate."
)
_BATCH_SIZE = typer.Option(
    "--batch-size", metavar="N", parser=whole_number(), help="The number of examples in a batch."
)
_EPOCHS = typer.Option(
    "--epochs", metavar="N", parser=whole_number(), help="The number of passes over the set."
)


def _word(name: str, what: str, words: list[str], description: str) -> Any:  # noqa: ANN401 - as Typer
    return typer.Option(
        name,
        metavar="WORD",
        parser=one_of(what, words),
        help=f"{description}: {', '.join(words)}.",
        show_default=words[0],
    )


def _number(name: str, description: str, default: str | None = None) -> Any:  # noqa: ANN401 - as Typer
    return typer.Option(
        name, metavar="NUMBER", parser=real_number, help=description, show_default=default or True
    )


def _vector(name: str) -> Callable[[str | list[float]], list[float]]:
    # Typer parses a value again that is parsed already.
    return lambda given: vector(given, name) if isinstance(given, str) else given


def _layers(text: str | list[int]) -> list[int]:
    if not isinstance(text, str):
        return text
    return [_PARSED_LAYER(each) for each in text.split(",")]


def _integer(name: str, description: str) -> Any:  # noqa: ANN401 - as Typer
    return typer.Option(name, metavar="N", parser=whole_number(), help=description)


_PARSED_LAYER = whole_number(1, 2**31 - 1)

_NEEDED: Options = {
    "learning_rate": (Annotated[float, _LEARNING_RATE], _REQUIRED),
    "batch_size": (Annotated[int, _BATCH_SIZE], _REQUIRED),
    "epochs": (Annotated[int, _EPOCHS], _REQUIRED),
}
_OPTIONAL: Options = {
    "learning_rate": (Annotated[float | None, _LEARNING_RATE], None),
    "batch_size": (Annotated[int | None, _BATCH_SIZE], None),
    "epochs": (Annotated[int | None, _EPOCHS], None),
}
_HOW: Options = {
    name: (Annotated[kind | None, option], None)
    for name, kind, option in (
        ("optimizer", str, _word("--optimizer", "optimizer", _OPTIMIZERS, "The optimizer")),
        ("momentum", float, _number("--momentum", "μ of momentum and nesterov.", "0.9")),
        ("beta1", float, _number("--beta1", "β₁ of adam and adamw.", "0.9")),
        (
            "beta2",
            float,
            _number("--beta2", "β₂ of adam, adamw and rmsprop.", "0.999; rmsprop: 0.99"),
        ),
        (
            "epsilon",
            float,
            _number("--epsilon", "ε of adam, adamw, rmsprop and adagrad.", "1e-8; adagrad: 1e-10"),
        ),
        (
            "weight_decay",
            float,
            _number("--weight-decay", "λ: adds λ times each parameter to its gradient.", "0"),
        ),
        (
            "decay_weights_only",
            bool,
            typer.Option("--decay-weights-only", help="Do not decay biases."),
        ),
        ("dampening", float, _number("--dampening", "The dampening of momentum.", "0")),
        ("l1", float, _number("--l1", "Add this times Σ|w| of all weights to the cost.", "0")),
        ("l2", float, _number("--l2", "Add this times ½·Σw² of all weights to the cost.", "0")),
        (
            "clip_value",
            float,
            _number("--clip-value", "The maximum size of each number in the gradient."),
        ),
        ("clip_norm", float, _number("--clip-norm", "The maximum norm of the gradient.")),
        (
            "frozen_layers",
            str,
            typer.Option(
                "--frozen-layers",
                metavar="LAYERS",
                parser=_layers,
                help="Layers that do not change, such as 1,2: 1 is the first after the inputs.",
            ),
        ),
        (
            "frozen_biases",
            bool,
            typer.Option("--frozen-biases", help="Do not change biases."),
        ),
        (
            "shuffle_seed",
            int,
            _integer("--shuffle-seed", "Shuffle the examples of each epoch with this seed."),
        ),
        (
            "dropout",
            str,
            typer.Option(
                "--dropout",
                metavar="NUMBERS",
                parser=_vector("--dropout"),
                help="Drop hidden units with this probability: 0.5, or 0.2,0.5 with one number for"
                " each hidden layer.",
            ),
        ),
        (
            "dropout_seed",
            int,
            _integer("--dropout-seed", "Select the dropped units with this seed."),
        ),
        (
            "cost_below",
            float,
            _number("--cost-below", "Stop after an epoch with a mean cost below this value."),
        ),
        ("max_updates", int, _integer("--max-updates", "Stop after N updates.")),
        (
            "stop_on_non_finite_cost",
            bool,
            typer.Option(
                "--stop-on-non-finite-cost",
                help="Fail after an update with an infinite or NaN cost.",
            ),
        ),
        (
            "batch_mode",
            str,
            _word("--batch-mode", "mode", _BATCH_MODES, "Batches at the end of an epoch"),
        ),
        (
            "label_smoothing",
            float,
            _number(
                "--label-smoothing",
                "The share of each target that is spread over the classes.",
                "0",
            ),
        ),
        (
            "class_weights",
            str,
            typer.Option(
                "--class-weights",
                metavar="NUMBER,…",
                parser=_vector("--class-weights"),
                help="Multiply the cost of each example by the weight of its class: 1,5 with one"
                " number for each output, or for the targets 0 and 1 of a single output.",
            ),
        ),
        (
            "schedule",
            str,
            _word("--schedule", "schedule", _SCHEDULES, "How the learning rate changes"),
        ),
        (
            "schedule_unit",
            str,
            _word("--schedule-unit", "unit", _UNITS, "The unit of the schedule's time"),
        ),
        (
            "schedule_period",
            int,
            _integer("--schedule-period", "T of step, cosine, inverse-time and list."),
        ),
        (
            "schedule_factor",
            float,
            _number("--schedule-factor", "γ of step, plateau (0.1), exponential, inverse-time."),
        ),
        (
            "schedule_minimum",
            float,
            _number("--schedule-minimum", "The lowest learning rate after the warm-up.", "0"),
        ),
        (
            "schedule_warmup",
            int,
            _integer("--schedule-warmup", "Raise the learning rate in the first N units."),
        ),
        (
            "schedule_patience",
            int,
            _integer("--schedule-patience", "Time without improvement of plateau (10)."),
        ),
        (
            "schedule_min_delta",
            float,
            _number("--schedule-min-delta", "The least improvement of plateau.", "0"),
        ),
        (
            "schedule_rates",
            str,
            typer.Option(
                "--schedule-rates",
                metavar="RATES",
                parser=_vector("--schedule-rates"),
                help="The learning rates of list that follow the first, such as 0.05,0.01.",
            ),
        ),
        (
            "validation_share",
            float,
            _number("--validation-share", "Hold out this share of the examples, such as 0.2."),
        ),
        (
            "validation_folds",
            int,
            _integer("--validation-folds", "Divide the examples into N folds, and hold out one."),
        ),
        (
            "validation_fold",
            int,
            _integer("--validation-fold", "The number of the held-out fold, from 1."),
        ),
        (
            "validation_set",
            str,
            typer.Option(
                "--validation-set", metavar="SET", help="Validate on another training set."
            ),
        ),
        (
            "validation_seed",
            int,
            _integer("--validation-seed", "The seed that chooses the held-out examples."),
        ),
        (
            "validation_every",
            int,
            _integer("--validation-every", "Validate after every N epochs or updates."),
        ),
        (
            "validation_unit",
            str,
            typer.Option(
                "--validation-unit",
                metavar="WORD",
                parser=one_of("unit", ["epoch", "update"]),
                help="The unit of --validation-every: epoch, update.",
                show_default="epoch",
            ),
        ),
        (
            "patience",
            int,
            _integer("--patience", "Stop after N epochs without a better validation."),
        ),
        (
            "min_delta",
            float,
            _number("--min-delta", "The smallest improvement that counts.", "0"),
        ),
        (
            "restore_best",
            bool,
            typer.Option(
                "--restore-best", help="Return to the weights of the best validation at the end."
            ),
        ),
    )
}

#: The settings of a new run: required, and optional where a command can continue a run.
NEW_RUN: Options = _NEEDED | _HOW
MAYBE_NEW_RUN: Options = _OPTIONAL | _HOW


class OneUpdate(StepOptions, total=False):
    """The update that a command inspects, as parameters of the client."""

    update: int
    next_update: bool
    training_set: str


#: The options for the update that a command inspects: an applied one or the next one, possibly that
#: of a new run with any settings.
ONE_UPDATE: Options = {
    "update": (UpdateNumber, None),
    "next_update": (NextUpdate, False),
    "on": (TrainingSetId, ""),
    **MAYBE_NEW_RUN,
}


def takes(parameter: str, options: Options) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that replaces a parameter of a command by these options.

    The command receives the given ones as a dictionary, with the names of the client's parameters.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**values: object) -> None:
            chosen = {name: values.pop(name) for name in options}
            if "on" in chosen:
                chosen["training_set"] = chosen.pop("on")
            command(**values, **{parameter: given(chosen)})

        _declare(run, command, parameter, options)
        return run

    return decorate


def _declare(
    run: Callable[..., None], command: Callable[..., None], parameter: str, options: Options
) -> None:
    """Give a function the parameters of a command, with one of them replaced by options."""
    signature = inspect.signature(command, eval_str=True)
    declared: list[inspect.Parameter] = []
    for each in signature.parameters.values():
        if each.name == parameter:
            declared += [
                inspect.Parameter(
                    name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
                )
                for name, (annotation, default) in options.items()
            ]
        else:
            declared.append(each)
    run.__signature__ = signature.replace(parameters=declared)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in declared}
