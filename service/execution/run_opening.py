"""Opens runs: checks their settings, and that the network has no other run that is not over."""

from dataclasses import replace

from service.reading.examples_cache import ExamplesCache
from training.class_weights import check_class_weights
from training.dropout import check_dropout
from training.errors import HeadMoved, RunNotOver, TrainingSetNotFound, Violations
from training.label_smoothing import check_label_smoothing
from training.limits import Limits
from training.network import Network
from training.ports import Clock, Reader
from training.run import Run, RunState
from training.run_changes import open_run
from training.run_examples import rows_of_training
from training.settings import TrainingSettings, check_batch, check_settings
from training.tables.learning import learn
from training.training_set import Examples, TrainingSet, fitted
from training.update import Addition, Head, check_etag
from training.update_rule import check_frozen_layers


class RunOpening:
    """Makes the additions that open runs."""

    def __init__(self, examples: ExamplesCache, clock: Clock, limits: Limits) -> None:
        self._examples = examples
        self._clock = clock
        self._limits = limits

    def addition(
        self,
        violations: Violations,
        reader: Reader,
        network: Network,
        head: Head,
        settings: TrainingSettings,
        etag: str,
    ) -> Addition:
        """Return the addition that opens a run with these settings.

        `violations` are those found before. Raises InvalidFields, TrainingSetNotFound,
        LimitExceeded, StaleEtag, RunNotOver, DamagedHistory.
        """
        opening_network, sets = self._check(violations, reader, network, head, settings)
        violations.refuse()
        check_batch(network, settings.batch_size, "batch_size", self._limits)
        check_etag(head, etag, network.id)
        if head.active_run:
            raise _not_over(network.id, reader.run(network.uid, head.active_run))
        preparation = opening_network.preparation
        opened = open_run(
            head, settings, *sets, now=self._clock.now(), is_prepared=preparation is not None
        )
        is_learned = network.preparation is None
        return replace(opened, preparation=preparation) if is_learned else opened

    def _check(
        self,
        violations: Violations,
        reader: Reader,
        network: Network,
        head: Head,
        settings: TrainingSettings,
    ) -> tuple[Network, tuple[TrainingSet, TrainingSet | None]]:
        """Check settings; return the network with its preparation, and the sets of the settings.

        The second set is the one for their validation.
        """
        if not settings.training_set:
            violations.add("settings.training_set", "must be the id of a training set")
        try:
            training_set = reader.training_set(settings.training_set)
        except TrainingSetNotFound:
            check_settings(violations, "settings", settings, None)
            check_dropout(violations, "settings.dropout", settings.dropout, network)
            violations.refuse()
            raise
        check_settings(violations, "settings", settings, training_set.example_count)
        check_dropout(violations, "settings.dropout", settings.dropout, network)
        check_frozen_layers(violations, "settings", settings.frozen.layers, len(network.shapes))
        examples = self._examples.read(reader, training_set.uid)
        if network.preparation is None and not head.last_run:
            network = _prepared(violations, network, settings, training_set, examples)
        fitted(violations, "settings.training_set", network, training_set, examples)
        check_label_smoothing(violations, "settings", network, settings)
        check_class_weights(violations, "settings", network, settings)
        validation = settings.validation
        if validation is None or not validation.training_set:
            return network, (training_set, None)
        validation_set = reader.training_set(validation.training_set)
        examples = self._examples.read(reader, validation_set.uid)
        field = "settings.validation.training_set"
        fitted(violations, field, network, validation_set, examples)
        return network, (training_set, validation_set)


def check_same_sets(reader: Reader, run: Run) -> None:
    """Raise HeadMoved if the training sets of a new run were deleted or replaced meanwhile."""
    validation = run.settings.validation
    named = [(run.settings.training_set, run.training_set_uid)]
    if validation is not None and validation.training_set:
        named.append((validation.training_set, run.validation_set_uid))
    if any(reader.training_set(set_id).uid != uid for set_id, uid in named):
        raise HeadMoved("the training set was replaced: retry")


def _prepared(
    violations: Violations,
    network: Network,
    settings: TrainingSettings,
    training_set: TrainingSet,
    examples: Examples,
) -> Network:
    """Return a network with what it learns from the rows of its first run, if they have names."""
    table = training_set.table
    if table is None:
        return network
    # If the settings are invalid, the rows only serve to report what else is.
    rows = examples if violations else rows_of_training(settings, examples)
    field = "settings.training_set"
    uid = training_set.uid
    return replace(
        network, preparation=learn(violations, field, table, rows.inputs, rows.targets, uid)
    )


def _not_over(network_id: str, run: Run) -> RunNotOver:
    if run.state is RunState.PAUSED:
        advice = "resume it with ResumeRun or with Step without settings, or end it with CancelRun"
    else:
        advice = "wait until it is over, or call CancelRun"
    return RunNotOver(
        f"run {run.number} of network {network_id} is {run.state}: {advice}",
        network=network_id,
        run=run.number,
        state=run.state,
    )
