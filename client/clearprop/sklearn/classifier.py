"""The classifier."""

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from clearprop.sklearn.estimator import Array, ServerEstimator


class ClearpropClassifier(ClassifierMixin, ServerEstimator):  # type: ignore[misc] # untyped
    """A classifier whose network is trained on a server.

    Two classes have one sigmoid output, more have a softmax output each. The parameters are those
    of `create_network` and `train`; the defaults are those of scikit-learn's MLPClassifier, without
    its early end and its penalty.

    - `server`: the address of the server, as for `clearprop.connect`.
    - `hidden_layers`: the numbers of units of the hidden layers, or one number.
    - `activation`: that of the hidden layers.
    - `initializer`, `optimizer`, `learning_rate`, `epochs`: as for the client.
    - `batch_size`: at most; a smaller training set is one batch.
    - `random_state`: the source of the seeds of the initial weights and of the order of examples.
    - `train_options`: other options of `train`, such as `{"l2": 0.001, "patience": 10,
      "validation_share": 0.1}`.
    - `keep`: whether the network stays on the server when this object is no longer used. A pickled
      one is always kept.
    - `labels`: labels of the network, besides `estimator`.
    - `connection`: other arguments of `clearprop.connect`, such as `{"token": …}`.

    After `fit`, `network_` is the id of the network on the server, `update_` the number of its
    update, `classes_` the classes, `loss_` the cost of the last batch, and `n_iter_` the number of
    epochs.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: ANN401, N803
        """Train a new network on `X` [examples, features] and the class of each example."""
        inputs, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self._set_classes(np.unique(y))
        return self._fit_network(inputs, self._targets(y), sample_weight)

    def partial_fit(
        self,
        X: Any,  # noqa: ANN401, N803
        y: Any,  # noqa: ANN401
        classes: Any = None,  # noqa: ANN401
        sample_weight: Any = None,  # noqa: ANN401
    ) -> Self:
        """Train for one epoch on these examples; the first call needs all `classes`."""
        is_first = not hasattr(self, "classes_")
        inputs, y = validate_data(self, X, y, dtype=np.float64, reset=is_first)
        check_classification_targets(y)
        if is_first:
            if classes is None:
                raise ValueError("The first call of partial_fit needs all classes.")
            self._set_classes(np.unique(classes))
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(f"The classes must stay the same: {list(self.classes_)}.")
        return self._continue_network(inputs, self._targets(y), sample_weight)

    def predict_proba(self, X: Any) -> Array:  # noqa: ANN401, N803
        """Return the probability of each class [examples, classes]."""
        outputs = self._outputs(X)
        return outputs if outputs.shape[1] > 1 else np.hstack([1.0 - outputs, outputs])

    def predict(self, X: Any) -> Array:  # noqa: ANN401, N803
        """Return the most probable class of each example."""
        check_is_fitted(self)
        outputs = self._outputs(X)
        chosen = outputs.argmax(axis=1) if outputs.shape[1] > 1 else outputs[:, 0] > 0.5
        found: Array = self.classes_[chosen.astype(np.intp)]
        return found

    @property
    def _output_activation(self) -> str:  # type: ignore[override]
        return "softmax" if len(self.classes_) > 2 else "sigmoid"

    def _set_classes(self, classes: Array) -> None:
        if len(classes) < 2:
            raise ValueError(
                f"Training needs at least two classes, but there is one class: {classes}"
            )
        self.classes_ = classes

    def _targets(self, y: Array) -> Array:
        """Return targets [examples, outputs] of 0 and 1."""
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(f"y has classes that are not among `classes`: {list(unknown)}.")
        numbers = np.searchsorted(self.classes_, y)
        if len(self.classes_) == 2:
            return numbers.reshape(-1, 1).astype(np.float64)
        targets: Array = np.eye(len(self.classes_))[numbers]
        return targets
