"""Costs, accuracies and gradients of networks on training sets."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from services import Service

from service.use_cases.edits import NewWeights
from service.use_cases.example_parts import WhichPart
from service.use_cases.inspection import Which
from service.use_cases.networks import NewNetwork
from training.engine import activations, outputs_and_costs
from training.errors import (
    InvalidFields,
    LimitExceeded,
    RunNotFound,
    TrainingSetNotFound,
    UpdateOutOfRange,
)
from training.evaluation import Evaluation
from training.limits import Limits
from training.measures.worst_examples import ALL, ExampleFilter
from training.network import Initializer
from training.network_rules import WeightValue
from training.numerics.activations import Activation
from training.numerics.initializers import InitializerKind
from training.run_examples import ExamplePart
from training.settings import TrainingSettings
from training.validation import Validation

SETTINGS = TrainingSettings("xor", 5.0, 4, 1000)


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        recipe = Initializer(InitializerKind.UNIFORM, 1)
        service.networks.create(NewNetwork("net", (2, 5, 1), initializer=recipe))
        yield service


def test_a_network_is_measured_at_any_update_and_left_alone(service: Service) -> None:
    service.step(10, SETTINGS)
    head = service.networks.get("net").head
    examples = service.training_sets.get_with_examples("xor")[1]
    for update in (0, 7, 10, None):
        network, number, found = service.evaluations.evaluate("net", update, "xor")
        assert number == (10 if update is None else update)
        state = service.states.read(network, number)
        _, costs = outputs_and_costs(network, state.parameters, examples)
        assert found.cost == (((0.0 + costs[0]) + costs[1]) + costs[2] + costs[3]) / 4
        assert found.example_count == 4
        assert found.correct is not None
    assert service.networks.get("net").head == head


def test_the_cost_of_the_next_update_is_the_one_measured_before_it(service: Service) -> None:
    service.step(3, SETTINGS)
    _, _, found = service.evaluations.evaluate("net", 2, "xor")
    _, snapshot = service.history.state("net", 3)
    assert snapshot.costs[0] == found.cost


def test_invalid_measurements_are_refused(service: Service) -> None:
    service.training_sets.create("wide", [(np.ones(3), np.array([2.0]), 1.0)])
    for measure in (service.evaluations.evaluate, service.gradient_checks.check):
        with pytest.raises(TrainingSetNotFound):
            measure("net", None, "nothing")
        with pytest.raises(UpdateOutOfRange):
            measure("net", 1, "xor")
        with pytest.raises(InvalidFields) as refused:
            measure("net", None, "")
        assert [bad.field for bad in refused.value.violations] == ["training_set"]
        with pytest.raises(InvalidFields) as refused:
            measure("net", None, "wide")
        assert [bad.field for bad in refused.value.violations] == ["training_set"] * 2


def test_only_examples_that_can_exist_are_asked_for(service: Service) -> None:
    wanted = ExampleFilter(true_class=1, predicted_class=0)
    _, _, found = service.evaluations.evaluate("net", None, "xor", wanted)
    assert found.judgement.classification is not None
    assert found.judgement.classification.confusion is not None
    assert found.matching == len(found.worst) == found.judgement.classification.confusion[1, 0]
    service.training_sets.create("numbers", [(np.ones(2), np.array([0.25]), 1.0)])
    for wrong, fields in (
        (ExampleFilter(true_class=2), ["true_class"]),
        (ExampleFilter(predicted_class=-1), ["predicted_class"]),
    ):
        with pytest.raises(InvalidFields) as refused:
            service.evaluations.evaluate("net", None, "xor", wrong)
        assert [bad.field for bad in refused.value.violations] == fields
    with pytest.raises(InvalidFields) as refused:
        service.evaluations.evaluate("net", None, "numbers", ExampleFilter(wrong_only=True))
    assert [bad.field for bad in refused.value.violations] == ["wrong_only"]


def test_an_evaluation_of_a_part_measures_what_validated_the_run(service: Service) -> None:
    rows = [(np.array([n, 1.0]), np.array([float(n % 2)]), 1.0) for n in range(20)]
    service.training_sets.create("twenty", rows)
    settings = replace(SETTINGS, training_set="twenty", validation=Validation(share=0.25))
    service.step(10, settings)
    validated = service.runs.get("net", 1).run.validation.latest
    assert validated is not None

    def of(part: ExamplePart, update: int | None = None) -> Evaluation:
        page = slice(100)
        which = WhichPart(part)
        return service.evaluations.evaluate("net", update, "twenty", ALL, page, which)[2]

    everything, trained, held_out = map(of, ExamplePart)
    assert of(ExamplePart.HELD_OUT, validated.update).cost == validated.result.cost
    assert (trained.example_count, held_out.example_count) == (15, 5)
    costs = {each.example: each.cost for each in everything.worst}
    for one in (trained, held_out):
        assert {each.example: each.cost for each in one.worst}.items() <= costs.items()
    named = [each.example for one in (trained, held_out) for each in one.worst]
    assert sorted(named) == list(range(20))
    assert sorted(trained.worst, key=lambda each: -each.cost) == trained.worst


def test_examples_are_ordered_by_the_activations_of_a_unit(service: Service) -> None:
    _, number, found = service.evaluations.evaluate("net", None, "xor", ExampleFilter(unit=(1, 3)))
    examples = service.training_sets.get_with_examples("xor")[1]
    parameters = service.states.read(service.networks.get("net").network, number).parameters
    layers = activations(service.networks.get("net").network, parameters, examples.inputs)
    expected = sorted(range(4), key=lambda row: -layers[row, 3])
    assert [each.example for each in found.worst] == expected
    assert [each.activation for each in found.worst] == [layers[row, 3] for row in expected]
    for unit, fields in (((3, 0), ["layer"]), ((1, 5), ["unit"]), ((0, 1), ["layer"])):
        with pytest.raises(InvalidFields) as refused:
            service.evaluations.evaluate("net", None, "xor", ExampleFilter(unit=unit))
        assert [bad.field for bad in refused.value.violations] == fields


def test_a_part_without_examples_is_refused(service: Service) -> None:
    def refused(which: WhichPart) -> list[str]:
        with pytest.raises(InvalidFields) as found:
            service.evaluations.evaluate("net", None, "xor", part=which)
        return [bad.field for bad in found.value.violations]

    assert refused(WhichPart(ExamplePart.TRAINING)) == ["part"]
    service.step(1, SETTINGS)
    assert refused(WhichPart(ExamplePart.HELD_OUT)) == ["part"]
    assert refused(WhichPart(run=1)) == ["run"]
    with pytest.raises(RunNotFound):
        service.evaluations.evaluate("net", None, "xor", part=WhichPart(ExamplePart.TRAINING, 2))
    _, _, found = service.evaluations.evaluate(
        "net", None, "xor", part=WhichPart(ExamplePart.TRAINING, 1)
    )
    assert found.example_count == 4


def test_gradients_are_checked_for_all_of_a_small_network(service: Service) -> None:
    _, number, found = service.gradient_checks.check("net", None, "xor")
    assert number == 0
    assert found.passed
    assert found.example_count == 4
    assert {it.parameter for it in found.differences} == set(range(15))


def test_parameters_are_spread_over_the_network_and_examples_are_the_first(
    service: Service,
) -> None:
    _, _, found = service.gradient_checks.check("net", None, "xor", 2, 5)
    assert found.example_count == 2
    assert {it.parameter for it in found.differences} == {0, 3, 6, 9, 12}


def _with_a_large_network(service: Service) -> None:
    """Add a network with 1,681 parameters, and 50 examples for it."""
    rows = [(np.full(40, index / 50), np.array([index / 50]), 1.0) for index in range(50)]
    service.training_sets.create("fifty", rows)
    service.networks.create(NewNetwork("large", (40, 40, 1), (Activation.TANH,), bias=True))


def test_usual_numbers_are_32_examples_and_1000_parameters_within_the_limit(
    service: Service,
) -> None:
    _with_a_large_network(service)
    network, _, found = service.gradient_checks.check("large", None, "fifty")
    assert network.parameter_count == 1681
    assert found.example_count == 32
    assert len({it.parameter for it in found.differences}) == 1000


def test_gradient_checks_fit_the_limit_of_work_by_default() -> None:
    most = 2 * 10 * 32 * 1681
    with Service(limits=Limits(call_work=most)) as service:
        _with_a_large_network(service)
        _, _, found = service.gradient_checks.check("large", None, "fifty")
        assert len(found.differences) == 10
        service.gradient_checks.check("large", None, "fifty", 32, 10)
        for numbers in ((33, 10), (32, 11)):
            with pytest.raises(LimitExceeded, match="use fewer parameters or examples") as error:
                service.gradient_checks.check("large", None, "fifty", *numbers)
            assert error.value.metadata == {"limit": "call_work", "value": str(most)}
            assert str(2 * numbers[0] * numbers[1] * 1681) in error.value.message


@pytest.mark.parametrize(
    ("measure", "advice"),
    [
        (lambda service: service.evaluations.evaluate("large", None, "fifty"), "training set"),
        (
            lambda service: service.predictions.predict("large", None, [np.ones(40)] * 50),
            "number of inputs",
        ),
        (lambda service: service.gradient_checks.check("large", None, "fifty", 25, 1), "fewer"),
    ],
    ids=["evaluate", "predict", "check"],
)
def test_a_call_with_more_work_than_the_limit_is_refused(
    measure: Callable[[Service], object], advice: str
) -> None:
    work = 50 * 1681
    for most in (work, work - 1):
        with Service(limits=Limits(call_work=most)) as service:
            _with_a_large_network(service)
            if most == work:
                measure(service)
                continue
            with pytest.raises(LimitExceeded, match=advice) as error:
                measure(service)
            assert error.value.metadata == {"limit": "call_work", "value": str(most)}
            assert f"about {work} " in error.value.message


def test_no_more_is_predicted_at_once_than_there_is_memory_for() -> None:
    with Service(limits=Limits(batch_numbers=3 * 8)) as service:
        service.networks.create(NewNetwork("net", (2, 5, 1)))
        assert len(service.predictions.predict("net", None, [np.ones(2)] * 3).activations) == 3
        with pytest.raises(LimitExceeded, match="use a smaller number of inputs"):
            service.predictions.predict("net", None, [np.ones(2)] * 4)
    with Service(limits=Limits(batch_numbers=3 * 5 * 4)) as service:
        service.networks.create(NewNetwork("wide", (1, 5, 4)))
        found = service.predictions.predict("wide", None, [np.ones(1)] * 3, contributions=True)
        assert found.contributions is not None
        assert found.contributions.shape == (3, 4, 5)
        with pytest.raises(LimitExceeded, match="20 numbers for each"):
            service.predictions.predict("wide", None, [np.ones(1)] * 4, contributions=True)


def test_examples_that_gradients_are_checked_with_are_a_batch_within_the_limit() -> None:
    with Service(limits=Limits(batch_numbers=3 * 8)) as service:
        service.networks.create(NewNetwork("net", (2, 5, 1)))
        assert service.gradient_checks.check("net", None, "xor")[2].example_count == 3
        assert service.gradient_checks.check("net", None, "xor", 3)[2].example_count == 3
        with pytest.raises(LimitExceeded, match="example_count") as error:
            service.gradient_checks.check("net", None, "xor", 4)
        assert error.value.metadata == {"limit": "batch_numbers", "value": "24"}
        with pytest.raises(InvalidFields):
            service.gradient_checks.check("net", None, "xor", 5)


def test_every_bad_number_is_named(service: Service) -> None:
    for numbers in ((-1, -1), (5, 16)):
        with pytest.raises(InvalidFields) as refused:
            service.gradient_checks.check("net", None, "xor", *numbers)
        assert [bad.field for bad in refused.value.violations] == [
            "example_count",
            "parameter_count",
        ]


def test_the_worst_examples_are_found_in_the_updates_that_trained_on_them(
    service: Service,
) -> None:
    settings = replace(SETTINGS, batch_size=3, epochs=50, shuffle_seed=3)
    service.step(5, settings)
    service.edits.set_weights("net", NewWeights((WeightValue(1, 0, 0, 0.25),)))
    service.step(6)
    for update in (3, 5, 12):
        network, number, _ = service.evaluations.evaluate("net", update, "xor")
        uses = service.evaluations.uses(network, number, "xor", range(4))
        assert uses
        for example, use in uses.items():
            assert use.update <= update
            traced = service.inspection.batch(Which("net", use.update), lambda *_: None)
            assert traced.numbers[use.position] == example
    network, number, _ = service.evaluations.evaluate("net", 12, "or")
    assert service.evaluations.uses(network, number, "or", range(4)) == {}
    assert service.evaluations.uses(network, 6, "xor", range(4)) == {}  # an edit
    service.retention.delete_updates("net", 11)
    kept = service.evaluations.uses(network, 12, "xor", range(4))
    assert {use.update for use in kept.values()} == {12}
