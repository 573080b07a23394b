# Generated from clearprop/_async/client.py by `make client`: change that file.
"""The client."""

from collections.abc import Iterator, Sequence
from functools import partial
from types import TracebackType
from typing import Self, Unpack

from clearprop._sync.connection import Connection
from clearprop._sync.networks import Network
from clearprop._sync.training_sets import TrainingSet
from clearprop._transports.threads import Transport
from clearprop.addresses import DEFAULT_SERVER, check_target
from clearprop.backoff import DEFAULT_PATIENCE
from clearprop.calls import networks, server, training_sets
from clearprop.documents import DocumentLike
from clearprop.keywords import check_keywords, check_methods
from clearprop.options import NetworkOptions
from clearprop.v1.training_service_pb2 import GetServerInfoResponse
from clearprop.values import MatrixLike, RowsLike


@check_keywords
def connect(target: str = DEFAULT_SERVER, *, patience: float = DEFAULT_PATIENCE) -> "Client":
    """Return a client of the server at `target`, HOST:PORT. Nothing is sent before the first call.

    A call that finds the server unavailable is repeated for up to `patience` seconds before it
    raises ClearpropError, and so a watch that lost its connection; with 0 never.

    Raises ValueError if `target` is not a valid address.
    """
    return Client(Connection(Transport(check_target(target)), patience))


@check_methods
class Client:
    """A connection to one server, made by `connect`; a context manager that closes it.

    It and its handles may be used as long as it is open, from any thread. Every method
    raises ClearpropError when the service refuses or cannot be reached.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

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
        """Close the connection. Calls and watches that are under way end with CANCELLED."""
        self._connection.close()

    def create_network(
        self,
        network: str = "",
        *,
        layer_sizes: Sequence[int],
        request_id: str = "",
        **options: Unpack[NetworkOptions],
    ) -> Network:
        """Make a network with its update 0 and return it.

        `network` is its id, `[a-z][a-z0-9-]{0,62}`; the service makes one where none is given.
        `layer_sizes` are inputs first, outputs last. `activations` is one for each layer after the
        inputs, or one for all: `sigmoid` (the default), `tanh`, `relu`, `leaky-relu`, `softplus`,
        `identity`, and `softmax` for the output layer. `cost_function` is `cross-entropy`,
        `categorical-cross-entropy`, `squared-error` or `quadratic`, by default what is natural for
        the outputs. With `bias` every unit has one.

        `initializer` is `uniform` (the default; in [low, high), by default [-0.12, 0.12)),
        `glorot`, `he` or `zeros`, and `seed` what it draws with; the service picks one where none
        is given. Or the weights are given: `initial_weights`, a matrix [units, inputs] for each
        layer after the inputs, and with `bias` also `initial_biases`, a vector [units] for each.
        PyTorch stores the weights of a layer in the same way; Keras stores them as [inputs, units],
        for which `layout` is `inputs-units`. No error is possible for a square matrix in the wrong
        layout. `labels` are the client's own notes.
        """
        call = networks.create_network(network, layer_sizes, options, request_id)
        response = self._connection.call(call)
        return Network(self._connection, response.network)

    def import_network(
        self, document: DocumentLike, network: str = "", *, request_id: str = ""
    ) -> Network:
        """Make the network that a document describes, as `export` writes it, and return it.

        An equal one: with the same structure, parameters and labels, and with what its optimizer
        remembered, so that training goes on to the same bits. `document` is the text or what was
        parsed of it; `network` the id, which the service makes where none is given. Raises
        ValueError, with all that is wrong, for what is no such document.
        """
        call = networks.import_network(document, network, request_id)
        response = self._connection.call(call)
        return Network(self._connection, response.network)

    def network(self, network: str) -> Network:
        """Return a network by its id."""
        call = networks.get_network(network)
        response = self._connection.call(call)
        return Network(self._connection, response.network)

    def networks(self) -> Iterator[Network]:
        """Yield the networks, ordered by id."""
        return self._connection.pages(networks.list_networks(), partial(Network, self._connection))

    def create_training_set(
        self,
        training_set: str,
        inputs: MatrixLike,
        targets: MatrixLike,
        *,
        request_id: str = "",
    ) -> TrainingSet:
        """Store a training set: `inputs` [examples, inputs] and `targets` [examples, targets].

        All of it in one request, so up to 16 MiB. The service makes an id where `training_set` is
        empty.
        """
        call = training_sets.create_training_set(training_set, inputs, targets, request_id)
        response = self._connection.call(call)
        return TrainingSet(self._connection, response.training_set)

    def upload_training_set(
        self,
        training_set: str,
        inputs: RowsLike,
        targets: RowsLike,
        *,
        request_id: str = "",
    ) -> TrainingSet:
        """Store a training set of any size, sent in pieces: for those that are large.

        `inputs` and `targets` are arrays [examples, numbers] or whatever yields a row of numbers
        for each example, also a generator. Nothing is stored unless all of it is. A piece is 2^17
        numbers; the service waits a minute for each. Raises ValueError for rows that are no numbers
        or have no partner.
        """
        upload = training_sets.upload_training_set(training_set, inputs, targets, request_id)
        response = self._connection.upload(upload)
        return TrainingSet(self._connection, response.training_set)

    def training_set(self, training_set: str) -> TrainingSet:
        """Return a training set by its id; `and`, `or` and `xor` come with the service."""
        call = training_sets.get_training_set(training_set)
        response = self._connection.call(call)
        return TrainingSet(self._connection, response.training_set)

    def training_sets(self) -> Iterator[TrainingSet]:
        """Yield the training sets, ordered by id."""
        return self._connection.pages(
            training_sets.list_training_sets(), partial(TrainingSet, self._connection)
        )

    def server_info(self) -> GetServerInfoResponse:
        """Return the server's version, what its store is, and its limits."""
        call = server.get_server_info()
        return self._connection.call(call)
