"""A network learns its preparation from the rows of its first run, and applies it everywhere."""

from collections.abc import Iterator
from dataclasses import replace
from math import nan

import numpy as np
import pytest
from clearprop.documents import read_document
from services import Service

from service.clock import SystemClock
from service.faces.messages.networks import new_network
from service.reading.readers import Readers
from service.use_cases.exports import ExportFormat
from service.use_cases.networks import NewNetwork
from service.use_cases.training_sets import NewTrainingSet
from service.use_cases.verification import Verification
from training.engine import activations
from training.errors import InvalidFields, LimitExceeded, Violations, validating
from training.example_collector import Collector
from training.limits import Limits
from training.network import Initializer, Network
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind
from training.settings import TrainingSettings
from training.split import split
from training.tables.encoding import Column
from training.tables.table import (
    ColumnKind,
    Filling,
    FillingKind,
    InputColumn,
    Scaling,
    Table,
    TargetKind,
    Targets,
)
from training.validation import Validation

ROWS = 24
SHARE = Validation(share=0.25, seed=4)
SEEDED = Initializer(InitializerKind.UNIFORM, 5)

AGE = InputColumn("age", has_missing=True)
JOB = InputColumn("job", ColumnKind.CATEGORY, ("clerk", "nurse"))
KINDS = Targets(TargetKind.CLASSES, ("kind",), ("no", "yes"))
TABLE = Table((AGE, JOB), KINDS, Scaling.STANDARDIZE, Filling(FillingKind.MEAN))

SETTINGS = TrainingSettings("people", 0.5, batch_size=4, epochs=3, validation=SHARE)


@pytest.fixture
def service() -> Iterator[Service]:
    """A service on a store in memory."""
    with Service() as service:
        yield service


def people(ages: list[float], table: Table = TABLE, name: str = "people") -> NewTrainingSet:
    """Return a set of people; who is old says yes."""
    collector = Collector(Limits())
    texts = ["yes" if age > 30.0 else "no" for age in ages]
    columns = [
        Column("job", np.empty(0), ["clerk", "nurse", "nurse"] * (len(ages) // 3)),
        Column("kind", np.empty(0), texts),
        Column("age", np.array(ages)),
    ]
    with validating() as violations:
        collector.expect(violations, table, "")
        collector.add_columns(violations, columns)
    return NewTrainingSet(name, collector.examples(), table)


def ages() -> list[float]:
    found = [float(20 + row) for row in range(ROWS)]
    found[5] = nan
    return found


def create(service: Service, network: str = "net") -> Network:
    wanted = NewNetwork(
        network, (4, 3, 2), (Activation.TANH, Activation.SOFTMAX), initializer=SEEDED
    )
    return service.networks.create(wanted).network


def parameters(service: Service, network: str = "net") -> bytes:
    view = service.networks.get(network)
    return service.states.read(view.network, view.head.latest_update).parameters.tobytes()


def test_what_is_held_out_changes_no_bit(service: Service) -> None:
    usual = people(ages())
    held_out = split(usual.examples.targets, SHARE.share, SHARE.seed).held_out
    planted = ages()
    planted[next(row for row in held_out.tolist() if planted[row] > 30.0)] = 1e9
    for name, values in (("usual", ages()), ("planted", planted)):
        service.training_sets.store(people(values, name=name))
        create(service, name)
        service.step(18, replace(SETTINGS, training_set=name), name)
    assert parameters(service, "usual") == parameters(service, "planted")
    one, other = (service.networks.get(name).network.preparation for name in ("usual", "planted"))
    assert one is not None
    assert other is not None
    assert replace(one, training_set_uid="") == replace(other, training_set_uid="")
    assert one.example_count == ROWS - len(held_out)


def test_the_history_is_that_of_prepared_examples(service: Service) -> None:
    service.training_sets.store(people(ages()))
    create(service)
    service.step(18, SETTINGS)
    preparation = service.networks.get("net").network.preparation
    assert preparation is not None
    raw = service.training_sets.get_with_examples("people")[1]
    inputs = preparation.inputs(raw.inputs)
    assert np.isfinite(inputs).all()
    # The same rows in the same order, prepared by hand, in a set without names.
    rows = split(raw.targets, SHARE.share, SHARE.seed).training
    plain = [(inputs[row], raw.targets[row], 1.0) for row in rows]
    service.training_sets.create("plain", plain)
    create(service, "other")
    service.step(18, replace(SETTINGS, training_set="plain", validation=None), "other")
    assert parameters(service, "net") == parameters(service, "other")
    *_, verified = service.verification.verify("net")
    assert verified.difference is None
    assert verified.done


def test_predictions_take_rows_as_they_are(service: Service) -> None:
    service.training_sets.store(people(ages()))
    create(service)
    service.step(18, SETTINGS)
    preparation = service.networks.get("net").network.preparation
    assert preparation is not None
    columns = [Column("job", np.empty(0), ["nurse"] * 2), Column("age", np.array([nan, 31.0]))]
    by_name = service.predictions.predict("net", None, [], columns)
    prepared = preparation.inputs(np.array([[nan, 1.0, 0.0, 1.0], [31.0, 0.0, 0.0, 1.0]]))
    state = service.states.read(service.networks.get("net").network, by_name.update)
    expected = activations(by_name.network, state.parameters, prepared)
    assert by_name.activations.tobytes() == expected.tobytes()
    with pytest.raises(InvalidFields, match="prepares its inputs: send columns"):
        service.predictions.predict("net", None, prepared)
    with pytest.raises(InvalidFields, match="'cook'"):
        service.predictions.predict(
            "net", None, [], [Column("job", np.empty(0), ["cook"] * 2), columns[1]]
        )
    create(service, "untrained")
    with pytest.raises(InvalidFields, match="has no preparation"):
        service.predictions.predict("untrained", None, [], columns)


def test_sets_are_judged_by_name(service: Service) -> None:
    service.training_sets.store(people(ages()))
    create(service)
    service.step(18, SETTINGS)
    turned = Table(
        (InputColumn("job", ColumnKind.CATEGORY, ("nurse", "clerk")), AGE),
        Targets(TargetKind.CLASSES, ("kind",), ("yes", "no")),
        filling=Filling(FillingKind.MEAN),
    )
    service.training_sets.store(people(ages(), turned, "turned"))
    _, _, one = service.evaluations.evaluate("net", None, "people")
    _, _, other = service.evaluations.evaluate("net", None, "turned")
    assert (one.cost, one.correct) == (other.cost, other.correct)
    renamed = Table(
        (AGE, JOB), replace(KINDS, classes=("yes", "no", "maybe")), filling=turned.filling
    )
    service.training_sets.store(people(ages(), renamed, "renamed"))
    for wrong, problem in (("renamed", "'maybe'"), ("xor", "no named columns")):
        with pytest.raises(InvalidFields, match=problem):
            service.evaluations.evaluate("net", None, wrong)
        with pytest.raises(InvalidFields, match=problem):
            service.step(1, replace(SETTINGS, training_set=wrong, validation=None))
    assert service.networks.get("net").head.last_run == 1


def test_a_refused_run_leaves_no_preparation(service: Service) -> None:
    service.training_sets.store(people(ages()))
    create(service)
    with pytest.raises(InvalidFields, match="learning_rate"):
        service.step(1, replace(SETTINGS, learning_rate=-1.0))
    with pytest.raises(InvalidFields, match="learns one in its first run"):
        service.evaluations.evaluate("net", None, "people")
    assert service.networks.get("net").network.preparation is None


def test_a_preparation_outlives_forks_and_later_runs(service: Service) -> None:
    service.training_sets.store(people(ages()))
    create(service)
    service.step(18, SETTINGS)
    learned = service.networks.get("net").network.preparation
    service.networks.fork("net", 3, "fork")
    assert service.networks.get("fork").network.preparation == learned
    service.training_sets.store(people([each * 2.0 for each in ages()], name="older"))
    service.step(3, replace(SETTINGS, training_set="older", validation=None), "fork")
    assert service.networks.get("fork").network.preparation == learned


def test_errors_of_numbers_are_in_their_units(service: Service) -> None:
    table = Table((InputColumn("x"),), Targets(TargetKind.NUMBERS, ("y",)), Scaling.MIN_MAX)
    collector = Collector(Limits())
    x = np.arange(8.0)
    with validating() as violations:
        collector.expect(violations, table, "")
        collector.add_columns(violations, [Column("x", x), Column("y", 100.0 * x)])
    service.training_sets.store(NewTrainingSet("line", collector.examples(), table))
    wanted = NewNetwork("net", (1, 1), (Activation.IDENTITY,), CostFunction.SQUARED_ERROR)
    service.networks.create(replace(wanted, initializer=SEEDED))
    service.step(1, TrainingSettings("line", 1e-9, batch_size=8, epochs=1))
    _, _, found = service.evaluations.evaluate("net", None, "line")
    weight = service.states.read(service.networks.get("net").network, 1).parameters[0]
    (errors,) = found.judgement.errors
    assert errors.mae == pytest.approx(abs(1.0 - weight) * 350.0)


def test_a_document_carries_the_preparation(service: Service) -> None:
    service.training_sets.store(people(ages()))
    create(service)
    service.step(18, SETTINGS)
    text = b"".join(service.exports.export("net", None, ExportFormat.JSON).chunks)
    request = read_document(text)
    request.network = "copy"
    service.networks.create(new_network(request))
    known, copied = (service.networks.get(name).network.preparation for name in ("net", "copy"))
    assert known is not None
    assert copied == replace(known, training_set_uid="")
    columns = [Column("job", np.empty(0), ["nurse"]), Column("age", np.array([nan]))]
    one, other = (service.predictions.predict(name, None, [], columns) for name in ("net", "copy"))
    assert one.activations.tobytes() == other.activations.tobytes()


def test_a_preparation_that_does_not_fit_the_network_is_refused(service: Service) -> None:
    service.training_sets.store(people(ages()))
    create(service)
    service.step(1, SETTINGS)
    known = service.networks.get("net").network.preparation
    assert known is not None
    wrong = replace(known, scales=(0.0, 1.0), fills=())
    with pytest.raises(InvalidFields) as refused:
        service.networks.create(NewNetwork("other", (5, 2), preparation=wrong))
    assert {each.field for each in refused.value.violations} == {
        "preparation.fills",
        "preparation.scales",
        "preparation.table.inputs",
    }


def test_a_history_outlives_its_training_set(service: Service) -> None:
    service.training_sets.store(people(ages()))
    create(service)
    service.step(3, SETTINGS)
    service.outcome(service.runs.begin_cancel("net", 1))
    service.training_sets.delete("people")
    while service.store.maintain():
        pass
    examples = Readers.of(service.store).examples  # nothing is cached
    verification = Verification(service.store, examples, SystemClock())
    *_, verified = verification.verify("net")
    assert verified.done
    assert verified.difference is None
    columns = [Column("job", np.empty(0), ["nurse"]), Column("age", np.array([31.0]))]
    assert len(service.predictions.predict("net", None, [], columns).activations) == 1
    # Another set with the same columns goes on from there, with what was learned from the first.
    service.training_sets.store(people(ages(), name="later"))
    service.step(1, replace(SETTINGS, training_set="later"))


def test_the_size_of_a_prediction_is_checked_before_its_rows_are_encoded() -> None:
    with Service(limits=Limits(batch_numbers=9 * 8)) as service:
        service.training_sets.store(people(ages()))
        create(service)
        service.step(1, replace(SETTINGS, batch_size=1))
        unknown = [Column("job", np.empty(0), ["cook"] * 9), Column("age", np.ones(9))]
        with pytest.raises(LimitExceeded, match="9 examples"):
            service.predictions.predict("net", None, [], unknown)


def test_numbers_are_not_classes_even_if_all_are_0_or_1_when_scaled(service: Service) -> None:
    table = Table((InputColumn("x"),), Targets(TargetKind.NUMBERS, ("y",)), Scaling.MIN_MAX)
    collector = Collector(Limits())
    columns = [Column("x", np.arange(8.0)), Column("y", np.array([10.0, 20.0] * 4))]
    with validating() as violations:
        collector.expect(violations, table, "")
        collector.add_columns(violations, columns)
    made = service.training_sets.store(NewTrainingSet("two", collector.examples(), table))
    assert not service.warnings.of_set(made.uid)
    wanted = NewNetwork("net", (1, 1), (Activation.IDENTITY,), CostFunction.SQUARED_ERROR)
    service.networks.create(replace(wanted, initializer=SEEDED))
    settings = TrainingSettings("two", 0.01, batch_size=2, epochs=1, validation=SHARE)
    service.step(3, settings)
    latest = service.runs.get("net", 1).run.validation.latest
    assert latest is not None
    assert latest.result.accuracy is None
    _, _, found = service.evaluations.evaluate("net", None, "two")
    assert found.judgement.classification is None
    assert found.correct is None
    assert len(found.judgement.errors) == 1


def test_warnings_speak_of_targets_in_their_units(service: Service) -> None:
    table = Table((InputColumn("x"),), Targets(TargetKind.NUMBERS, ("y",)), Scaling.STANDARDIZE)
    collector = Collector(Limits())
    with validating() as violations:
        collector.expect(violations, table, "")
        columns = [Column("x", np.array([1.0, 2e6, 3.0])), Column("y", np.full(3, 5.0))]
        collector.add_columns(violations, columns)
    made = service.training_sets.store(NewTrainingSet("same", collector.examples(), table))
    (warning,) = service.warnings.of_set(made.uid)  # the inputs are scaled
    assert warning.message.startswith("Target 1 (y) is 5 in all 3 examples")
    wanted = NewNetwork("net", (1, 1), (Activation.IDENTITY,), CostFunction.SQUARED_ERROR)
    service.networks.create(replace(wanted, initializer=SEEDED))
    service.step(1, TrainingSettings("same", 0.01, batch_size=3, epochs=1))
    assert warning in service.warnings.of_run(service.runs.get("net", 1).run)


def test_constant_columns_are_warned_about_as_the_table_has_them(service: Service) -> None:
    service.training_sets.store(people([30.0] * len(ages())))
    create(service)
    service.step(1, replace(SETTINGS, validation=None))
    run = service.runs.get("net", 1).run
    for found in (service.warnings.of_set(run.training_set_uid), service.warnings.of_run(run)):
        (message,) = [each.message for each in found if each.code == "CONSTANT_COLUMN"]
        assert message.startswith("Column age is 30 in all")


def test_a_network_that_scales_is_not_told_to_scale(service: Service) -> None:
    service.training_sets.store(people(ages()))
    create(service)
    service.step(18, replace(SETTINGS, validation=None))
    plain = Table((AGE, JOB), KINDS, filling=TABLE.filling)
    service.training_sets.store(people([1e4 * each for each in ages()], plain, "large"))
    service.step(1, replace(SETTINGS, training_set="large", validation=None))
    run = service.runs.get("net", 2).run
    assert "INPUTS_OF_DIFFERENT_SIZE" in {
        warning.code for warning in service.warnings.of_set(run.training_set_uid)
    }
    found = service.warnings.of_run(run)
    assert not [warning for warning in found if "--standardize" in warning.action]


def test_a_negative_weight_is_named_at_its_column() -> None:
    collector, violations = Collector(Limits()), Violations()
    collector.expect(
        violations, Table((InputColumn("x"),), Targets(TargetKind.LABELS, ("y",))), "w"
    )
    columns = [Column("x", np.ones(2)), Column("w", np.array([1.0, -2.0])), Column("y", np.ones(2))]
    collector.add_columns(violations, columns)
    assert [each.field for each in violations.found] == ["columns[1].numbers[1]"]
