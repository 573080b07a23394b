"""Options of networks and runs, and their conversion to messages of the contract."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict, Unpack

from clearprop.v1.network_pb2 import Activation, CostFunction, Initializer, InitializerKind
from clearprop.v1.run_pb2 import (
    BatchMode,
    OptimizerKind,
    ScheduleKind,
    ScheduleUnit,
    TrainingSettings,
    ValidationUnit,
)
from clearprop.v1.training_service_pb2 import CreateNetworkRequest
from clearprop.values import (
    LAYOUTS,
    LayoutName,
    MatrixLike,
    VectorLike,
    enum_value,
    labels_of,
    layers_of,
)

#: The content of each update: `cost` is without parameters, `gradients` with their gradients too.
DetailName: TypeAlias = Literal["cost", "parameters", "gradients"]

#: The format of an exported file: `npz`, `onnx` and `safetensors` are binary, the others are text.
FormatName: TypeAlias = Literal["json", "npz", "onnx", "csv", "safetensors", "c", "python"]

#: The examples of a training set that a run trains on, or that it holds out.
PartName: TypeAlias = Literal["all", "training", "held-out"]

#: The unit of a step's count.
UnitName: TypeAlias = Literal["update", "epoch"]

#: Options of a run, by the message that they belong to.
_SETTINGS = ("learning_rate", "batch_size", "epochs", "shuffle_seed", "label_smoothing")
_INITIALIZER_NUMBERS = ("seed", "low", "high", "deviation")
_SCHEDULE_NUMBERS = ("period", "factor", "minimum", "warmup", "rates", "patience", "min_delta")
_STOP = ("cost_below", "max_updates", "patience", "min_delta", "restore_best")
_VALIDATION = {
    "validation_share": "share",
    "validation_set": "training_set",
    "validation_seed": "seed",
    "validation_every": "every",
    "validation_folds": "folds",
    "validation_fold": "fold",
}
_OPTIMIZER_NUMBERS = (
    "momentum",
    "beta1",
    "beta2",
    "epsilon",
    "weight_decay",
    "decay_weights_only",
    "dampening",
)


class RecipeOptions(TypedDict, total=False):
    """Options of an initializer: see `NetworkOptions`."""

    initializer: str
    seed: int
    low: float
    high: float
    deviation: float


class NetworkOptions(TypedDict, total=False):
    """Options of a new network.

    - `activations`: one for each layer after the inputs, or one for all of them: `sigmoid` (the
      default), `tanh`, `relu`, `leaky-relu`, `elu`, `selu`, `gelu`, `silu`, `softplus`, `identity`;
      and `softmax` for the output layer.
    - `cost_function`: `cross-entropy`, `categorical-cross-entropy`, `squared-error`, `quadratic`,
      `huber`, `hinge` or `poisson`. The default follows from the output activation.
    - `bias`: whether every unit has a bias. False by default.
    - `initializer`: `uniform` (the default), `glorot`, `he`, `lecun`, `lecun-normal`,
      `glorot-normal`, `he-normal`, `normal`, `orthogonal` or `zeros`.
    - `seed`: the seed of the initializer. By default, the service chooses one.
    - `low`, `high`: the range [low, high) of `uniform`, [-0.12, 0.12) by default.
    - `deviation`: the standard deviation of `normal`, 0.05 by default.
    - `initial_weights`: a matrix [units, inputs] for each layer after the inputs, instead of an
      initializer. PyTorch stores the weights of a layer in this layout. Keras stores them as
      [inputs, units]: pass `layout="inputs-units"` with them. A square matrix fits both layouts, so
      a wrong layout cannot be detected.
    - `initial_biases`: with `initial_weights` and `bias`, a vector [units] for each layer.
    - `layout`: the layout of `initial_weights`: `units-inputs` (the default) or `inputs-units`.
    - `labels`: notes of the client, as texts by name.
    """

    activations: str | Sequence[str]
    cost_function: str
    bias: bool
    initializer: str
    seed: int
    low: float
    high: float
    deviation: float
    initial_weights: Sequence[MatrixLike]
    initial_biases: Sequence[VectorLike]
    layout: LayoutName
    labels: Mapping[str, str]


class OptimizerOptions(TypedDict, total=False):
    """Options of a run other than its learning rate, batch size and epochs.

    - `optimizer`: `gradient-descent` (the default), `momentum`, `nesterov`, `adam`, `rmsprop`,
      `adamw` or `adagrad`.
    - `momentum` (0.9): of `momentum` and `nesterov`.
    - `beta1` (0.9): of `adam` and `adamw`.
    - `beta2` (0.999; `rmsprop` 0.99): of `adam`, `adamw` and `rmsprop`.
    - `epsilon` (1e-8; `adagrad` 1e-10): of `adam`, `adamw`, `rmsprop` and `adagrad`.
    - `weight_decay` (0): the share of each parameter that is added to its gradient; with `adamw`,
      that is subtracted from it in proportion to the learning rate.
    - `decay_weights_only` (False): whether biases do not decay.
    - `dampening` (0): of `momentum`: after the first update, v ← μ·v + (1 − dampening)·g.
    - `l1` (0), `l2` (0): a penalty of weights that is a part of the cost: l1·Σ|w| + ½·l2·Σw².
    - `clip_value`, `clip_norm`: the maximum size of each number in the gradient, and its norm.
    - `frozen_layers`: layers that do not change; 1 is the first after the inputs.
    - `frozen_biases` (False): whether no bias changes.
    - `shuffle_seed`: shuffles the examples of each epoch, with this seed. By default, the examples
      are not shuffled.
    - `dropout`: the probability that a hidden unit is dropped for an example of an update, one for
      all hidden layers or one for each; `dropout_seed` (0) selects the units.
    - `cost_below`: ends the run after the first epoch whose mean cost is below this.
    - `max_updates`: ends the run after this number of updates.
    - `stop_on_non_finite_cost`: ends the run as FAILED after the first update with an infinite or
      NaN cost.
    - `batch_mode`: what happens to a batch at the end of an epoch: `cross-epochs` (the default),
      `end-with-epoch` or `drop-last`.
    - `label_smoothing` (0): the share of each target that is spread over the classes, with a
      cross-entropy as the cost.
    - `class_weights`: factors of the costs of examples by their class, one for each output, or two
      for the targets 0 and 1 of a single output, with a cross-entropy as the cost.
    - `schedule`: how the learning rate changes: `constant` (the default), `step`, `exponential`,
      `cosine`, `inverse-time`, `plateau` or `list`.
    - `schedule_unit`: the unit of its time: `epoch` (the default) or `update`.
    - `schedule_period`: of `step`, `cosine`, `inverse-time` and `list`; for `cosine`, the rest of
      the run by default.
    - `schedule_factor`: of `step` and `plateau` (0.1), `exponential` and `inverse-time`.
    - `schedule_minimum` (0): no learning rate after the warm-up is less.
    - `schedule_warmup` (0): the number of epochs or updates in which the rate rises at first.
    - `schedule_rates`: of `list`: the rates that follow after the learning rate.
    - `schedule_patience` (10), `schedule_min_delta` (0): of `plateau`: the time without an
      improvement of the validation cost after which the rate is reduced, and the least improvement.
    - `validation_share`: holds out this share of the examples, between 0 and 1, and evaluates the
      network on them after each epoch. `validation_seed` (0) chooses them.
    - `validation_folds`, `validation_fold`: divides the examples into this number of folds and
      holds out one of them, 1 to `validation_folds`, instead of a share.
    - `validation_set`: evaluates the network on another training set instead.
    - `validation_every` (1), `validation_unit` (`epoch`): the interval between validations, in
      epochs or, with `update`, in updates.
    - `patience`: ends the run after this number of epochs without a better validation, by more than
      `min_delta` (0).
    - `restore_best`: whether a run that succeeds returns to the weights of its best validation.
    """

    optimizer: str
    momentum: float
    beta1: float
    beta2: float
    epsilon: float
    weight_decay: float
    shuffle_seed: int
    dropout: float | Sequence[float]
    dropout_seed: int
    cost_below: float
    max_updates: int
    stop_on_non_finite_cost: bool
    batch_mode: str
    label_smoothing: float
    class_weights: Sequence[float]
    schedule: str
    schedule_unit: str
    schedule_period: int
    schedule_factor: float
    schedule_minimum: float
    schedule_warmup: int
    schedule_rates: Sequence[float]
    schedule_patience: int
    schedule_min_delta: float
    validation_share: float
    validation_folds: int
    validation_fold: int
    validation_set: str
    validation_seed: int
    validation_every: int
    validation_unit: UnitName
    patience: int
    min_delta: float
    restore_best: bool
    decay_weights_only: bool
    dampening: float
    l1: float
    l2: float
    clip_value: float
    clip_norm: float
    frozen_layers: Sequence[int]
    frozen_biases: bool


class TrainingOptions(OptimizerOptions):
    """Options of a run.

    - `learning_rate`: the factor of each step, greater than 0.
    - `batch_size`: the number of examples per update, from 1 to the size of the training set.
    - `epochs`: the number of passes through the set, at least 1.
    """

    learning_rate: float
    batch_size: int
    epochs: int


class StepOptions(OptimizerOptions):
    """Options of a step; without any, it continues the paused run."""

    learning_rate: NotRequired[float]
    batch_size: NotRequired[int]
    epochs: NotRequired[int]


class SweepOptions(NetworkOptions, StepOptions, total=False):
    """Options of all networks and runs of a sweep.

    - `hidden_layers`: the numbers of units of the hidden layers, such as `[16, 8]`, or one number.
    """

    hidden_layers: int | Sequence[int]


class ExampleOptions(TypedDict, total=False):
    """Which examples of a training set an evaluation measures and names; by default all.

    - `true_class`, `predicted_class`: name those of a class, or predicted as a class. Classes count
      from 0, as in the confusion matrix.
    - `wrong_only`: name only wrong ones.
    - `part`: measure and name those that a run trains on, or those that it holds out.
    - `run`: the number of that run, by default the latest.
    - `layer`, `unit`: name those for which a unit is most active, instead of those with the largest
      costs. Layer 1 is the first one after the inputs; units count from 0.
    """

    true_class: int | None
    predicted_class: int | None
    wrong_only: bool
    part: PartName
    run: int
    layer: int
    unit: int


def describe_network(request: CreateNetworkRequest, options: NetworkOptions) -> None:
    """Add the options to a request. Raises ValueError for unknown names."""
    names = options.get("activations", ())
    request.activations.extend(
        enum_value(Activation, each)
        for each in ([names] if isinstance(names, str | bytes) else names)
    )
    if "cost_function" in options:
        request.cost_function = enum_value(CostFunction, options["cost_function"])
    request.bias = options.get("bias", False)
    request.initial_parameters.extend(
        layers_of(
            options.get("initial_weights", ()),
            options.get("initial_biases", ()),
            "initial_",
            options.get("layout", LAYOUTS[0]),
        )
    )
    request.labels.update(labels_of(options.get("labels")))
    recipe = initializer_of(options)
    if recipe is not None:
        request.initializer.CopyFrom(recipe)


def initializer_of(options: NetworkOptions | RecipeOptions) -> Initializer | None:
    """Return the initializer of the options; None if they have none.

    Raises ValueError for an unknown name.
    """
    recipe = _given(options, _INITIALIZER_NUMBERS)
    if "initializer" in options:
        recipe["kind"] = enum_value(InitializerKind, options["initializer"])
    return Initializer(**recipe) if recipe else None


def training_settings(training_set: str, **options: Unpack[StepOptions]) -> TrainingSettings:
    """Return the settings of a run. Raises ValueError for unknown names."""
    settings = TrainingSettings(training_set=training_set)
    for name, value in _given(options, _SETTINGS).items():
        setattr(settings, name, value)
    settings.class_weights.extend(options.get("class_weights", ()))
    if "batch_mode" in options:
        settings.batch_mode = enum_value(BatchMode, options["batch_mode"])
    parts = {
        "optimizer": _optimizer(options),
        "stop": _stop(options),
        "validation": _validation(options),
        "schedule": _schedule(options),
        "penalty": _given(options, ("l1", "l2")),
        "clipping": _without("clip_", options, ("clip_value", "clip_norm")),
        "dropout": _dropout(options),
        "frozen": _without("frozen_", options, ("frozen_layers", "frozen_biases")),
    }
    for name, fields in parts.items():
        if fields:
            part = getattr(settings, name)
            part.CopyFrom(type(part)(**fields))
    return settings


def _optimizer(options: StepOptions) -> dict[str, Any]:
    given = _given(options, _OPTIMIZER_NUMBERS)
    if "optimizer" in options:
        given["kind"] = enum_value(OptimizerKind, options["optimizer"])
    return given


def _stop(options: StepOptions) -> dict[str, Any]:
    given = _given(options, _STOP)
    if "stop_on_non_finite_cost" in options:
        given["non_finite_cost"] = options["stop_on_non_finite_cost"]
    return given


def _validation(options: StepOptions) -> dict[str, Any]:
    given = _given(options, tuple(_VALIDATION))
    validation = {_VALIDATION[name]: value for name, value in given.items()}
    if "validation_unit" in options:
        validation["unit"] = enum_value(ValidationUnit, options["validation_unit"])
    return validation


def _schedule(options: StepOptions) -> dict[str, Any]:
    names = tuple(f"schedule_{name}" for name in _SCHEDULE_NUMBERS)
    given = _without("schedule_", options, names)
    if "schedule" in options:
        given["kind"] = enum_value(ScheduleKind, options["schedule"])
    if "schedule_unit" in options:
        given["unit"] = enum_value(ScheduleUnit, options["schedule_unit"])
    return given


def _dropout(options: StepOptions) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if "dropout" in options:
        rates = options["dropout"]
        given["rates"] = [rates] if isinstance(rates, int | float) else rates
    if "dropout_seed" in options:
        given["seed"] = options["dropout_seed"]
    return given


def _without(prefix: str, options: Mapping[str, object], names: Sequence[str]) -> dict[str, Any]:
    """Return the given options by their names without a prefix."""
    return {name.removeprefix(prefix): value for name, value in _given(options, names).items()}


def _given(options: Mapping[str, object], names: Sequence[str]) -> dict[str, Any]:
    return {name: options[name] for name in names if name in options}
