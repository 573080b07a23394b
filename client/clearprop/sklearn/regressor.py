"""The regressor."""

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import validate_data

from clearprop.sklearn.estimator import Array, ServerEstimator


class ClearpropRegressor(RegressorMixin, ServerEstimator):  # type: ignore[misc] # untyped
    """A regressor whose network is trained on a server, with the squared error as its cost.

    It predicts one number for each example, or several. The parameters and attributes are those of
    `ClearpropClassifier`, without `classes_`. Targets of any size are learned best if they are
    scaled: see `sklearn.compose.TransformedTargetRegressor`.
    """

    _output_activation = "identity"

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: ANN401, N803
        """Train a new network on `X` [examples, features] and `y` [examples] or [examples, n]."""
        inputs, targets = self._validated(X, y, reset=True)
        return self._fit_network(inputs, targets, sample_weight)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: ANN401, N803
        """Train for one epoch on these examples; the first call creates the network."""
        inputs, targets = self._validated(X, y, reset=not hasattr(self, "network_"))
        return self._continue_network(inputs, targets, sample_weight)

    def predict(self, X: Any) -> Array:  # noqa: ANN401, N803
        """Return the predicted number or numbers of each example."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._is_flat else outputs

    def __sklearn_tags__(self) -> Tags:
        """Return scikit-learn's description of what this estimator can do."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _validated(self, X: Any, y: Any, *, reset: bool) -> tuple[Array, Array]:  # noqa: ANN401, N803
        inputs, targets = validate_data(
            self, X, y, dtype=np.float64, y_numeric=True, multi_output=True, reset=reset
        )
        if reset:
            self._is_flat = targets.ndim == 1
        return inputs, targets.reshape(len(inputs), -1)
