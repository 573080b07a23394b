"""Runs with held-out examples, over the contract: what is told of them, everywhere the same."""

from typing import Any

import grpc
import pytest
from calls import all_updates, bits, create, examples, refused, settings, state, train
from clearprop.v1 import run_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

ROWS = [
    ([number / 12, (number * 7 % 12) / 12], [float(number % 5 in {0, 3})]) for number in range(12)
]
HELD_OUT = run_pb2.Validation(share=0.25, seed=3)
STOP = run_pb2.StopCondition(patience=4, restore_best=True)


@pytest.fixture
def training_set(stub: TrainingServiceStub) -> str:
    request = pb.CreateTrainingSetRequest(examples=examples(ROWS))
    return stub.CreateTrainingSet(request).training_set.training_set


def recipe(training_set: str, **changes: Any) -> run_pb2.TrainingSettings:
    chosen: dict[str, Any] = {
        "rate": 3.0,
        "batch_size": 2,
        "epochs": 900,
        "stop": STOP,
        "validation": HELD_OUT,
    }
    return settings(training_set, **(chosen | changes))


def validated_updates(stub: TrainingServiceStub, network: str) -> dict[int, update_pb2.Update]:
    """Return the updates with a validation, without their parameters, by number."""
    found = all_updates(stub, network, page_size=7)
    for update in found:
        update.ClearField("layers")
    return {update.update: update for update in found if update.HasField("validation")}


def test_a_run_that_overfits_ends_and_returns_to_its_best_state_and_all_say_so(
    stub: TrainingServiceStub, training_set: str
) -> None:
    network = create(stub).network
    run = train(stub, network, recipe(training_set))
    assert (run.state, run.end_reason) == (
        run_pb2.RUN_STATE_SUCCEEDED,
        run_pb2.END_REASON_PATIENCE,
    )
    assert (run.training_examples, run.validation_examples) == (9, 3)
    assert run.latest_update == run.updates_done + 1
    assert run.best.update < run.latest_validation.update == run.updates_done
    restored, best = (state(stub, network, each) for each in (run.latest_update, run.best.update))
    assert (restored.kind, restored.run) == (update_pb2.UPDATE_KIND_RESTORE, run.run)
    assert bits(restored.layers) == bits(best.layers)
    assert best.validation.cost == run.best.cost
    measured = stub.Evaluate(
        pb.EvaluateRequest(network=network, training_set=training_set, update=run.best.update)
    )
    assert measured.example_count == 12

    validated = validated_updates(stub, network)
    listed = {number: update.validation for number, update in validated.items()}
    assert min(result.cost for result in listed.values()) == run.best.cost
    asked = pb.ListUpdatesRequest(
        network=network, validated=True, detail=update_pb2.DETAIL_COST, page_size=5
    )
    found: list[update_pb2.Update] = []
    while True:
        page = stub.ListUpdates(asked)
        found += page.updates
        asked.page_token = page.next_page_token
        if not page.next_page_token:
            break
    assert {update.update: update for update in found} == validated
    thin = pb.ListUpdatesRequest(
        network=network, validated=True, detail=update_pb2.DETAIL_COST, max_points=4
    )
    thinned = stub.ListUpdates(thin)
    assert thinned.thinned
    assert len(thinned.updates) <= 4
    assert run.best.update in {update.update for update in thinned.updates}
    assert all(update == validated[update.update] for update in thinned.updates)

    for encoding in (pb.ENCODING_UPDATES, pb.ENCODING_COLUMNS):
        seen: dict[int, float] = {}
        for part in stub.WatchUpdates(
            pb.WatchUpdatesRequest(
                network=network, start_update=0, until_run=run.run, encoding=encoding
            )
        ):
            for update in part.updates.updates:
                if update.HasField("validation"):
                    seen[update.update] = update.validation.cost
            seen |= zip(part.columns.validation_updates, part.columns.validation_costs, strict=True)
        assert seen == {update: result.cost for update, result in listed.items()}
    *_, last = stub.VerifyHistory(pb.VerifyHistoryRequest(network=network))
    assert last.done, last

    trace = stub.TraceUpdate(pb.TraceUpdateRequest(network=network, update=5)).trace
    assert len(trace.examples) == 2
    for example in trace.examples:
        assert list(example.inputs.values) == ROWS[example.example][0]
    whole = refused(
        lambda: stub.TraceUpdate(pb.TraceUpdateRequest(network=network, update=run.latest_update))
    )
    assert whole.reason == "NOT_GRADIENT"


def test_steps_come_to_the_same_end(stub: TrainingServiceStub, training_set: str) -> None:
    whole, stepped = create(stub).network, create(stub).network
    run = train(stub, whole, recipe(training_set))
    step = pb.StepRequest(network=stepped, count=7, settings=recipe(training_set))
    response = stub.Step(step)
    while response.run.state == run_pb2.RUN_STATE_PAUSED:
        response = stub.Step(pb.StepRequest(network=stepped, count=7))
    assert response.run.end_reason == run.end_reason
    assert response.run.latest_update == run.latest_update
    assert response.updates[-1].kind == update_pb2.UPDATE_KIND_RESTORE
    assert bits(state(stub, stepped).layers) == bits(state(stub, whole).layers)


def test_another_set_validates_a_run_and_cannot_be_deleted_meanwhile(
    stub: TrainingServiceStub, training_set: str
) -> None:
    network = create(stub).network
    with_xor = recipe(
        training_set,
        validation=run_pb2.Validation(
            training_set="xor", every=3, unit=run_pb2.VALIDATION_UNIT_UPDATE
        ),
        stop=run_pb2.StopCondition(max_updates=8),
    )
    run = train(stub, network, with_xor)
    assert run.end_reason == run_pb2.END_REASON_MAX_UPDATES
    assert (run.training_examples, run.validation_examples) == (12, 4)
    assert run.validation_set_uid == "built-in-xor"
    found = [
        update.update for update in all_updates(stub, network) if update.HasField("validation")
    ]
    assert found == [3, 6, 8]
    for update in found:
        measured = stub.Evaluate(
            pb.EvaluateRequest(network=network, training_set="xor", update=update)
        )
        validation = state(stub, network, update).validation
        assert validation == update_pb2.ValidationResult(
            cost=measured.cost, accuracy=measured.accuracy
        )
    own = stub.CreateTrainingSet(pb.CreateTrainingSetRequest(examples=examples(ROWS))).training_set
    validated = recipe("xor", validation=run_pb2.Validation(training_set=own.training_set))
    stub.Step(pb.StepRequest(network=network, count=1, settings=validated))
    in_use = refused(
        lambda: stub.DeleteTrainingSet(pb.DeleteTrainingSetRequest(training_set=own.training_set))
    )
    assert in_use.reason == "TRAINING_SET_IN_USE"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"validation": run_pb2.Validation()}, "settings.validation.share"),
        ({"validation": run_pb2.Validation(share=0.2, every=-1)}, "settings.validation.every"),
        ({"validation": None}, "settings.stop.patience"),
        ({"batch_size": 10}, "settings.batch_size"),
    ],
)
def test_invalid_settings_are_refused(
    stub: TrainingServiceStub, training_set: str, changes: dict[str, Any], field: str
) -> None:
    network = create(stub).network
    request = pb.TrainRequest(network=network, settings=recipe(training_set, **changes))
    found = refused(lambda: stub.Train(request))
    assert found.code is grpc.StatusCode.INVALID_ARGUMENT
    assert field in found.message
    validated = pb.ListUpdatesRequest(network=network, validated=True)
    assert "detail: must be COST" in refused(lambda: stub.ListUpdates(validated)).message


def test_updates_that_a_run_may_return_to_are_not_deleted(
    stub: TrainingServiceStub, training_set: str
) -> None:
    network = create(stub).network
    step = pb.StepRequest(network=network, count=12, settings=recipe(training_set))
    run = stub.Step(step).run
    assert run.state == run_pb2.RUN_STATE_PAUSED
    best = run.best.update
    late = pb.DeleteUpdatesRequest(network=network, before_update=best + 1)
    assert refused(lambda: stub.DeleteUpdates(late)).reason == "RUN_NOT_OVER"
    stub.DeleteUpdates(pb.DeleteUpdatesRequest(network=network, before_update=best))
    stub.ResumeRun(pb.ResumeRunRequest(network=network, run=run.run))
