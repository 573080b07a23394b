# Generated from clearprop/_async/client.py by `make client`: change that file.
"""The client."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Self, Unpack

from clearprop._sync.backups import Backup
from clearprop._sync.client_training_sets import ClientTrainingSets
from clearprop._sync.connection import Connection
from clearprop._sync.networks import Network
from clearprop._sync.sweeps import Report, Sweep
from clearprop._transports.threads import Transport
from clearprop.addresses import DEFAULT_SERVER
from clearprop.backoff import DEFAULT_RETRY_TIMEOUT
from clearprop.calls import networks, server, tokens, weights
from clearprop.documents import DocumentLike
from clearprop.endpoints import EndpointOptions, endpoint
from clearprop.errors import ClearpropError
from clearprop.keywords import check_keywords, check_methods
from clearprop.options import NetworkOptions, SweepOptions
from clearprop.sweeps.plan import Repeats, plan_of
from clearprop.sweeps.ranges import Choices
from clearprop.sweeps.results import SweepResult
from clearprop.token_infos import NewToken, TokenInfo
from clearprop.v1.audit_pb2 import AuditEntry
from clearprop.v1.training_service_pb2 import GetServerInfoResponse
from clearprop.values import LayoutName
from clearprop.weights.reading import WeightSource, read_weights


@check_keywords
def connect(
    target: str = DEFAULT_SERVER,
    *,
    retry_timeout: float = DEFAULT_RETRY_TIMEOUT,
    **options: Unpack[EndpointOptions],
) -> "Client":
    """Return a client for the server at `target`. Nothing is sent before the first call.

    `target` is HOST:PORT; grpcs://HOST:PORT connects with TLS.

    While the server is unavailable, a call or a watch is retried for up to `retry_timeout` seconds
    before it raises ClearpropError. With 0, nothing is retried.

    - `token`: a token of the server, which is sent with every call.
    - `ca`: a PEM file with the authority that issued the certificate of the server, unless it is
      one of the public authorities. It implies TLS.
    - `cert`, `key`: PEM files with a certificate for this client, and its private key. They imply
      TLS.
    - `insecure`: True allows a token without TLS to a server on another machine.

    Raises ValueError if `target`, the token or a file is not valid, and for a token that would be
    sent to another machine without TLS.
    """
    transport = Transport(endpoint(target, options))
    return Client(Connection(transport, retry_timeout))


@check_methods
class Client(ClientTrainingSets):
    """A connection to one server, created by `connect`; a context manager that closes it.

    It and its handles can be used from any thread. Every method raises
    ClearpropError if the service refuses the call or cannot be reached.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection. Calls and watches in progress end with CANCELLED."""
        self._connection.close()

    def create_network(
        self,
        network: str = "",
        *,
        layer_sizes: Sequence[int],
        request_id: str = "",
        **options: Unpack[NetworkOptions],
    ) -> Network:
        """Create a network, with update 0, and return it.

        - `network`: the id, `[a-z][a-z0-9-]{0,62}`. By default, the service generates one.
        - `layer_sizes`: the number of inputs first, the number of outputs last.
        - `activations`: one for each layer after the inputs, or one for all of them: `sigmoid` (the
          default), `tanh`, `relu`, `leaky-relu`, `elu`, `selu`, `gelu`, `silu`, `softplus`,
          `identity`; and `softmax` for the output layer.
        - `cost_function`: `cross-entropy`, `categorical-cross-entropy`, `squared-error`,
          `quadratic`, `huber`, `hinge` or `poisson`. The default follows from the output
          activation.
        - `bias`: whether every unit has a bias. False by default.
        - `initializer`: `uniform` (the default), `glorot`, `he`, `lecun`, `lecun-normal`,
          `glorot-normal`, `he-normal`, `normal`, `orthogonal` or `zeros`.
        - `seed`: the seed of the initializer. By default, the service chooses one.
        - `low`, `high`: the range [low, high) of `uniform`, [-0.12, 0.12) by default.
        - `deviation`: the standard deviation of `normal`, 0.05 by default.
        - `initial_weights`: a matrix [units, inputs] for each layer after the inputs, instead of an
          initializer. PyTorch stores the weights of a layer in this layout. Keras stores them as
          [inputs, units]: pass `layout="inputs-units"` with them. A square matrix fits both
          layouts, so a wrong layout cannot be detected.
        - `initial_biases`: with `initial_weights` and `bias`, a vector [units] for each layer.
        - `layout`: the layout of `initial_weights`: `units-inputs` (the default) or `inputs-units`.
        - `labels`: notes of the client, as texts by name.
        - `request_id`: see `Network`.

        Raises ValueError for an unknown name and for values that are not numbers.
        """
        call = networks.create_network(network, layer_sizes, options, request_id)
        response = self._connection.call(call)
        return Network(self._connection, response.network)

    def import_network(
        self, document: DocumentLike, network: str = "", *, request_id: str = ""
    ) -> Network:
        """Create a network from a document that `export` has written, and return it.

        The new network has the same structure, parameters, labels and optimizer state, so that
        training continues with the same bits. `document` is the JSON text, or the object parsed
        from it. `network` is the id; by default, the service generates one.

        Raises ValueError, with everything that is wrong, if the document is not valid.
        """
        call = networks.import_network(document, network, request_id)
        response = self._connection.call(call)
        return Network(self._connection, response.network)

    def import_weights(
        self,
        network: str,
        source: WeightSource,
        *,
        activations: str | Sequence[str] = (),
        cost_function: str = "",
        layout: LayoutName | None = None,
        request_id: str = "",
    ) -> Network:
        """Give a network the weights of a model of another library, and return it.

        If the network does not exist, it is created. If it exists, its shape must be that of the
        model, and its parameters are reset by one update.

        - `source`: a file (.npz, .safetensors or .onnx), arrays by name such as a `state_dict` of
          PyTorch, a list of arrays such as `get_weights()` of Keras, or `sklearn_weights(model)`.
        - `activations`: one for each layer after the inputs, or one for all. Needed for a new
          network unless the source has them, as .onnx and `sklearn_weights` do.
        - `cost_function`: of a new network. The default follows from the output activation.
        - `layout`: that of the matrices: `units-inputs`, as in PyTorch, or `inputs-units`, as in
          Keras. Needed only if neither names nor shapes tell it.

        Raises ValueError for anything but fully connected layers, with the name of the array or
        operator, and OSError if a file cannot be read.
        """
        model = read_weights(source, layout)
        if activations:
            model = model.with_activations(activations)
        found = self._existing(network)
        if found is None:
            call = weights.create_with_weights(network, model, cost_function, request_id)
            response = self._connection.call(call)
            return Network(self._connection, response.network)
        reset = weights.reset_to_weights(found, model, cost_function, request_id)
        self._connection.call(reset)
        return found.refresh()

    def _existing(self, network: str) -> Network | None:
        """Return a network, or None if it does not exist."""
        if not network:
            return None
        try:
            return self.network(network)
        except ClearpropError as error:
            if error.reason != "NETWORK_NOT_FOUND":
                raise
            return None

    def network(self, network: str) -> Network:
        """Return a network by its id."""
        call = networks.get_network(network)
        response = self._connection.call(call)
        return Network(self._connection, response.network)

    def networks(self) -> Iterator[Network]:
        """Yield the networks, ordered by id."""
        return self._connection.pages(networks.list_networks(), partial(Network, self._connection))

    def sweep(  # noqa: PLR0913 - a sweep has many arguments
        self,
        sweep: str,
        training_set: str,
        *,
        vary: Mapping[str, Choices],
        samples: int | None = None,
        sample_seed: int = 0,
        seeds: int | Iterable[int] = 1,
        folds: int = 0,
        at_once: int = 16,
        report: Report | None = None,
        **options: Unpack[SweepOptions],
    ) -> SweepResult:
        """Train a network for each combination of settings, wait for all of them, and compare them.

        Every option of `create_network` and `train` can have one value or vary:

            client.sweep("rates", "iris", vary={"learning_rate": [0.01, 0.1]}, folds=5,
                         hidden_layers=[8], batch_size=16, epochs=100)

        The networks are named after the sweep, with a number, and have labels: `sweep`, `trial`,
        and each setting. The same call again, for example after the program was killed, trains
        only what is not trained yet, and returns the same result.

        - `sweep`: the name of the sweep. One name has one set of arguments.
        - `vary`: a list of values for each setting that varies, or, with `samples`, a
          `clearprop.Range`. By default, all combinations are trained.
        - `samples`: the number of random combinations, which `sample_seed` chooses.
        - `seeds`: the seeds of initial weights with which each combination is trained: a number of
          them, from 1, or the seeds themselves.
        - `folds`: the number of folds of a cross-validation: each combination is trained as often,
          and validated on another part of the training set each time.
        - `hidden_layers`: the numbers of units of the hidden layers, such as `[16, 8]` or 16. The
          sizes of the first and the last layer are those of the training set.
        - `activations`: as for `create_network`; of two words, the first is for all hidden layers.
        - `at_once`: the number of networks that are trained at a time.
        - `report`: is called with each trial that is over, how many are, and how many there are.

        Raises ValueError for settings that are not valid, and if the sweep exists with others.
        """
        found = self.training_set(training_set)
        plan = plan_of(
            sweep,
            found,
            vary,
            options,
            Repeats.of(seeds, folds),
            None if samples is None else (samples, sample_seed),
        )
        if at_once < 1:
            raise ValueError(f"at_once must be at least 1, not {at_once}.")
        return Sweep(self, plan, found).train(at_once, report)

    def back_up(self) -> Backup:
        """Copy the store of the server while it trains, and return the copy.

        The file is a database that `clearprop restore` makes the store of a server.
        """
        return Backup.begun(self._connection.stream(server.back_up_store()))

    def create_token(self, name: str, *, scope: str, lifetime: timedelta | None = None) -> NewToken:
        """Create a token and return it with its secret, which is never shown again.

        `scope` is `read`, `train` or `admin`. A token without a `lifetime` does not expire.
        """
        response = self._connection.call(tokens.create_token(name, scope, lifetime))
        return NewToken(response)

    def tokens(self) -> Iterator[TokenInfo]:
        """Yield the tokens without their secrets, ordered by name."""
        return self._connection.pages(tokens.list_tokens(), TokenInfo)

    def revoke_token(self, name: str) -> None:
        """Revoke a token: calls with it fail, and its streams end."""
        self._connection.call(tokens.revoke_token(name))

    def audit_entries(self) -> Iterator[AuditEntry]:
        """Yield the entries of the audit log, latest first, as messages of the contract."""
        return self._connection.pages(server.list_audit_entries(), lambda entry: entry)

    def server_info(self) -> GetServerInfoResponse:
        """Return the server's version, kind of store, limits and functions."""
        return self._connection.call(server.get_server_info())
