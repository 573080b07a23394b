"""Use case: the warnings about training sets and runs, computed once for each."""

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import replace

import numpy as np

from service.reading.bounded_cache import BoundedCache
from service.reading.examples_cache import ExamplesCache
from service.reading.state_reader import StateReader
from service.reading.stored_updates import all_segments
from training.errors import DamagedHistory, HistoryCompacted
from training.network import Array
from training.ports import Store
from training.run import Run
from training.tables.preparation import Preparation
from training.tables.table import Scaling
from training.training_set import Examples, TrainingSet, as_prepared, prepared
from training.warnings.column_warnings import warnings_of_columns
from training.warnings.cost_warnings import (
    compared_updates,
    warnings_of_costs,
    warnings_of_validations,
)
from training.warnings.set_warnings import NO_NAMES, names_of, warnings_of_set
from training.warnings.start_warnings import warnings_of_parameters, warnings_of_targets
from training.warnings.warning import TrainingWarning, WarningCode

#: The approximate size of all cached warnings, of one, and of an entry, in bytes.
_CACHE_BYTES = 4 * 2**20
_WARNING_BYTES = 500
_OVERHEAD = 500

_Warnings = tuple[TrainingWarning, ...]

#: What to do about inputs that a network scales already.
_OF_INPUTS = (WarningCode.INPUTS_OF_DIFFERENT_SIZE, WarningCode.LARGE_INPUTS)
_OTHER_VALUES = (
    "The network scales its inputs with what it learned from the rows of its first run: check"
    " whether the columns are in the same units, or train a new network."
)


class Warnings:
    """Finds warnings. Thread-safe.

    They are not stored: a set never changes, and neither do the start and the costs of a run that
    is over. Data that is corrupt or was deleted has no warnings, so that the calls that add them to
    an answer succeed.
    """

    def __init__(self, store: Store, states: StateReader, examples: ExamplesCache) -> None:
        self._store = store
        self._states = states
        self._examples = examples
        self._found: BoundedCache[Hashable, _Warnings] = BoundedCache(
            _CACHE_BYTES, lambda found: _OVERHEAD + _WARNING_BYTES * len(found)
        )

    def of_set(self, uid: str) -> _Warnings:
        """Return the warnings about a training set. Raises TrainingSetNotFound."""
        found = self._found.get(uid)
        if found is None:
            found = ()
            with suppress(DamagedHistory):
                with self._store.read() as reader:
                    training_set = reader.training_set_by_uid(uid)
                    examples = self._examples.read(reader, uid)
                found = _of_set(training_set, examples)
            self._found.put(uid, found)
        return found

    def of_run(self, run: Run) -> _Warnings:
        """Return the warnings about a run. Raises NetworkNotFound if it was deleted meanwhile."""
        key = (self._store.timeline, run.network_uid, run.number)
        start = self._found.get(key)
        if start is None:
            start = self._of_start(run)
            self._found.put(key, start)
        # What the network scales is not as it is in the set.
        found = start if run.is_prepared else self.of_set(run.training_set_uid) + start
        if not run.is_over:
            return found
        costs = self._found.get((*key, "costs"))
        if costs is None:
            costs = self._of_costs(run)
            self._found.put((*key, "costs"), costs)
        return found + costs

    def _of_start(self, run: Run) -> _Warnings:
        with self._store.read() as reader:
            network = reader.network_by_uid(run.network_uid)
        found: _Warnings = ()
        with suppress(DamagedHistory, HistoryCompacted):
            with self._store.read() as reader:  # the whole set, in which examples are counted
                examples = self._examples.read(reader, run.training_set_uid)
                if run.is_prepared and network.preparation is not None:
                    training_set = reader.training_set_by_uid(run.training_set_uid)
                    raw, examples = examples, prepared(network.preparation, training_set, examples)
                    in_units = replace(examples, targets=raw.targets)
                    found = _of_prepared(network.preparation, training_set, in_units)
                    found = _of_columns(training_set, raw) + found
            found += warnings_of_targets(network, examples)
            update = run.first_update - 1
            parameters = self._states.read(network, update).parameters
            drops_units = run.settings.dropout is not None
            found += warnings_of_parameters(
                network, update, parameters, examples, drops_units=drops_units
            )
        return found

    def _of_costs(self, run: Run) -> _Warnings:
        return self._of_updates(run) + warnings_of_validations(run)

    def _of_updates(self, run: Run) -> _Warnings:
        count = compared_updates(run.batches.updates_reaching(run.batches.epoch_examples))
        if run.updates_done < 2 * count:
            return ()
        with suppress(DamagedHistory, HistoryCompacted):
            first = self._costs(run, run.first_update, run.first_update + count - 1)
            last = self._costs(run, run.latest_update - count + 1, run.latest_update)
            if first.size and last.size:
                return warnings_of_costs(first, last)
        return ()

    def _costs(self, run: Run, first: int, last: int) -> Array:
        """Return the costs of the run's updates in a range of numbers."""
        with self._store.read() as reader:
            segments = all_segments(reader, run.network_uid, first, last)
        return np.concatenate(
            [
                each.part(max(first, each.first_update), min(last, each.last_update)).costs
                for each in segments
                if each.run == run.number
            ]
            or [np.empty(0)]
        )


def _of_set(training_set: TrainingSet, examples: Examples) -> _Warnings:
    """Return the warnings about a training set, whose inputs networks take as they prepare them."""
    table = training_set.table
    names = NO_NAMES if table is None else names_of(table, table.targets)
    inputs = as_prepared(training_set, examples)
    return _of_columns(training_set, examples) + warnings_of_set(inputs, names)


def _of_columns(training_set: TrainingSet, examples: Examples) -> _Warnings:
    table = training_set.table
    return () if table is None else warnings_of_columns(table, examples.inputs)


def _of_prepared(
    preparation: Preparation, training_set: TrainingSet, examples: Examples
) -> _Warnings:
    """Return the warnings about the examples of a run that the network prepares."""
    table = preparation.table
    targets = training_set.table.targets if training_set.table else table.targets
    found = warnings_of_set(examples, names_of(table, targets))
    if table.scaling is Scaling.NONE:
        return found
    return tuple(
        replace(warning, action=_OTHER_VALUES) if warning.code in _OF_INPUTS else warning
        for warning in found
    )
