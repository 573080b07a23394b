"""The weights of the neural networks of scikit-learn."""

from collections.abc import Sequence
from typing import Any

from clearprop.v1.table_pb2 import (
    SCALING_MIN_MAX,
    SCALING_STANDARDIZE,
    TARGET_KIND_CLASSES,
    TARGET_KIND_LABELS,
    TARGET_KIND_NUMBERS,
    InputColumn,
    Preparation,
    Table,
    Targets,
)
from clearprop.weights.model_weights import ModelWeights

#: The names that scikit-learn has for activations, and ours.
_ACTIVATIONS = {
    "identity": "identity",
    "logistic": "sigmoid",
    "relu": "relu",
    "softmax": "softmax",
    "tanh": "tanh",
}


def sklearn_weights(model: Any) -> ModelWeights:  # noqa: ANN401 - a class of scikit-learn
    """Return the weights of a fitted `MLPClassifier` or `MLPRegressor`, for `import_weights`.

        client.import_weights("from-sklearn", clearprop.sklearn_weights(model))

    The outputs are those of `predict_proba` or `predict`; a classifier of two classes has one
    output, the probability of the second.

    In a `Pipeline`, a `StandardScaler` or a `MinMaxScaler` can be before it, and becomes the
    preparation of the network: its columns are `feature_names_in_`, or x0, x1 and so on, and a
    classifier of two classes has an output for each.

    Raises ValueError for another model, or one that is not fitted.
    """
    steps = [step for _, step in getattr(model, "steps", ())]
    *before, last = [step for step in steps if step != "passthrough"] or [model]
    coefficients = getattr(last, "coefs_", None)
    intercepts = getattr(last, "intercepts_", None)
    if not coefficients or intercepts is None:
        raise ValueError(
            f"{type(last).__name__} has no coefs_ and intercepts_: fit an MLPClassifier or an"
            " MLPRegressor first."
        )
    hidden = [last.activation] * (len(coefficients) - 1)
    found = ModelWeights(
        [matrix.T for matrix in coefficients],
        list(intercepts),
        [_activation(word) for word in (*hidden, last.out_activation_)],
    )
    return _prepared(found, before, last) if before else found


def _activation(word: str) -> str:
    if word not in _ACTIVATIONS:
        raise ValueError(f"The activation {word!r} of scikit-learn has no counterpart.")
    return _ACTIVATIONS[word]


def _prepared(found: ModelWeights, before: Sequence[Any], last: Any) -> ModelWeights:  # noqa: ANN401 - as above
    """Return weights with the scaler before them as a preparation."""
    *others, scaler = before
    offsets, scales, scaling = _scaler(scaler)
    if others:
        raise ValueError(
            f"Step {type(others[0]).__name__} of the pipeline cannot be imported: only one"
            " StandardScaler or MinMaxScaler can be before the network."
        )
    names = [str(name) for name in getattr(scaler, "feature_names_in_", ())]
    names = names or [f"x{place}" for place in range(len(offsets))]
    classes = [str(each) for each in getattr(last, "classes_", ())]
    if classes and found.activations[-1] == "sigmoid" and len(found.weights[-1]) == 1:
        found = _with_two_outputs(found)
    targets = _targets(found, classes, names)
    table = Table(
        inputs=[InputColumn(name=name) for name in names], targets=targets, scaling=scaling
    )
    preparation = Preparation(table=table, offsets=offsets, scales=scales)
    if targets.kind == TARGET_KIND_NUMBERS:
        preparation.target_offsets.extend([0.0] * len(targets.names))
        preparation.target_scales.extend([1.0] * len(targets.names))
    return ModelWeights(found.weights, found.biases, found.activations, preparation=preparation)


def _scaler(scaler: Any) -> tuple[list[float], list[float], Any]:  # noqa: ANN401 - as above
    """Return offsets, scales and the kind of scaling."""
    kind, count = type(scaler).__name__, getattr(scaler, "n_features_in_", 0)
    if kind == "StandardScaler" and count:
        offsets, scales, scaling = scaler.mean_, scaler.scale_, SCALING_STANDARDIZE
        offsets = offsets if scaler.with_mean else None
    elif kind == "MinMaxScaler" and count:
        if tuple(scaler.feature_range) != (0, 1) or scaler.clip:
            raise ValueError("A MinMaxScaler must scale to 0 to 1, without clip.")
        offsets, scaling = scaler.data_min_, SCALING_MIN_MAX
        scales = [float(each) or 1.0 for each in scaler.data_range_]
    else:
        raise ValueError(
            f"Step {kind} of the pipeline cannot be imported: only a fitted StandardScaler or"
            " MinMaxScaler can be before the network."
        )
    return (
        [0.0] * count if offsets is None else [float(each) for each in offsets],
        [1.0] * count if scales is None else [float(each) for each in scales],
        scaling,
    )


def _with_two_outputs(found: ModelWeights) -> ModelWeights:
    """Return the same classifier with an output for each class: softmax of 0 and the logit."""
    *below, matrix = found.weights
    *biases, bias = found.biases
    nothing = [0.0] * len(matrix[0])
    return ModelWeights(
        [*below, [nothing, list(matrix[0])]],
        [*biases, [0.0, float(bias[0])]],
        [*found.activations[:-1], "softmax"],
    )


def _targets(found: ModelWeights, classes: list[str], columns: list[str]) -> Targets:
    """Return the targets; their names are not those of columns."""
    count = len(found.weights[-1])
    if classes and found.activations[-1] == "softmax":
        return Targets(kind=TARGET_KIND_CLASSES, names=[_free("class", columns)], classes=classes)
    if classes:
        labels = [_free(f"label {each}", columns) for each in classes]
        return Targets(kind=TARGET_KIND_LABELS, names=labels)
    names = ["y"] if count == 1 else [f"y{place}" for place in range(count)]
    return Targets(kind=TARGET_KIND_NUMBERS, names=[_free(name, columns) for name in names])


def _free(name: str, columns: list[str]) -> str:
    while name in columns:
        name += "_"
    return name
