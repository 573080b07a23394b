"""Use cases that change parameters without training: set some of them, or reset all."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from service.reading.state_reader import StateReader
from service.use_cases.answers import UpdateRange
from service.use_cases.requests import RequestId, check_request, check_unanswered, once
from training.errors import HeadMoved, RunNotOver, Violation, Violations
from training.network import (
    Array,
    Initializer,
    LayerParameters,
    Network,
    initial_parameters,
)
from training.network_rules import (
    WeightValue,
    check_initializer,
    check_layer_parameters,
    check_one_layer,
    check_weight_values,
)
from training.numerics.initializers import InitializerKind
from training.ports import Clock, Reader, Store, Writer
from training.update import Head, State, UpdateKind, change, check_etag


@dataclass(frozen=True, slots=True)
class NewWeights:
    """The parameters to set: single ones, and whole layers by their numbers, from 1."""

    weights: tuple[WeightValue, ...] = ()
    layers: Mapping[int, LayerParameters] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """The update of a change. `initializer` is the one that a RESET used."""

    network: Network
    update: int
    head: Head
    initializer: Initializer | None = None


#: Computes the new parameters from the state before.
_Make = Callable[[State], Array]


class Edits:
    """Changes of parameters by clients. Every change is a numbered, durable update."""

    def __init__(self, store: Store, states: StateReader, clock: Clock) -> None:
        self._store = store
        self._states = states
        self._clock = clock

    def set_weights(
        self,
        network_id: str,
        wanted: NewWeights,
        etag: str = "",
        request: RequestId[Changed] | None = None,
    ) -> Changed:
        """Set single parameters or whole layers; a paused run continues from there.

        Raises InvalidFields, NetworkNotFound, StaleEtag, StoreFull, RunNotOver while a run is
        active.
        """

        def prepare(violations: Violations, network: Network) -> tuple[_Make, None]:
            _check_new_weights(violations, network, wanted)
            return lambda state: _with_values(network, state.parameters, wanted), None

        return self._change(network_id, UpdateKind.EDIT, prepare, etag, request)

    def reset(
        self,
        network_id: str,
        initializer: Initializer | None = None,
        parameters: tuple[LayerParameters, ...] = (),
        etag: str = "",
        request: RequestId[Changed] | None = None,
        unknown: Iterable[Violation] = (),
    ) -> Changed:
        """Reset all parameters: with an initializer, to explicit ones, or else with a new seed.

        `unknown` are the fields with unknown values.

        Raises InvalidFields, NetworkNotFound, StaleEtag, StoreFull, RunNotOver while a run is
        active.
        """

        def prepare(violations: Violations, network: Network) -> tuple[_Make, Initializer]:
            _check_reset(violations, network, initializer, parameters)
            violations.refuse()
            recipe = _recipe(network, initializer, parameters)
            made = initial_parameters(replace(network, initializer=recipe), parameters)
            return lambda _: made, recipe

        return self._change(network_id, UpdateKind.RESET, prepare, etag, request, unknown)

    def _change(
        self,
        network_id: str,
        kind: UpdateKind,
        prepare: Callable[[Violations, Network], tuple[_Make, Initializer | None]],
        etag: str,
        request: RequestId[Changed] | None,
        unknown: Iterable[Violation] = (),
    ) -> Changed:
        while True:
            with self._store.read() as reader:
                violations = Violations(unknown)
                check_request(violations, request)
                if not violations:
                    check_unanswered(reader, request)
                network = reader.network(network_id)
                head = reader.head(network.uid)
                make, recipe = prepare(violations, network)
                violations.refuse()
                check_etag(head, etag, network_id)
                _check_idle(reader, network, head)
            try:
                return self._append(network, head, kind, make, recipe, request)
            except HeadMoved:
                continue  # another call changed the network: retry

    def _append(
        self,
        network: Network,
        head: Head,
        kind: UpdateKind,
        make: _Make,
        recipe: Initializer | None,
        request: RequestId[Changed] | None,
    ) -> Changed:
        before = self._states.read(network, head.latest_update)
        kept = before.optimizer_state if kind is UpdateKind.EDIT else None
        state = State(before.update + 1, make(before), kept)
        addition = change(head, kind, state, self._clock.now())
        changed = Changed(network, state.update, addition.after, recipe)

        def commit(writer: Writer) -> Changed:
            self._store.require_room()
            writer.append(addition)
            return changed

        timeline = self._store.timeline
        self._store.commit(
            lambda writer: once(
                writer, self._clock, request, lambda: commit(writer), updates=update_made
            ),
            network.uid,
        )
        self._states.remember(timeline, network.uid, state)
        return changed


def update_made(changed: Changed) -> UpdateRange:
    """Return the update of a change."""
    return UpdateRange(changed.network.uid, changed.update)


def _check_new_weights(violations: Violations, network: Network, wanted: NewWeights) -> None:
    violations.require(
        bool(wanted.weights or wanted.layers),
        "weights",
        "must have at least one entry, or layers must have one",
    )
    shapes = network.shapes
    for number, layer in wanted.layers.items():
        where = f"layers[{number}]"
        if violations.require(
            1 <= number <= len(shapes),
            where,
            f"must have a key from 1 to {len(shapes)} (the layers after the inputs)",
        ):
            check_one_layer(violations, where, layer, shapes[number - 1])
    check_weight_values(violations, "weights", wanted.weights, network, set(wanted.layers))


def _check_reset(
    violations: Violations,
    network: Network,
    initializer: Initializer | None,
    parameters: tuple[LayerParameters, ...],
) -> None:
    if initializer is not None:
        violations.require(not parameters, "initializer", "must be absent together with parameters")
        check_initializer(violations, "initializer", initializer)
    if parameters:
        check_layer_parameters(
            violations, "parameters", parameters, network.layer_sizes, network.bias
        )


def _check_idle(reader: Reader, network: Network, head: Head) -> None:
    if not head.active_run:
        return
    run = reader.run(network.uid, head.active_run)
    if run.is_active:
        raise RunNotOver(
            f"run {run.number} of network {network.id} is {run.state}: call PauseRun, change the"
            " parameters when it is PAUSED, and call ResumeRun",
            network=network.id,
            run=run.number,
            state=run.state,
        )


def _with_values(network: Network, parameters: Array, wanted: NewWeights) -> Array:
    changed = parameters.copy()
    shapes = network.shapes
    for number, layer in wanted.layers.items():
        shape = shapes[number - 1]
        changed[shape.weights] = layer.weights
        changed[shape.biases] = layer.biases
    for each in wanted.weights:
        changed[shapes[each.layer - 1].place(each.unit, each.input)] = each.value
    return changed


def _recipe(
    network: Network, initializer: Initializer | None, parameters: tuple[LayerParameters, ...]
) -> Initializer:
    """Return the initializer of a reset, with a new seed if it needs one."""
    if parameters:
        return Initializer(InitializerKind.EXPLICIT)
    own = network.initializer
    if own.kind is InitializerKind.EXPLICIT:
        own = Initializer(InitializerKind.UNIFORM)
    recipe = (initializer or replace(own, seed=None)).completed()
    if recipe.needs_seed:
        return replace(recipe, seed=secrets.randbits(63))
    return recipe
