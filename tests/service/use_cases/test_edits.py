"""Changes of parameters: numbered, durable updates that later ones depend on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numerics import same_bits
from promises import tries
from services import Service

from service.reading.readers import Readers
from service.reading.selection import Detail
from service.use_cases.edits import NewWeights
from service.use_cases.networks import NewNetwork
from training.engine import Engine
from training.errors import InvalidFields, RunNotOver, StaleEtag
from training.network import Array, Initializer, LayerParameters
from training.network_rules import WeightValue
from training.numerics.activations import Activation
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer, OptimizerState
from training.settings import TrainingSettings
from training.update import State, UpdateKind

OPTIMIZERS = [
    Optimizer(),
    Optimizer(OptimizerKind.NESTEROV),
    Optimizer(OptimizerKind.ADAM, weight_decay=0.01),
]


def recipe(optimizer: Optimizer | None = None, epochs: int = 40) -> TrainingSettings:
    return TrainingSettings("xor", 0.5, 3, epochs, 5, optimizer or Optimizer())


def a_weight(value: float, unit: int = 1, source: int | None = 0) -> NewWeights:
    return NewWeights((WeightValue(1, unit, source, value),))


class Plain:
    """The same history by one engine without a store, changed at the same places."""

    def __init__(self, service: Service, settings: TrainingSettings) -> None:
        view = service.networks.get("net")
        run = service.runs.get("net", 1).run
        with service.store.read() as reader:
            data = reader.examples(run.training_set_uid)
        self.engine = Engine(view.network, run, data)
        state = service.states.read(view.network, 0)
        self.states: list[State] = [state]
        self.done = 0

    def train(self, count: int) -> None:
        for _ in range(count):
            self.states.append(self.engine.advance(self.states[-1], self.done, 1).state)
            self.done += 1

    def change(self, parameters: Array, kept: OptimizerState | None) -> None:
        self.states.append(State(len(self.states), parameters, kept))


@given(st.data())
@examples(max_examples=tries(12))
def test_a_run_continues_from_changes_and_every_update_can_be_read(
    data: st.DataObject,
) -> None:
    settings = recipe(data.draw(st.sampled_from(OPTIMIZERS)))
    with Service() as service:
        service.networks.create(NewNetwork("net", (2, 5, 1), bias=True))
        service.step(1, settings)
        plain = Plain(service, settings)
        plain.train(1)
        for action in data.draw(st.lists(st.sampled_from(["step", "edit", "reset"]), max_size=6)):
            before = plain.states[-1]
            if action == "step":
                count = data.draw(st.integers(1, 4))
                service.step(count)
                plain.train(count)
            elif action == "edit":
                value = data.draw(st.floats(-3, 3))
                changed = service.edits.set_weights("net", a_weight(value, 1, None))
                parameters = before.parameters.copy()
                parameters[11] = value
                plain.change(parameters, before.optimizer_state)
                assert changed.update == before.update + 1
            else:
                layer_1 = LayerParameters(5, 2, np.arange(10.0) / 10, np.zeros(5))
                layer_2 = LayerParameters(1, 5, np.arange(5.0) / 10, np.ones(1))
                service.edits.reset("net", parameters=(layer_1, layer_2))
                parts = (layer_1.weights, layer_1.biases, layer_2.weights, layer_2.biases)
                plain.change(np.concatenate(parts), None)
        network = service.networks.get("net").network
        for state in plain.states:
            assert same_bits(
                service.states.read(network, state.update).parameters, state.parameters
            )
        fresh = Readers.of(service.store)  # remembers nothing: all is replayed
        for state in reversed(plain.states):
            replayed = fresh.states.read(network, state.update)
            assert same_bits(replayed.parameters, state.parameters)
            kept, expected = replayed.optimizer_state, state.optimizer_state
            assert (kept is None) == (expected is None)
            if kept is not None and expected is not None:
                assert same_bits(kept.values, expected.values)


@pytest.fixture
def service() -> object:
    with Service() as made:
        made.networks.create(NewNetwork("net", (2, 2, 1)))
        yield made


def test_changes_show_their_kind(service: Service) -> None:
    service.step(2, recipe())
    service.edits.set_weights("net", a_weight(1.5))
    service.edits.reset("net")
    service.step(1)
    span = service.history.updates("net", 0, 100)
    kinds = [part.kind for part in span.parts for _ in range(part.count)]
    gradient = UpdateKind.GRADIENT
    assert kinds == [
        UpdateKind.INITIAL,
        gradient,
        gradient,
        UpdateKind.EDIT,
        UpdateKind.RESET,
        gradient,
    ]
    outline = service.history.updates("net", 3, 1, detail=Detail.COST)
    assert [part.kind for part in outline.parts] == [UpdateKind.EDIT]


def test_a_reset_draws_as_at_first_with_a_new_seed_which_makes_the_same_again(
    service: Service,
) -> None:
    first = service.edits.reset("net")
    again = service.edits.reset("net")
    assert first.initializer is not None
    assert again.initializer is not None
    assert first.initializer.kind is again.initializer.kind is InitializerKind.UNIFORM
    assert first.initializer.seed != again.initializer.seed
    service.edits.reset("net", first.initializer)
    network = service.networks.get("net").network
    states = [service.states.read(network, update).parameters for update in (1, 2, 3)]
    assert same_bits(states[0], states[2])
    assert not same_bits(states[0], states[1])
    given = service.edits.reset("net", Initializer(InitializerKind.HE, 5))
    assert given.initializer == Initializer(InitializerKind.HE, 5)


def test_a_change_is_refused_while_a_run_is_active_and_with_a_stale_etag(service: Service) -> None:
    stale = service.networks.get("net").head.etag
    service.step(1, recipe())
    with pytest.raises(StaleEtag):
        service.edits.set_weights("net", a_weight(1.0), stale)
    service.executor.stop()  # what becomes active now stays so
    service.runs.resume("net", 1)
    with pytest.raises(RunNotOver, match="PauseRun"):
        service.edits.set_weights("net", a_weight(1.0))
    with pytest.raises(RunNotOver):
        service.edits.reset("net")
    assert service.networks.get("net").head.latest_update == 1


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        (NewWeights(), ["weights"]),
        (
            NewWeights((WeightValue(3, 0, 0, 0.0), WeightValue(1, 2, 2, np.nan))),
            ["weights[0].layer", "weights[1].unit", "weights[1].input", "weights[1].value"],
        ),
        (NewWeights((WeightValue(1, 0, None, 0.0),)), ["weights[0].input"]),
        (
            NewWeights((WeightValue(1, 0, 1, 0.0), WeightValue(1, 0, 1, 1.0))),
            ["weights[1]"],
        ),
        (
            NewWeights(
                (WeightValue(2, 0, 0, 0.0),),
                {
                    0: LayerParameters(1, 1, np.zeros(1)),
                    2: LayerParameters(1, 2, np.array([1.0, np.inf])),
                },
            ),
            ["layers[0]", "layers[2].weights[1]", "weights[0]"],
        ),
    ],
    ids=["nothing", "places", "bias", "twice", "layers"],
)
def test_every_wrong_field_is_named_and_nothing_changes(
    service: Service, wanted: NewWeights, fields: list[str]
) -> None:
    with pytest.raises(InvalidFields) as raised:
        service.edits.set_weights("net", wanted)
    assert [each.field for each in raised.value.violations] == fields
    assert service.networks.get("net").head.latest_update == 0


def test_updates_are_compared_by_their_largest_changes(service: Service) -> None:
    layer = LayerParameters(2, 2, np.array([1.0, -2.0, 0.5, 3.0]))
    service.edits.set_weights("net", NewWeights(layers={1: layer}))
    service.edits.set_weights(
        "net",
        NewWeights((WeightValue(1, 0, 0, 2.0), WeightValue(1, 1, 1, 2.0), WeightValue(1, 0, 1, 4))),
    )
    found = service.comparisons.compare("net", 1, None)
    assert (found.base.first_update, found.update.first_update) == (1, 2)
    assert found.comparison.places.tolist() == [1, 0, 3]
    assert service.comparisons.compare("net", 2, 2).comparison.changed == 0


def test_a_run_that_fails_after_a_change_names_the_update_that_could_not_be_made() -> None:
    with Service() as service:
        service.networks.create(NewNetwork("net", (2, 1), (Activation.IDENTITY,), bias=False))
        service.step(1, recipe())
        service.edits.set_weights("net", NewWeights((WeightValue(1, 0, 0, 1.7e308),)))
        run = service.step(1).run
        while run.failure is None:  # until an example has this input
            run = service.step(1).run
        assert run.failure.update == service.networks.get("net").head.latest_update + 1
