"""The weights of the neural networks of scikit-learn."""

from typing import Any

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

    Raises ValueError for another model, or one that is not fitted.
    """
    coefficients = getattr(model, "coefs_", None)
    intercepts = getattr(model, "intercepts_", None)
    if not coefficients or intercepts is None:
        raise ValueError(
            f"{type(model).__name__} has no coefs_ and intercepts_: fit an MLPClassifier or an"
            " MLPRegressor first."
        )
    hidden = [model.activation] * (len(coefficients) - 1)
    return ModelWeights(
        [matrix.T for matrix in coefficients],
        list(intercepts),
        [_activation(word) for word in (*hidden, model.out_activation_)],
    )


def _activation(word: str) -> str:
    if word not in _ACTIVATIONS:
        raise ValueError(f"The activation {word!r} of scikit-learn has no counterpart.")
    return _ACTIVATIONS[word]
