"""What may be said of a new network and of a run: options of Python as the contract's messages."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict, Unpack

from clearprop.v1.network_pb2 import Activation, CostFunction, Initializer, InitializerKind
from clearprop.v1.run_pb2 import Optimizer, OptimizerKind, StopCondition, TrainingSettings
from clearprop.v1.training_service_pb2 import CreateNetworkRequest
from clearprop.values import (
    LAYOUTS,
    LayoutName,
    MatrixLike,
    VectorLike,
    enum_value,
    layers_of,
)

#: How much of each update is sent: `cost` leaves the parameters out, `gradients` adds theirs.
DetailName: TypeAlias = Literal["cost", "parameters", "gradients"]

#: What an exported file is: `json` and `csv` are texts, `npz` and `onnx` are not.
FormatName: TypeAlias = Literal["json", "npz", "onnx", "csv"]

#: What a step counts.
UnitName: TypeAlias = Literal["update", "epoch"]

#: Options of a run, by the message that they belong to.
_SETTINGS = ("learning_rate", "batch_size", "epochs", "shuffle_seed")
_OPTIMIZER_NUMBERS = ("momentum", "beta1", "beta2", "epsilon", "weight_decay")


class RecipeOptions(TypedDict, total=False):
    """How weights are drawn: see NetworkOptions."""

    initializer: str
    seed: int
    low: float
    high: float


class NetworkOptions(TypedDict, total=False):
    """What may be said of a new network beside its layers.

    `activations` has the name of one for each layer after the inputs, or of one for all: `sigmoid`
    (the default), `tanh`, `relu`, `leaky-relu`, `softplus`, `identity`, and `softmax` for the
    output layer. `cost_function` is `cross-entropy`, `categorical-cross-entropy`, `squared-error`
    or `quadratic`, by default what is natural for the outputs. With `bias` every unit has one.

    `initializer` is `uniform` (the default; in [low, high), by default [-0.12, 0.12)), `glorot`,
    `he` or `zeros`, and `seed` what it draws with; the service picks one where none is given. Or
    the weights are given: `initial_weights`, a matrix [units, inputs] for each layer after the
    inputs, and with `bias` also `initial_biases`, a vector [units] for each. PyTorch stores the
    weights of a layer in the same way; Keras stores them as [inputs, units], for which `layout` is
    `inputs-units`. No error is possible for a square matrix in the wrong layout. `labels` are the
    client's own notes.
    """

    activations: str | Sequence[str]
    cost_function: str
    bias: bool
    initializer: str
    seed: int
    low: float
    high: float
    initial_weights: Sequence[MatrixLike]
    initial_biases: Sequence[VectorLike]
    layout: LayoutName
    labels: Mapping[str, str]


class OptimizerOptions(TypedDict, total=False):
    """What may be said of how a run goes about it.

    `optimizer` is `gradient-descent` (the default), `momentum`, `nesterov` or `adam`. `momentum`
    (0.9) belongs to `momentum` and `nesterov`; `beta1` (0.9), `beta2` (0.999) and `epsilon` (1e-8)
    belong to `adam`; `weight_decay` (0) to all. With `shuffle_seed` each epoch goes through the
    examples in an order of its own. The run ends early after the epoch whose examples' mean cost is
    less than `cost_below`, and after `max_updates`, where they are given. With
    `stop_on_non_finite_cost` it ends as FAILED after the first update with an infinite or NaN cost.
    """

    optimizer: str
    momentum: float
    beta1: float
    beta2: float
    epsilon: float
    weight_decay: float
    shuffle_seed: int
    cost_below: float
    max_updates: int
    stop_on_non_finite_cost: bool


class TrainingOptions(OptimizerOptions):
    """How a network is trained.

    `learning_rate` is how far each update goes against the gradient, greater than 0; `batch_size`
    how many examples one update averages over, 1 to the number of examples in the set; `epochs`
    how often the run goes through the set, at least 1.
    """

    learning_rate: float
    batch_size: int
    epochs: int


class StepOptions(OptimizerOptions):
    """The same for a step, which does without them when it continues the paused run."""

    learning_rate: NotRequired[float]
    batch_size: NotRequired[int]
    epochs: NotRequired[int]


def describe_network(request: CreateNetworkRequest, options: NetworkOptions) -> None:
    """Say in a request what the options say. Raises ValueError for names that there are not."""
    names = options.get("activations", ())
    request.activations.extend(
        enum_value(Activation, each) for each in ([names] if isinstance(names, str) else names)
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
    request.labels.update(options.get("labels", {}))
    recipe = initializer_of(options)
    if recipe is not None:
        request.initializer.CopyFrom(recipe)


def initializer_of(options: NetworkOptions | RecipeOptions) -> Initializer | None:
    """Return the recipe that the options name, None where they name none.

    Raises ValueError for a name that there is not.
    """
    recipe = _given(options, ("seed", "low", "high"))
    if "initializer" in options:
        recipe["kind"] = enum_value(InitializerKind, options["initializer"])
    return Initializer(**recipe) if recipe else None


def training_settings(training_set: str, **options: Unpack[StepOptions]) -> TrainingSettings:
    """Return the settings of a run. Raises ValueError for names that there are not."""
    settings = TrainingSettings(training_set=training_set)
    for name, value in _given(options, _SETTINGS).items():
        setattr(settings, name, value)
    numbers = _given(options, _OPTIMIZER_NUMBERS)
    if "optimizer" in options:
        numbers["kind"] = enum_value(OptimizerKind, options["optimizer"])
    if numbers:
        settings.optimizer.CopyFrom(Optimizer(**numbers))
    stop = _given(options, ("cost_below", "max_updates"))
    if "stop_on_non_finite_cost" in options:
        stop["non_finite_cost"] = options["stop_on_non_finite_cost"]
    if stop:
        settings.stop.CopyFrom(StopCondition(**stop))
    return settings


def _given(options: Mapping[str, object], names: Sequence[str]) -> dict[str, Any]:
    return {name: options[name] for name in names if name in options}
