"""Use cases of networks: create, fork, get, list, label, delete."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from service.access.principal import Principal
from service.reading.state_reader import StateReader
from service.reading.update_numbers import chosen_update
from service.use_cases.caller import CALLER, PRINCIPAL
from service.use_cases.network_owners import NetworkOwners
from service.use_cases.requests import RequestId, check_request, check_unanswered, once
from training.access import Scope
from training.errors import (
    LimitExceeded,
    NetworkExists,
    NetworkNotFound,
    RunNotOver,
    ScopeRequired,
    Violation,
    Violations,
    validating,
)
from training.identifiers import check_id, check_label_bytes, check_labels, new_id, new_uid
from training.limits import Limits
from training.network import (
    Fork,
    Initializer,
    LayerParameters,
    Network,
    Unspecified,
    count_parameters,
    initial_parameters,
)
from training.network_rules import check_initializer, check_layer_parameters, check_structure
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction, natural_cost_function
from training.numerics.initializers import InitializerKind
from training.optimizer import OptimizerState, check_optimizer_state
from training.ports import Clock, Reader, Store, Writer
from training.run import RunState
from training.tables.preparation import Preparation, check_preparation
from training.tables.table import check_table
from training.update import Head, Keyframe, Segment, State, UpdateKind, check_etag

_BYTES_OF_A_NUMBER = 8


@dataclass(frozen=True, slots=True)
class NetworkView:
    """A network and its head at the time of the read."""

    network: Network
    head: Head


@dataclass(frozen=True, slots=True)
class NewNetwork:
    """The description of a new network in a request.

    Empty `id`: the service chooses one. `activations`: one for each layer after the inputs, one for
    all, or none for sigmoid. `cost_function` NATURAL: automatic, from the output activation.
    `initializer` None: uniform with a random seed. `optimizer_state`: the optimizer state at update
    0, if not the initial one. `unknown`: the fields with unknown values.
    """

    id: str
    layer_sizes: tuple[int, ...]
    activations: tuple[Activation, ...] = ()
    cost_function: CostFunction | Unspecified = Unspecified.NATURAL
    initializer: Initializer | None = None
    initial_parameters: tuple[LayerParameters, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    bias: bool = False
    optimizer_state: OptimizerState | None = None
    preparation: Preparation | None = None
    unknown: tuple[Violation, ...] = ()

    @property
    def chosen_cost_function(self) -> CostFunction:
        """The requested cost function, or the automatic one."""
        if self.cost_function is not Unspecified.NATURAL:
            return self.cost_function
        return natural_cost_function(
            self.activations[-1] if self.activations else Activation.SIGMOID
        )


class Networks:
    """Operations on networks as a whole."""

    def __init__(self, store: Store, states: StateReader, clock: Clock, limits: Limits) -> None:
        self._store = store
        self._states = states
        self._clock = clock
        self._limits = limits
        self._owners = NetworkOwners(limits)

    def create(
        self,
        wanted: NewNetwork,
        request: RequestId[NetworkView] | None = None,
        *,
        validate_only: bool = False,
    ) -> NetworkView:
        """Create a network and its update 0.

        Raises InvalidFields, LimitExceeded, NetworkExists, StoreFull.
        """
        self._check(wanted, request)
        uid = "" if validate_only else new_uid()
        network = self._describe(wanted, uid)
        if validate_only:
            with self._store.read() as reader:
                self._check_capacity(reader, network)
                _check_free(reader, network.id)
            return NetworkView(network, Head(uid))
        parameters = initial_parameters(network, wanted.initial_parameters)
        return self._add(network, State(0, parameters, _completed(wanted.optimizer_state)), request)

    def fork(
        self,
        network_id: str,
        update: int | None,
        new_network: str = "",
        labels: dict[str, str] | None = None,
        request: RequestId[NetworkView] | None = None,
    ) -> NetworkView:
        """Create a network whose update 0 is an update of another one, None for its latest.

        The optimizer state is copied too, so the same training gives the same bits. The source may
        be training; it is not changed.

        Raises InvalidFields, LimitExceeded, NetworkExists, NetworkNotFound, UpdateOutOfRange,
        HistoryCompacted, DamagedHistory, StoreFull.
        """
        labels = labels or {}
        with validating() as violations:
            check_request(violations, request)
            if new_network:
                check_id(violations, "new_network", new_network)
            check_labels(violations, "labels", labels)
        check_label_bytes(labels, self._limits)
        with self._store.read() as reader:
            check_unanswered(reader, request)  # first: the source may have been deleted
            source = reader.network(network_id)
            number = chosen_update(source, reader.head(source.uid), update)
            self._check_capacity(reader, source)
            _check_free(reader, new_network)
        # It may need a replay, which must not block writers.
        state = self._states.read(source, number)
        fork = replace(
            source,
            id=new_network or new_id("network"),
            uid=new_uid(),
            create_time=self._clock.now(),
            labels=labels,
            forked_from=Fork(source.id, source.uid, number),
            owner=_owner(),
        )
        return self._add(fork, replace(state, update=0), request)

    def get(self, network_id: str) -> NetworkView:
        """Return a network. Raises NetworkNotFound."""
        with self._store.read() as reader:
            return _view(reader, reader.network(network_id))

    def page(self, after: str, limit: int) -> list[NetworkView]:
        """Return up to `limit` networks with ids greater than `after`, ordered by id."""
        with self._store.read() as reader:
            return [_view(reader, network) for network in reader.networks(after, limit)]

    def label(
        self,
        network_id: str,
        labels: dict[str, str],
        keys: Sequence[str] | None,
        etag: str = "",
        request: RequestId[NetworkView] | None = None,
        unknown: Iterable[Violation] = (),
    ) -> NetworkView:
        """Replace all labels, or those with the given keys; a key without a label is removed.

        `unknown` are the fields whose values are not valid in the contract.

        Raises InvalidFields, LimitExceeded, NetworkNotFound, StaleEtag.
        """
        with validating(unknown) as violations:
            check_request(violations, request)
            check_labels(violations, "labels", labels)

        def change(writer: Writer) -> NetworkView:
            network = writer.network(network_id)
            check_etag(writer.head(network.uid), etag, network_id)
            changed = labels if keys is None else _merged(network.labels, labels, keys)
            with validating() as violations:
                check_labels(violations, "labels", changed)
            check_label_bytes(changed, self._limits, network.labels)
            writer.set_labels(network.uid, changed)
            return _view(writer, replace(network, labels=changed))

        return self._store.commit(
            lambda writer: once(writer, self._clock, request, lambda: change(writer))
        )

    def delete(
        self, network_id: str, etag: str = "", request: RequestId[None] | None = None
    ) -> None:
        """Delete a network: it is hidden now, and its history is deleted in the background.

        Raises NetworkNotFound, ScopeRequired if the caller neither has created the network nor has
        the scope admin, RunNotOver while a run is RUNNING, StaleEtag.
        """
        removed: set[str] = set()
        principal = PRINCIPAL.get()

        def remove(writer: Writer) -> None:
            network = writer.network(network_id)
            _check_may_delete(principal, network)
            head = writer.head(network.uid)
            check_etag(head, etag, network_id)
            if head.active_run and writer.run(network.uid, head.active_run).is_active:
                raise RunNotOver(
                    f"run {head.active_run} of network {network_id} is {RunState.RUNNING}:"
                    " call PauseRun or CancelRun first",
                    network=network_id,
                    run=head.active_run,
                )
            writer.delete_network(network.uid)
            removed.add(network.uid)

        self._store.commit(
            lambda writer: once(writer, self._clock, request, lambda: remove(writer))
        )
        for uid in removed:
            self._owners.remove(uid)

    def _check(self, wanted: NewNetwork, request: RequestId[NetworkView] | None) -> None:
        with validating(wanted.unknown) as violations:
            check_request(violations, request)
            if wanted.id:
                check_id(violations, "network", wanted.id)
            check_labels(violations, "labels", wanted.labels)
            check_structure(
                violations,
                wanted.layer_sizes,
                wanted.bias,
                wanted.activations,
                wanted.chosen_cost_function,
                self._limits,
            )
            if wanted.preparation is not None:
                _check_preparation(violations, wanted.preparation, wanted.layer_sizes)
            if wanted.initializer is not None:
                violations.require(
                    not wanted.initial_parameters,
                    "initializer",
                    "must be absent together with initial_parameters",
                )
                check_initializer(violations, "initializer", wanted.initializer)
            if wanted.initial_parameters:
                check_layer_parameters(
                    violations,
                    "initial_parameters",
                    wanted.initial_parameters,
                    wanted.layer_sizes,
                    wanted.bias,
                )
            # For invalid layers, only these are reported: the number of parameters is unknown.
            if wanted.optimizer_state is not None and min(wanted.layer_sizes, default=0) >= 1:
                count = count_parameters(wanted.layer_sizes, wanted.bias)
                check_optimizer_state(violations, "optimizer_state", wanted.optimizer_state, count)
        check_label_bytes(wanted.labels, self._limits)

    def _add(
        self, network: Network, state: State, request: RequestId[NetworkView] | None
    ) -> NetworkView:
        """Store a network that starts with this state."""
        client = CALLER.get()

        def add(writer: Writer) -> NetworkView:
            self._check_capacity(writer, network)
            self._owners.add(client, network.uid, writer)
            segment = Segment(network.uid, UpdateKind.INITIAL, 0, 1, network.create_time)
            head = writer.add_network(network, segment, Keyframe(network.uid, state))
            return NetworkView(network, head)

        try:
            return self._store.commit(
                lambda writer: once(writer, self._clock, request, lambda: add(writer))
            )
        except BaseException:
            self._owners.remove(network.uid)
            raise

    def _check_capacity(self, reader: Reader, network: Network) -> None:
        self._store.require_room(_BYTES_OF_A_NUMBER * network.parameter_count)
        if reader.count_networks() >= self._limits.networks:
            raise LimitExceeded(
                f"the limit of {self._limits.networks} networks is reached: delete a network first",
                limit="networks",
                value=self._limits.networks,
            )

    def _describe(self, wanted: NewNetwork, uid: str) -> Network:
        layers = len(wanted.layer_sizes) - 1
        activations = wanted.activations or (Activation.SIGMOID,)
        return Network(
            id=wanted.id or new_id("network"),
            uid=uid,
            layer_sizes=wanted.layer_sizes,
            activations=activations * layers if len(activations) == 1 else activations,
            cost_function=wanted.chosen_cost_function,
            initializer=_recipe(wanted),
            create_time=self._clock.now(),
            labels=wanted.labels,
            bias=wanted.bias,
            owner=_owner(),
            preparation=wanted.preparation,
        )


def _owner() -> str:
    """Return the name of the caller for the store; empty if only its address is known."""
    principal = PRINCIPAL.get()
    return "" if principal is None else principal.name


def _check_may_delete(principal: Principal | None, network: Network) -> None:
    if principal is None or principal.scope is Scope.ADMIN or principal.name == network.owner:
        return
    raise ScopeRequired(
        f"deleting network {network.id} requires the scope {Scope.ADMIN.value}, because"
        f" {principal.name} has not created it: ask the operator",
        scope=Scope.ADMIN.value,
    )


def _view(reader: Reader, network: Network) -> NetworkView:
    return NetworkView(network, reader.head(network.uid))


def _check_free(reader: Reader, network_id: str) -> None:
    try:
        reader.network(network_id)
    except NetworkNotFound:
        return
    raise NetworkExists(network_id)


def _recipe(wanted: NewNetwork) -> Initializer:
    """Return the initializer, with a random seed if it needs one."""
    if wanted.initial_parameters:
        return Initializer(InitializerKind.EXPLICIT)
    recipe = (wanted.initializer or Initializer(InitializerKind.UNIFORM)).completed()
    if recipe.needs_seed:
        return replace(recipe, seed=secrets.randbits(63))
    return recipe


def _completed(state: OptimizerState | None) -> OptimizerState | None:
    """Return an optimizer state with completed settings, for comparison with those of runs."""
    return state and replace(state, optimizer=state.optimizer.completed())


def _merged(old: dict[str, str], new: dict[str, str], keys: Sequence[str]) -> dict[str, str]:
    """Return the old labels, with those in `keys` replaced by the new ones, or removed."""
    kept = {key: value for key, value in old.items() if key not in keys}
    return kept | {key: new[key] for key in keys if key in new}


def _check_preparation(
    violations: Violations, preparation: Preparation, layer_sizes: Sequence[int]
) -> None:
    table = preparation.table
    check_table(violations, "preparation.table", table)
    check_preparation(violations, "preparation", preparation)
    for part, units, layer in (
        ("inputs", table.input_units, 0),
        ("targets", table.target_units, -1),
    ):
        wanted = layer_sizes[layer] if layer_sizes else 0
        violations.require(
            len(units) == wanted,
            f"preparation.table.{part}",
            f"must give {wanted} {part}, as the network has, not {len(units)}",
        )
