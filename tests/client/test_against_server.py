"""Both forms of the client against a real server."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import clearprop
import clearprop.aio
import grpc
import numpy as np
import pytest
from calls import fresh_id
from clearprop import (
    ClearpropError,
    Client,
    RunEvent,
    Snapshot,
    TrainingOptions,
)
from clearprop.calls import history, runs, training_sets
from patience import PATIENCE
from servers import ServerProcess


def settings(epochs: int) -> TrainingOptions:
    return TrainingOptions(learning_rate=5.0, batch_size=4, epochs=epochs)


def flat(weights: list[np.ndarray], biases: list[np.ndarray]) -> list[float]:
    """Parameters as columns have them."""
    return [
        float(value)
        for layer, vector in zip(weights, biases, strict=True)
        for value in (*layer.ravel(), *vector)
    ]


@pytest.fixture
def client(server: ServerProcess) -> Iterator[Client]:
    with clearprop.connect(server.target) as client:
        yield client


def test_a_network_has_the_requested_options(client: Client) -> None:
    made = client.create_network(
        fresh_id(), layer_sizes=[2, 5, 1], activations=["sigmoid"], seed=7, labels={"who": "me"}
    )
    found = client.network(made.id)
    assert found.layer_sizes == [2, 5, 1]
    assert found.activations == ["sigmoid", "sigmoid"]
    assert (found.cost_function, found.initializer) == ("cross-entropy", "uniform")
    assert not found.has_biases
    assert (found.seed, found.parameter_count, found.latest_update) == (7, 15, 0)
    assert found.labels == {"who": "me"}
    assert (found.uid, found.active_run) == (made.uid, None)
    assert made.id in [network.id for network in client.networks()]
    found.set_labels({"what": "test"})
    assert made.refresh().labels == {"what": "test"}
    made.delete()
    with pytest.raises(ClearpropError, match="NOT_FOUND"):
        made.refresh()


def test_a_fork_continues_like_its_source(client: Client) -> None:
    source = client.create_network(fresh_id(), layer_sizes=[2, 5, 1], seed=7)
    assert source.forked_from is None
    recipe = settings(100)
    recipe["optimizer"] = "adam"
    source.train("xor", **recipe).wait()
    fork = source.fork(fresh_id(), update=40, labels={"what": "fork"})
    origin = fork.forked_from
    assert origin is not None
    assert (origin.network, origin.uid, origin.update) == (source.id, source.uid, 40)
    assert (fork.latest_update, fork.labels, fork.seed) == (0, {"what": "fork"}, 7)
    # Each epoch is one update in the set's order, so a new run goes on as the old one did.
    for update in fork.step("xor", count=60, **recipe).updates:
        theirs = source.state(40 + update.number)
        assert update.cost == theirs.cost
        for ours, wanted in zip(update.weights, theirs.weights, strict=True):
            assert ours.tobytes() == wanted.tobytes()
    assert source.refresh().latest_update == 100
    assert client.network(fork.id).forked_from == origin
    assert fork.compare(100, base_network=source.id).changed_count == 0
    changes = list(fork.changes(40, base_network=source.id))
    assert len(changes) == source.compare(40).changed_count


def test_a_summary_has_the_layers_of_updates(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1], activations=["relu", "sigmoid"])
    network.step("xor", count=30, **settings(100))
    found = network.summarize(5, start=3, max_bins=8)
    numbers = [update.number for update in found]
    assert (found.thinned, found.example_count) == (True, 4)
    assert (numbers[0], numbers[-1]) == (3, 30)
    for update in found:
        state = network.state(update.number, full=True)
        assert (update.cost, update.epoch) == (state.cost, state.epoch)
        for layer, weights, gradients in zip(
            update.layers, state.weights, state.gradients, strict=True
        ):
            assert layer.parameter_norm == pytest.approx(np.linalg.norm(weights))
            assert layer.gradient_norm == pytest.approx(np.linalg.norm(gradients))
            counts, _ = np.histogram(weights, layer.weight_edges)
            assert layer.weight_counts == counts.tolist()
            assert sum(layer.activation_counts) == 4 * layer.units
        hidden, outputs = update.layers
        assert (hidden.saturated_units, outputs.dead_units) == (None, None)
        assert hidden.dead_units is not None
        assert outputs.saturated_units is not None


def test_a_walk_has_the_lines_of_an_update(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1])
    network.step("xor", **settings(1))
    found = network.walk(step_count=100)
    assert (found.number, found.run, found.next_step) == (1, 1, 100)
    kinds = [phase.kind for phase in found.phases]
    assert kinds[:6] == ["zero", "forward", "forward", "cost", "deltas", "add"]
    whole = found.lines + network.walk(first_step=100, step_count=10_000).lines
    assert len(whole) == found.step_count
    after = network.state().weights[1][0]
    stored = [line.changed["after[10]"] for line in whole if "after[10]" in line.changed]
    assert stored == [after[0]]
    roles = {role for line in whole for role in line.roles.values()}
    assert {"logit", "delta-sum", "gradient-sum", "new-parameter"} < roles
    alone = network.walk(phases_only=True)
    assert [phase.kind for phase in alone.phases][:6] == kinds[:6]
    assert (alone.lines, alone.step_count) == ([], 0)


async def test_a_repeated_fork_is_one_network(server: ServerProcess) -> None:
    async with clearprop.aio.connect(server.target) as client:
        source = await client.create_network(layer_sizes=[2, 1])
        request_id = fresh_id("request")
        first, second = [await source.fork(request_id=request_id) for _ in range(2)]
        assert first.id == second.id != source.id


def test_initial_parameters_are_stored_bit_for_bit(client: Client) -> None:
    weights = [np.array([[0.1, -0.2], [1 / 3, 0.0]]), np.array([[-0.0, 1e-300]])]
    network = client.create_network(layer_sizes=[2, 2, 1], initial_weights=weights)
    assert network.seed is None
    for given, kept in zip(weights, network.state().weights, strict=True):
        assert given.tobytes() == kept.tobytes()


def test_a_network_with_other_functions_has_the_requested_options(client: Client) -> None:
    weights = [np.array([[0.5, -0.5]]), np.array([[1.0], [2.0]])]
    biases = [np.array([0.25]), np.array([-0.0, 1 / 3])]
    made = client.create_network(
        layer_sizes=[2, 1, 2],
        activations=["leaky-relu", "softmax"],
        bias=True,
        initial_weights=weights,
        initial_biases=biases,
    )
    assert made.activations == ["leaky-relu", "softmax"]
    assert made.cost_function == "categorical-cross-entropy"
    assert (made.initializer, made.seed) == ("explicit", None)
    assert made.has_biases
    assert made.parameter_count == 7
    for given, kept in zip(biases, made.state().biases, strict=True):
        assert given.tobytes() == kept.tobytes()
    assert client.create_network(layer_sizes=[2, 1], initializer="zeros").seed is None


def test_a_range_of_initial_weights_is_reported(client: Client) -> None:
    network = client.create_network(layer_sizes=[9, 9, 9], seed=1, low=2.0, high=2.5)
    weights = np.concatenate([layer.ravel() for layer in network.state().weights])
    assert weights.min() >= 2.0
    assert weights.max() < 2.5


def test_a_run_from_its_first_update_to_its_end(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1], seed=3)
    run = network.train("xor", **settings(10_000))
    seen = list(run.updates())
    assert [update.number for update in seen] == list(range(1, 10_001))
    assert (run.state, run.updates_done, run.total_updates) == ("SUCCEEDED", 10_000, 10_000)
    assert run.latest_cost == seen[-1].cost
    assert run.start_time is not None
    assert run.end_time is not None
    assert run.create_time <= run.start_time <= run.end_time
    assert [update.message for update in network.updates(start=1)] == [
        update.message for update in seen
    ]
    assert network.state(77).weights[1].tobytes() == seen[76].weights[1].tobytes()
    check_history(network, {update.number: update.cost for update in seen})
    outputs = network.predict([[0, 0], [1, 0], [0, 1], [1, 1]]).outputs
    assert outputs.round().tolist() == [[0], [1], [1], [0]]


def check_history(network: clearprop.Network, costs: dict[int, float | None]) -> None:
    """Hold histories in brief, and ends of lists, to the costs of all updates."""
    brief = network.history(100)
    found = {update.number: update.cost for update in brief}
    assert brief.thinned
    assert 50 <= len(brief) == len(found) <= 100
    assert found == {0: None} | {update: costs[update] for update in found if update}
    assert {0, 10_000} <= set(found)
    numbers = [cost for cost in costs.values() if cost is not None]
    assert {min(numbers), max(numbers)} <= set(found.values())
    run, epoch = brief.updates[-1].run, brief.updates[-1].epoch
    assert (run, epoch, brief.updates[-1].example_count) == (1, 10_000, 4)

    whole = network.history(start=9_000, end=9_999)
    assert not whole.thinned
    assert {update.number: update.cost for update in whole} == {
        update: costs[update] for update in range(9_000, 10_000)
    }
    assert len(network.history(2, start=1)) == 2
    assert len(network.history(2, start=10_001)) == 0
    assert [update.number for update in network.history(9, start=9_999, end=10**9)] == [
        9_999,
        10_000,
    ]
    listed = network.updates(start=990, end=2_010, detail="cost")
    assert [update.number for update in listed] == list(range(990, 2_011))


def test_stride_and_detail_select_the_content_of_a_watch(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1])
    network.step("xor", **settings(50))
    run = network.run(1).resume()
    seen = list(run.updates(stride=20, detail="cost"))
    assert [update.number for update in seen] == [1, 20, 40, 50]
    assert not any(update.weights for update in seen)


def test_columns_have_the_bits_of_the_updates(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1], bias=True)
    run = network.train("xor", **settings(5_000))
    rows = list(run.columns(detail="gradients"))
    updates = list(run.updates(detail="gradients"))
    assert [number for part in rows for number in part.numbers] == list(range(1, 5_001))
    assert [update.number for update in updates] == list(range(1, 5_001))
    parameters = np.array([flat(each.weights, each.biases) for each in updates])
    gradients = np.array([flat(each.gradients, each.bias_gradients) for each in updates])
    assert np.concatenate([part.parameters for part in rows]).tobytes() == parameters.tobytes()
    assert np.concatenate([part.gradients for part in rows]).tobytes() == gradients.tobytes()
    costs = np.concatenate([part.costs for part in rows])
    assert costs.tolist() == [update.cost for update in updates]


def test_selected_parameters_are_delivered_in_their_order(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1], bias=True)
    run = network.step("xor", count=30, **settings(50)).run
    network.set_weight(1, 2, 0, 0.5)
    run.cancel()
    chosen = [(2, 0, 4), (1, 2, 0), (1, 3, None)]
    whole = network.watch(start=0, detail="gradients")
    some = network.watch(start=0, detail="gradients", parameters=chosen)
    for full, update in itertools.islice(zip(whole, some, strict=True), 32):
        if isinstance(full, Snapshot) and isinstance(update, Snapshot):
            assert update.number == full.number
            assert not update.weights
            expected = [full.weights[1][0, 4], full.weights[0][2, 0], full.biases[0][3]]
            assert update.chosen.tolist() == expected
            assert len(update.chosen_gradients) == (3 if full.kind == "GRADIENT" else 0)


def test_a_watch_delivers_updates_and_changes_of_runs(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1])
    network.train("xor", **settings(3)).wait()
    told = [
        item.number if isinstance(item, Snapshot) else item.run.state
        for item in itertools.takewhile(
            lambda item: not (isinstance(item, RunEvent) and item.run.is_over),
            network.watch(start=0),
        )
    ]
    assert [item for item in told if isinstance(item, int)] == [0, 1, 2, 3]
    assert told[1] in ("PENDING", "RUNNING")


def test_steps_start_a_run_and_continue_it(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1])
    first = network.step("xor", epochs=5, learning_rate=5, batch_size=3)
    assert [update.number for update in first.updates] == [1]
    assert first.run.state == "PAUSED"
    second = network.step(count=2, unit="epoch", etag=first.etag)
    assert [update.number for update in second.updates] == [2, 3, 4]
    with pytest.raises(ClearpropError) as caught:
        network.step(etag=first.etag)
    assert caught.value.reason == "STALE_ETAG"
    assert network.step(count=1000).run.wait().state == "SUCCEEDED"


def test_a_step_with_a_request_id_takes_effect_once(
    server: ServerProcess,
) -> None:
    identity = fresh_id("request")
    with clearprop.connect(server.target) as first, clearprop.connect(server.target) as second:
        network = first.create_network(layer_sizes=[2, 5, 1])
        one = network.step("xor", request_id=identity, **settings(50))
        two = second.network(network.id).step("xor", request_id=identity, **settings(50))
        assert [update.message for update in one.updates] == [
            update.message for update in two.updates
        ]
        assert network.refresh().latest_update == 1


def test_a_run_can_be_paused_resumed_and_cancelled(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1])
    run = network.train("xor", **settings(10**9))
    assert run.pause().state == "PAUSED"
    assert network.refresh().active_run == 1
    assert run.resume().state == "RUNNING"
    waiting = ThreadPoolExecutor(1).submit(network.run(1).wait)
    assert run.cancel().state == "CANCELLED"
    assert waiting.result(PATIENCE).state == "CANCELLED"
    assert run.refresh().is_over
    assert [each.number for each in network.runs()] == [1]


def test_a_training_set_is_read_as_it_was_created(client: Client) -> None:
    inputs = np.arange(6).reshape(3, 2) / 7
    made = client.create_training_set(
        fresh_id("set"), inputs, [[0], [1], [0.5]], weights=[1, 0.5, 2]
    )
    found = client.training_set(made.id)
    assert (found.example_count, found.input_count, found.target_count) == (3, 2, 1)
    assert not found.is_built_in
    assert found.examples().inputs.tobytes() == inputs.tobytes()
    assert found.examples().targets.tolist() == [[0], [1], [0.5]]
    assert found.examples().weights.tolist() == [1, 0.5, 2]
    assert {"and", "or", "xor", made.id} <= {each.id for each in client.training_sets()}
    found.delete()
    with pytest.raises(ClearpropError, match="NOT_FOUND"):
        client.training_set(made.id)


@pytest.mark.parametrize("once", [False, True])
def test_an_uploaded_training_set_is_read_as_it_was_sent(client: Client, once: bool) -> None:
    inputs = np.arange(3_000 * 100).reshape(3_000, 100) / 7
    targets = np.arange(3_000, dtype=np.int8).reshape(-1, 1)
    rows = (iter(inputs), iter(targets)) if once else (inputs, targets)
    weights = inputs[:, 0]
    made = client.upload_training_set(fresh_id("set"), *rows, weights=weights)
    found = client.training_set(made.id)
    assert (found.example_count, found.input_count, found.target_count) == (3_000, 100, 1)
    assert found.examples().inputs.tobytes() == inputs.tobytes()
    assert found.examples().targets.tolist() == targets.tolist()
    assert found.examples().weights.tobytes() == weights.tobytes()
    assert client.training_set("xor").examples().weights.tolist() == [1] * 4


def test_an_upload_with_the_request_id_of_an_earlier_one_returns_its_set(client: Client) -> None:
    identity = fresh_id("request")
    first = client.upload_training_set("", [[0], [1]], [[1], [0]], request_id=identity)
    again = client.upload_training_set("", [[0], [1]], [[1], [0]], request_id=identity)
    assert first.uid == again.uid
    with pytest.raises(ClearpropError) as caught:
        client.upload_training_set("", [[0], [1]], [[1], [1]], request_id=identity)
    assert caught.value.reason == "REQUEST_ID_REUSED"


def test_an_invalid_example_is_named_by_its_index(client: Client) -> None:
    rows = np.zeros((3_000, 100))
    rows[2_999, 7] = np.nan
    with pytest.raises(ClearpropError) as caught:
        client.upload_training_set("", rows, rows[:, :1])
    assert [bad.field for bad in caught.value.violations] == ["examples[2999].inputs[7]"]


def test_a_network_is_measured_at_any_update(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1], seed=7)
    network.train("xor", **settings(10_000)).wait()
    before, after = network.evaluate("xor", update=0), network.evaluate("xor")
    assert (before.update, after.update) == (0, 10_000)
    assert (after.example_count, after.correct_count, after.accuracy) == (4, 4, 1.0)
    assert after.cost < before.cost
    regression = client.create_network(layer_sizes=[2, 1], activations=["identity"])
    targets = client.create_training_set(fresh_id("set"), [[0, 0]], [[7]])
    measured = regression.evaluate(targets.id)
    assert (measured.cost, measured.correct_count, measured.accuracy) == (24.5, None, None)
    assert measured.worst_examples[0].is_correct is None


def test_examples_are_chosen_by_class_and_projected(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1], seed=7)
    found = network.evaluate("xor", true_class=1, wrong_only=True, most=1)
    (worst,) = found.worst_examples
    assert (worst.true_class, worst.predicted_class, worst.is_correct) == (1, 0, False)
    assert found.matching_count == 2
    all_of_them = list(network.worst_examples("xor", update=0, predicted_class=0))
    assert found.classification is not None
    assert len(all_of_them) == found.classification.classes[0].predicted_count
    assert worst in all_of_them
    active = network.evaluate("xor", layer=1, unit=2).worst_examples
    prediction = network.predict([[0, 0], [1, 0], [0, 1], [1, 1]], activations=True)
    of_unit = (row[2] for row in prediction.activations[0])
    assert [each.activation for each in active] == sorted(of_unit, reverse=True)
    projection = network.project("xor", layer=1, axes_update=0, example_count=3)
    assert (projection.update, projection.axes_update) == (0, 0)
    assert projection.examples == [0, 1, 2]
    assert [len(row) for row in projection.coordinates] == [2, 2, 2]
    assert projection.true_classes == [0, 1, 1]
    assert set(projection.predicted_classes) <= {0, 1}
    assert 0.0 < sum(projection.variance_shares) <= 1.0 + 1e-9


def test_classes_without_a_table_have_names(client: Client) -> None:
    rows = ([[0, 0], [1, 1]], [[1, 0], [0, 1]])
    for send in (client.create_training_set, client.upload_training_set):
        made = send(fresh_id("set"), *rows, class_names=["cat", "dog"])
        assert made.class_names == ["cat", "dog"]
        assert client.training_set(made.id).class_names == ["cat", "dog"]
    with pytest.raises(ClearpropError) as caught:
        client.upload_training_set("", rows[0], [[1], [0]], class_names=["cat", "dog"])
    assert [bad.field for bad in caught.value.violations] == ["class_names"]


def test_gradients_are_checked(client: Client) -> None:
    network = client.create_network(
        layer_sizes=[2, 5, 1], activations=["relu", "sigmoid"], bias=True, seed=7
    )
    check = network.check_gradients("xor", example_count=3, parameter_count=7)
    assert check.passed
    assert (check.update, check.example_count, check.parameter_count) == (0, 3, 7)
    assert (check.failed_count, len(check.differences)) == (0, 7)
    assert all(each.passed for each in check.differences)
    # Biases begin at 0: with the inputs (0, 0) every relu unit stands at its kink.
    whole = network.check_gradients("xor")
    kinks = {(each.layer, each.unit, each.input) for each in whole.differences if each.is_kink}
    assert kinks == {(1, unit, None) for unit in range(5)}
    assert whole.kink_count == 5


def test_a_run_reports_its_settings(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1])
    run = network.train(
        "xor", optimizer="nesterov", shuffle_seed=3, max_updates=5, **settings(100)
    ).wait()
    assert (run.optimizer, run.settings.optimizer.momentum) == ("nesterov", 0.9)
    assert (run.updates_done, run.total_updates, run.settings.shuffle_seed) == (5, 5, 3)


def test_different_numbers_of_rows_are_refused_before_the_call(
    client: Client,
) -> None:
    with pytest.raises(ValueError, match="2 rows of inputs and 1 rows of targets"):
        client.create_training_set("s", [[0], [1]], [[1]])
    with pytest.raises(ValueError, match="1 examples and 2 weights"):
        client.create_training_set("s", [[0]], [[1]], weights=[1, 2])
    with pytest.raises(ValueError, match="weights must have numbers only"):
        client.create_training_set("s", [[0]], [[1]], weights=["a"])  # type: ignore[list-item]


def test_a_step_without_a_set_but_with_settings_is_refused(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1])
    with pytest.raises(ClearpropError) as caught:
        network.step(epochs=5)
    assert "settings.training_set" in [bad.field for bad in caught.value.violations]


def test_every_invalid_field_is_named(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1])
    with pytest.raises(ClearpropError) as caught:
        network.train("xor", learning_rate=-1, batch_size=9, epochs=0)
    assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert {bad.field for bad in caught.value.violations} == {
        "settings.learning_rate",
        "settings.batch_size",
        "settings.epochs",
    }


def test_lists_are_read_page_by_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1])
    for _ in range(5):
        network.train("xor", **settings(1)).wait()
    for part in (history, runs, training_sets):
        monkeypatch.setattr(part, "PAGE_SIZE", 2)
    assert [run.number for run in network.runs()] == [5, 4, 3, 2, 1]
    assert [update.number for update in network.updates()] == [0, 1, 2, 3, 4, 5]
    assert len(list(client.training_sets())) >= 3


def test_predictions_have_the_activations_of_all_layers_on_request(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1], seed=7)
    plain = network.predict(np.zeros((3, 2)))
    assert plain.update == 0
    assert plain.activations == []
    full = network.predict(np.zeros((3, 2)), update=0, activations=True)
    assert [layer.shape for layer in full.activations] == [(3, 5), (3, 1)]
    assert (full.activations[0] == 0.5).all()
    assert full.activations[1].tobytes() == plain.outputs.tobytes()
    assert (plain.contributions, full.contributions) == ([], [])


def test_predictions_have_what_is_added_to_the_logits_on_request(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 3, 2], bias=True, seed=7)
    found = network.predict([[0, 1], [1, 1]], contributions=True)
    logits = np.array([terms.sum(axis=1) for terms in found.contributions])
    assert [terms.shape for terms in found.contributions] == [(2, 4), (2, 4)]
    assert np.allclose(1 / (1 + np.exp(-logits)), found.outputs)


def test_responses_larger_than_the_default_limit_of_grpc_are_received(client: Client) -> None:
    network = client.create_network(layer_sizes=[999, 1000], seed=1)
    assert network.state().weights[0].shape == (1000, 999)
    network.delete()


def test_the_server_reports_its_version_and_limits(client: Client) -> None:
    info = client.server_info()
    assert info.store == "sqlite"
    assert info.limits.response_bytes == 64 * 2**20


def test_closing_the_client_ends_its_watches(client: Client) -> None:
    network = client.create_network(layer_sizes=[2, 5, 1])
    watch = network.watch(start=0)
    assert isinstance(next(watch), Snapshot)
    following = ThreadPoolExecutor(1).submit(next, watch)
    client.close()
    with pytest.raises(ClearpropError) as caught:
        following.result(PATIENCE)
    assert caught.value.code is grpc.StatusCode.CANCELLED


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_a_run_is_watched_although_its_server_ends(own_server: ServerProcess, end: str) -> None:
    with clearprop.connect(own_server.target) as client:
        network = client.create_network(layer_sizes=[2, 5, 1], seed=5)
        run = network.train("xor", **settings(100_000))
        updates = run.updates()
        seen = list(itertools.islice(updates, 1000))
        getattr(own_server, end)()
        with ThreadPoolExecutor(1) as threads:
            threads.submit(own_server.start)
            seen += updates
        assert [update.number for update in seen] == list(range(1, 100_001))
        assert run.state == "SUCCEEDED"
        for number in (1, 999, 1000, 1001, 50_000, 100_000):
            state, update = network.state(number), seen[number - 1]
            assert state.message.layers == update.message.layers
            assert state.cost == update.cost


async def test_all_steps_in_asyncio(server: ServerProcess) -> None:
    async with clearprop.aio.connect(server.target) as client:
        network = await client.create_network(fresh_id(), layer_sizes=[2, 5, 1], seed=3)
        step = await network.step("xor", **settings(10_000))
        run = await step.run.resume()
        seen = [update.number async for update in run.updates()]
        assert seen == list(range(1, 10_001))
        assert (await run.wait()).state == "SUCCEEDED"
        assert (await network.refresh()).latest_update == 10_000
        assert [each.number async for each in network.runs()] == [1]
        listed = [update.number async for update in network.updates(start=9_998)]
        assert listed == [9_998, 9_999, 10_000]
        brief = await network.history(3, start=1, end=9_999)
        assert [update.number for update in brief] == [1, 9_999]
        assert brief.thinned
        prediction = await network.predict([[0, 0], [1, 0], [0, 1], [1, 1]])
        assert prediction.outputs.round().tolist() == [[0], [1], [1], [0]]
        assert (await network.state(1)).number == 1
        assert (await (await client.training_set("xor")).examples()).inputs.shape == (4, 2)
        assert (await client.server_info()).version
        assert (await network.evaluate("xor")).accuracy == 1.0
        assert (await network.check_gradients("xor")).passed
        rows = np.arange(300_000).reshape(-1, 100) / 3
        uploaded = await client.upload_training_set("", iter(rows), iter(rows[:, :1]))
        assert (await uploaded.examples()).inputs.tobytes() == rows.tobytes()
        with pytest.raises(ClearpropError, match="OUT_OF_RANGE"):
            await network.state(10_001)
        await network.delete()
        assert network.id not in [each.id async for each in client.networks()]
