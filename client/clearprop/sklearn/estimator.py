"""What the classifier and the regressor have in common: training and computing on a server."""

import weakref
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from clearprop._sync.client import Client
from clearprop._sync.networks import Network
from clearprop._sync.runs import Run
from clearprop.addresses import DEFAULT_SERVER
from clearprop.errors import ClearpropError
from clearprop.options import TrainingOptions
from clearprop.sklearn.leftovers import CREATED_SETS, Owned, delete_discarded, discard
from clearprop.sklearn.servers import ServerKey, client_of

Array = NDArray[Any]

#: The numbers of a call: a request has up to 16 MiB.
_MOST_NUMBERS = 2**19

#: How often a training set is created again that another process has deleted.
_ATTEMPTS = 10


class ServerEstimator(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """The parameters and the network of an estimator."""

    #: The activation of the outputs.
    _output_activation: str

    def __init__(  # noqa: PLR0913 - every parameter has a name, as scikit-learn requires
        self,
        server: str = DEFAULT_SERVER,
        *,
        hidden_layers: int | Sequence[int] = (100,),
        activation: str = "relu",
        initializer: str = "glorot",
        optimizer: str = "adam",
        learning_rate: float = 0.001,
        batch_size: int = 200,
        epochs: int = 200,
        random_state: Any = None,  # noqa: ANN401 - as scikit-learn takes it
        train_options: Mapping[str, Any] | None = None,
        keep: bool = False,
        labels: Mapping[str, str] | None = None,
        connection: Mapping[str, Any] | None = None,
    ) -> None:
        self.server = server
        self.hidden_layers = hidden_layers
        self.activation = activation
        self.initializer = initializer
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.random_state = random_state
        self.train_options = train_options
        self.keep = keep
        self.labels = labels
        self.connection = connection

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the connection; the network, which the copy uses, is kept."""
        state = dict(super().__getstate__())
        owner = state.pop("_owner", None)
        state.pop("_handle", None)
        if owner is not None:
            owner[0].detach()
        return state

    def _fit_network(self, inputs: Array, targets: Array, weights: Any) -> Self:  # noqa: ANN401
        """Create a network and train it for all epochs."""
        delete_discarded()
        self._create_network(inputs.shape[1], targets.shape[1])
        self._train(inputs, targets, weights, self.epochs)
        return self

    def _continue_network(self, inputs: Array, targets: Array, weights: Any) -> Self:  # noqa: ANN401
        """Train for one epoch; the first call creates the network."""
        if not hasattr(self, "network_"):
            self._create_network(inputs.shape[1], targets.shape[1])
        self._train(inputs, targets, weights, 1)
        return self

    def _create_network(self, inputs: int, targets: int) -> None:
        hidden = np.atleast_1d(np.asarray(self.hidden_layers, dtype=np.intp)).tolist()
        self._seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        self._run_count = 0
        self._handle = self._client.create_network(
            layer_sizes=[inputs, *hidden, targets],
            activations=[self.activation] * len(hidden) + [self._output_activation],
            bias=True,
            initializer=self.initializer,
            seed=self._seed,
            labels={"estimator": type(self).__name__, **(self.labels or {})},
        )
        if (before := getattr(self, "_owner", None)) is not None:
            before[0]()  # the network of an earlier fit
        self.network_ = self._handle.id
        if self.keep:
            self._owner = None
        else:
            owned = Owned(self._server, self.network_)
            self._owner = weakref.finalize(self, discard, owned), owned

    def _train(self, inputs: Array, targets: Array, weights: Any, epochs: int) -> None:  # noqa: ANN401
        if weights is not None:
            weights = _check_sample_weight(weights, inputs, ensure_non_negative=True)
        settings: dict[str, Any] = {
            "learning_rate": self.learning_rate,
            "batch_size": min(self.batch_size, len(inputs)),
            "epochs": epochs,
            "optimizer": self.optimizer,
            "shuffle_seed": self._seed + self._run_count,
        }
        for name in self.train_options or {}:
            if name in self._get_param_names():
                raise ValueError(
                    f"{name} is a parameter of {type(self).__name__}: set it as {name}=…, not in"
                    " train_options."
                )
        settings |= self.train_options or {}
        self._run_count += 1
        run = self._started(inputs, targets, weights, cast("TrainingOptions", settings)).wait()
        if run.state != "SUCCEEDED":
            reason = run.failure.message if run.failure is not None else f"the run is {run.state}"
            raise ValueError(f"Training of network {self.network_} has failed: {reason}.")
        self.update_ = run.latest_update
        self.n_iter_ = run.epoch
        self.loss_ = run.latest_cost

    def _started(
        self, inputs: Array, targets: Array, weights: Array | None, settings: TrainingOptions
    ) -> Run:
        """Return the run, on a training set whose id is made from its contents.

        Estimators that are fitted to the same examples, as in a grid search, share it.
        """
        digest = sha256(repr((inputs.shape, targets.shape)).encode())
        for array in (inputs, targets) if weights is None else (inputs, targets, weights):
            digest.update(np.ascontiguousarray(array, dtype=np.float64).tobytes())
        training_set = f"estimator-{digest.hexdigest()[:32]}"
        for attempt in range(_ATTEMPTS):
            is_ours = self._find_or_create_set(training_set, inputs, targets, weights)
            try:
                run = self._network.train(training_set, **settings)
            except ClearpropError as error:
                # Another process that used the set has ended meanwhile.
                if error.reason != "TRAINING_SET_NOT_FOUND" or attempt == _ATTEMPTS - 1:
                    raise
                CREATED_SETS.forget(self._server, training_set)
                continue
            if self._owner is not None:
                self._owner[1].replace_set(training_set if is_ours else "")
            return run
        raise AssertionError

    def _find_or_create_set(
        self, training_set: str, inputs: Array, targets: Array, weights: Array | None
    ) -> bool:
        """Create the training set unless it exists; return whether this process has created it."""
        if CREATED_SETS.use(self._server, training_set):
            return True
        is_small = inputs.size + targets.size <= _MOST_NUMBERS
        client = self._client
        create = client.create_training_set if is_small else client.upload_training_set
        try:
            create(training_set, inputs, targets, weights=weights)
        except ClearpropError as error:
            if error.reason != "TRAINING_SET_EXISTS":
                raise
            return False
        CREATED_SETS.add(self._server, training_set)
        return True

    def _outputs(self, X: Any) -> Array:  # noqa: ANN401, N803 - as in scikit-learn
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        most = max(1, _MOST_NUMBERS // max(self._network.layer_sizes))
        parts = [
            self._network.predict(rows[first : first + most], update=self.update_).outputs
            for first in range(0, len(rows), most)
        ]
        return np.concatenate(parts)

    @property
    def _server(self) -> ServerKey:
        return ServerKey.of(self.server, self.connection)

    @property
    def _client(self) -> Client:
        return client_of(self._server)

    @property
    def _network(self) -> Network:
        if not hasattr(self, "_handle"):
            self._handle = self._client.network(self.network_)
        return self._handle
