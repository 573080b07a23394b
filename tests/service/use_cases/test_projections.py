"""Projections of examples at any update, on axes of any other one."""

from collections.abc import Iterator

import numpy as np
import pytest
from services import Service

from service.use_cases.networks import NewNetwork
from service.use_cases.projections import Projection, WhichPlane
from training.errors import InvalidFields, LimitExceeded, TrainingSetNotFound, UpdateOutOfRange
from training.limits import Limits
from training.network import Array, Initializer
from training.numerics.activations import Activation
from training.numerics.initializers import InitializerKind
from training.projection import plane_of
from training.settings import TrainingSettings
from training.split import Indices

LAYERS = (3, 4, 2)
EXAMPLES = 700
SETTINGS = TrainingSettings("points", 0.1, 50, 4, shuffle_seed=1)


def filled(limits: Limits | None = None) -> Service:
    """Return a service with a network for three classes of points, and these points."""
    service = Service(limits=limits)
    recipe = Initializer(InitializerKind.UNIFORM, 1)
    activations = (Activation.TANH, Activation.SOFTMAX)
    service.networks.create(NewNetwork("net", LAYERS, activations, initializer=recipe))
    inputs = np.random.default_rng(1).normal(size=(EXAMPLES, 3))
    targets = np.eye(2)[(inputs[:, 0] > 0.0).astype(int)]
    service.training_sets.create(
        "points", [(*row, 1.0) for row in zip(inputs, targets, strict=True)]
    )
    service.step(40, SETTINGS)
    return service


@pytest.fixture
def service() -> Iterator[Service]:
    with filled() as service:
        yield service


def project(
    service: Service, layer: int, update: int, axes: int | None, most: int = 0
) -> Projection:
    return service.projections.project("net", update, WhichPlane("points", layer, axes, most))


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_points_are_activations_on_the_axes_of_an_update(service: Service, layer: int) -> None:
    inputs = service.training_sets.get_with_examples("points")[1].inputs
    starts = np.cumsum((0, *LAYERS))

    def values(update: int, rows: Indices) -> Array:
        found = service.predictions.predict("net", update, inputs[rows]).activations
        return np.hstack([inputs[rows], found])[:, starts[layer] : starts[layer + 1]]

    for update, axes in ((0, None), (7, 40), (40, 7), (40, 7)):
        found = project(service, layer, update, axes)
        assert found.examples.tolist() == [i * EXAMPLES // 500 for i in range(500)]
        plane = plane_of(values(update if axes is None else axes, found.examples))
        expected = plane.coordinates(values(update, found.examples))
        np.testing.assert_allclose(found.coordinates, expected, rtol=1e-9, atol=1e-12)
        assert found.update == update
        assert found.axes_update == (update if axes is None or not layer else axes)


def test_points_have_the_classes_of_an_evaluation(service: Service) -> None:
    found = project(service, 1, 40, 0, most=10)
    _, _, evaluated = service.evaluations.evaluate("net", 40, "points", page=slice(EXAMPLES))
    classes = {each.example: (each.true_class, each.predicted_class) for each in evaluated.worst}
    assert found.true_classes is not None
    assert found.predicted_classes is not None
    pairs = zip(found.true_classes.tolist(), found.predicted_classes.tolist(), strict=True)
    assert list(pairs) == [classes[example] for example in found.examples.tolist()]


def test_numbers_have_no_classes(service: Service) -> None:
    numbers = [(np.full(3, x), np.array([x, 0.5]), 1.0) for x in (0.25, 0.75)]
    recipe = Initializer(InitializerKind.UNIFORM, 1)
    service.networks.create(NewNetwork("regression", LAYERS, initializer=recipe))
    service.training_sets.create("numbers", numbers)
    found = service.projections.project("regression", None, WhichPlane("numbers"))
    assert (found.true_classes, found.predicted_classes) == (None, None)


def test_invalid_projections_are_refused(service: Service) -> None:
    with pytest.raises(InvalidFields) as refused:
        project(service, 3, 0, None, most=501)
    assert [bad.field for bad in refused.value.violations] == ["layer", "example_count"]
    for update, axes in ((41, None), (0, 41), (-1, None)):
        with pytest.raises(UpdateOutOfRange):
            project(service, 1, update, axes)
    with pytest.raises(TrainingSetNotFound):
        service.projections.project("net", None, WhichPlane("nothing"))


def test_limits_bound_the_examples_and_the_work() -> None:
    with filled(Limits(batch_numbers=50 * sum(LAYERS))) as service:
        assert len(project(service, 1, 0, None).examples) == 50
    with filled(Limits(call_work=EXAMPLES * 20 * 50)) as service, pytest.raises(LimitExceeded):
        project(service, 1, 0, None)
