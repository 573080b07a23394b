"""Use case: predict outputs for inputs, with the parameters of an update."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.reading.state_reader import StateReader
from service.reading.update_numbers import locate
from training.engine import activations
from training.errors import LimitExceeded, Violations, validating
from training.limits import Limits
from training.measures.contributions import contributions_of
from training.network import Array, Network
from training.network_rules import check_finite
from training.ports import Store
from training.settings import check_batch
from training.tables.arrangement import named
from training.tables.encoding import Column, encode_inputs
from training.work import check_work, work_of_outputs


@dataclass(frozen=True, slots=True)
class Prediction:
    """The activations of all layers after the inputs, in one array: (inputs, units).

    `contributions` (inputs, outputs, terms) are the terms of the logits, if they were requested.
    """

    network: Network
    update: int
    activations: Array
    contributions: Array | None = None


class Predictions:
    """Computes predictions."""

    def __init__(self, store: Store, states: StateReader, limits: Limits) -> None:
        self._store = store
        self._states = states
        self._limits = limits

    def predict(
        self,
        network_id: str,
        update: int | None,
        inputs: Array | list[Array],
        columns: Sequence[Column] = (),
        *,
        contributions: bool = False,
    ) -> Prediction:
        """Compute the activations for each vector of inputs with the parameters of one update.

        Or for each row of columns, which the network prepares.

        Raises NetworkNotFound, InvalidFields, LimitExceeded, UpdateOutOfRange, HistoryCompacted,
        DamagedHistory.
        """
        network, number = locate(self._store, network_id, update)
        if columns:  # encoded, rows take many times as much memory
            check_batch(network, max(map(len, columns)), "number of rows", self._limits)
        with validating() as violations:
            if columns:
                inputs = _prepared(violations, network, inputs, columns)
            else:
                _check_unprepared(violations, network, len(inputs))
                _check_inputs(violations, network, inputs)
        check_batch(network, len(inputs), "number of inputs", self._limits)
        if contributions:
            _check_contributions(network, len(inputs), self._limits)
        check_work(
            self._limits,
            work_of_outputs(network, len(inputs)),
            f"predicting {len(inputs)} outputs with {network.parameter_count} parameters",
            "use a smaller number of inputs",
        )
        parameters = self._states.read(network, number).parameters
        rows = np.asarray(inputs)
        units = activations(network, parameters, rows)
        terms = contributions_of(network, parameters, rows, units) if contributions else None
        return Prediction(network, number, units, terms)


def _check_contributions(network: Network, count: int, limits: Limits) -> None:
    """Raise LimitExceeded if the terms of the logits take more memory than the limit."""
    size = network.shapes[-1].size
    if count * size > limits.batch_numbers:
        raise LimitExceeded(
            f"the contributions for {count} inputs, {size} numbers for each, exceed the limit of"
            f" {limits.batch_numbers}: use a smaller number of inputs",
            limit="batch_numbers",
            value=limits.batch_numbers,
        )


def _prepared(
    violations: Violations,
    network: Network,
    inputs: Array | list[Array],
    columns: Sequence[Column],
) -> Array:
    """Return the inputs that the network prepares from columns."""
    violations.require(len(inputs) == 0, "inputs", "must be empty with columns")
    preparation = network.preparation
    if preparation is None:
        violations.add(
            "columns",
            f"must be empty, because network {network.id} has no preparation: train it on a"
            " training set with named columns, or send inputs",
        )
    violations.refuse()
    assert preparation is not None
    encoded = encode_inputs(violations, preparation.table, columns)
    violations.refuse()
    assert encoded is not None
    prepared = preparation.inputs(encoded)
    violations.require(
        bool(np.isfinite(prepared).all()), "columns", "must have numbers that can be scaled"
    )
    return prepared


def _check_unprepared(violations: Violations, network: Network, count: int) -> None:
    """Refuse plain numbers for a network that scales or fills: nobody knows whether they are."""
    preparation = network.preparation
    if preparation is not None and preparation.table.is_learned:
        names = [column.name for column in preparation.table.inputs]
        violations.add(
            "inputs" if count else "columns",
            f"must {'be empty' if count else 'not be empty'}, because network {network.id} prepares"
            f" its inputs: send columns with the names {named(names)}",
        )
    violations.refuse()


def _check_inputs(violations: Violations, network: Network, inputs: Array | list[Array]) -> None:
    wanted = network.layer_sizes[0]
    if isinstance(inputs, np.ndarray) and inputs.shape[1] == wanted and np.isfinite(inputs).all():
        return
    violations.require(len(inputs) > 0, "inputs", "must have at least one vector")
    for index, vector in enumerate(inputs):
        field = f"inputs[{index}].values"
        violations.require(
            len(vector) == wanted,
            field,
            f"must have {wanted} numbers, one for each input of the network, not {len(vector)}",
        )
        check_finite(violations, field, vector)
