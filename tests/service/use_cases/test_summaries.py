"""Summaries have the bits of what other calls say of the same updates."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from services import Service

from service.use_cases.edits import NewWeights
from service.use_cases.inspection import Which
from service.use_cases.networks import NewNetwork
from service.use_cases.summaries import Summary
from training.cancellation import Cancellation, cancelled_by
from training.errors import CallCancelled, InvalidFields, LimitExceeded, TrainingSetNotFound
from training.histogram import histogram
from training.layer_summary import LayerSummary, summarize
from training.limits import Limits
from training.network import Initializer
from training.network_rules import WeightValue
from training.numerics.activations import Activation
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.settings import TrainingSettings
from training.update import UpdateKind

ADAM = Optimizer(OptimizerKind.ADAM)
SETTINGS = TrainingSettings("xor", 0.1, 3, 5000, shuffle_seed=1, optimizer=ADAM)


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        recipe = Initializer(InitializerKind.UNIFORM, 1)
        layers = (2, 5, 3, 1), (Activation.RELU, Activation.TANH, Activation.SIGMOID)
        service.networks.create(NewNetwork("net", *layers, bias=True, initializer=recipe))
        yield service


def summarized(
    service: Service, most: int = 50, first: int | None = None, end: int | None = None
) -> Summary:
    return service.summaries.summarize("net", first, end, most, "")


def counts(layers: tuple[LayerSummary, ...]) -> list[tuple[object, ...]]:
    """Return all of a summary as something comparable."""
    return [
        (
            *(layer.gradient_norm, layer.update_norm, layer.parameter_norm),
            *(layer.weights.bins, layer.weights.counts.tobytes()),
            *(layer.activations.bins, layer.activations.counts.tobytes()),
            *((layer.units.dead, layer.units.saturated) if layer.units else ()),
        )
        for layer in layers
    ]


def test_a_summary_is_that_of_the_states_around_each_update(service: Service) -> None:
    service.step(40, SETTINGS)
    service.edits.set_weights("net", NewWeights((WeightValue(1, 0, 0, 9.0),)))
    service.step(1000)
    inputs = service.training_sets.get_with_examples("xor")[1].inputs
    found = summarized(service, 20)
    assert found.is_thinned
    assert found.example_count == 4
    numbers = [each.snapshot.first_update for each in found.updates]
    assert (numbers[0], numbers[-1]) == (0, 1041)
    edit = summarized(service, 3, 40, 42).updates
    assert [each.snapshot.kind for each in edit][1] is UpdateKind.EDIT
    for each in (*found.updates, *edit):
        number = each.snapshot.first_update
        full = service.inspection.state("net", number)
        before = None
        if number:
            before = service.inspection.state("net", number - 1).parameters
        expected = summarize(found.network, before, full.parameters, full.gradient, inputs)
        assert counts(each.layers) == counts(expected)
        assert each.snapshot.costs.tobytes() == full.snapshot.costs.tobytes()
        assert (each.layers[0].gradient_norm is None) == (full.gradient is None)


def test_norms_are_those_of_the_trace_of_the_update(service: Service) -> None:
    service.step(7, SETTINGS)
    (each,) = summarized(service, 2, 5, 5).updates
    trace = service.inspection.trace(Which("net", 5), 0, 0, vectors_only=False).trace
    update = trace.update
    assert update.after is not None
    for shape, layer in zip(update.network.shapes, each.layers, strict=True):
        whole = slice(shape.offset, shape.offset + shape.size)
        steps = (update.after.parameters - update.before.parameters)[whole].tolist()
        for numbers, norm in (
            (np.asarray(trace.gradient)[whole].tolist(), layer.gradient_norm),
            (steps, layer.update_norm),
        ):
            total = 0.0
            for number in numbers:
                total = total + number * number
            assert norm == math.sqrt(total)


def test_a_repeated_summary_computes_nothing_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.step(100, SETTINGS)
    before = summarized(service)
    service.step(1)
    monkeypatch.setattr(service.states, "_replay", None)
    after = summarized(service, end=100)
    assert [counts(each.layers) for each in before.updates] == [
        counts(each.layers) for each in after.updates
    ]


def test_the_earliest_kept_update_has_no_change(service: Service) -> None:
    service.step(20, SETTINGS)
    summarized(service)
    service.retention.delete_updates("net", 10, "", None)
    first, *others = summarized(service).updates
    assert first.snapshot.first_update == 10
    for layer in first.layers:
        assert (layer.gradient_norm, layer.update_norm) == (None, None)
        assert layer.units is not None
    assert all(each.layers[0].update_norm is not None for each in others)


def test_a_training_set_can_be_chosen_for_activations(service: Service) -> None:
    no_examples = summarized(service)
    assert no_examples.example_count == 0
    assert no_examples.updates[0].layers[0].units is None
    rows = [(np.full(2, index / 300), np.array([0.0]), 1.0) for index in range(300)]
    service.training_sets.create("many", rows)
    found = service.summaries.summarize("net", None, None, 2, "many")
    assert found.example_count == 256
    expected = service.predictions.predict("net", 0, [rows[i * 300 // 256][0] for i in range(256)])
    hidden = histogram(expected.activations[:, :5])
    assert found.updates[0].layers[0].activations.bins == hidden.bins
    with pytest.raises(TrainingSetNotFound):
        service.summaries.summarize("net", None, None, 2, "nothing")
    service.training_sets.create("wide", [(np.ones(3), np.array([0.0]), 1.0)])
    with pytest.raises(InvalidFields) as refused:
        service.summaries.summarize("net", None, None, 2, "wide")
    assert [bad.field for bad in refused.value.violations] == ["training_set"]


def test_a_range_after_the_latest_update_is_empty(service: Service) -> None:
    assert not summarized(service, first=1).updates


def test_a_summary_with_more_work_than_the_limit_is_refused() -> None:
    # Of two updates with 21 parameters: histograms and the outputs of 4 examples, and for the
    # second one, which is the first of the run, the gradients of its batch of 4, twice.
    work = 2 * (64 + 4) * 21 + 2 * 3 * 4 * 21
    for most in (work, work - 1):
        with Service(limits=Limits(call_work=most)) as service:
            service.networks.create(NewNetwork("net", (2, 5, 1), bias=True))
            service.step(1, TrainingSettings("xor", 0.5, 4, 100))
            if most == work:
                summarized(service)
                continue
            with pytest.raises(LimitExceeded, match="smaller number of points") as error:
                summarized(service)
            assert error.value.metadata == {"limit": "call_work", "value": str(most)}
            assert f"summarizing 2 updates with 21 parameters takes about {work} " in str(
                error.value
            )


def test_a_cancelled_summary_ends_between_two_updates(service: Service) -> None:
    service.step(10, SETTINGS)
    checks = 0

    def pause() -> None:
        nonlocal checks
        checks += 1
        if checks == 30:
            cancellation.cancel(CallCancelled("nobody waits"))

    cancellation = Cancellation(pause)
    with cancelled_by(cancellation), pytest.raises(CallCancelled):
        summarized(service)
    assert checks == 30
