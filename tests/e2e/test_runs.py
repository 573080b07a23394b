"""Runs are started, stepped, paused, resumed and cancelled."""

import itertools
import threading

from calls import bits, create, examples, settings, state, train, wait_until_over
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

FOREVER = settings(epochs=1_000_000_000)


def test_steps_train_and_pauses_give_the_same_history(stub: TrainingServiceStub) -> None:
    plain, mixed = create(stub, seed=5).network, create(stub, seed=5).network
    recipe = settings(rate=3.0, batch_size=3, epochs=1_000_000_000)

    stub.Step(pb.StepRequest(network=mixed, settings=recipe))
    stub.Step(pb.StepRequest(network=mixed, count=17))
    stub.Step(pb.StepRequest(network=mixed, count=2, unit=pb.STEP_UNIT_EPOCH))
    for _ in range(3):
        stub.ResumeRun(pb.ResumeRunRequest(network=mixed, run=1))
        stub.PauseRun(pb.PauseRunRequest(network=mixed, run=1))
        stub.Step(pb.StepRequest(network=mixed, count=1_000))
    made = stub.GetRun(pb.GetRunRequest(network=mixed, run=1)).run.updates_done

    stub.Step(pb.StepRequest(network=plain, count=made, settings=recipe))
    assert state(stub, plain).update == state(stub, mixed).update == made
    assert bits(state(stub, mixed).layers) == bits(state(stub, plain).layers)
    for start in (0, made // 2, made - 999):
        one, other = (
            stub.ListUpdates(
                pb.ListUpdatesRequest(network=network, start_update=start, page_size=1_000)
            ).updates
            for network in (plain, mixed)
        )
        assert list(one) == list(other)


def test_a_step_by_epochs_ends_at_the_first_update_that_reaches_them(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    recipe = settings(batch_size=3, epochs=4)  # 4 examples: 16 in 6 updates
    epoch = pb.STEP_UNIT_EPOCH
    first = stub.Step(pb.StepRequest(network=network, unit=epoch, settings=recipe)).run
    assert (first.updates_done, first.epoch, first.next_example) == (2, 2, 2)
    second = stub.Step(pb.StepRequest(network=network, unit=epoch)).run
    assert (second.updates_done, second.epoch, second.next_example) == (4, 4, 0)
    last = stub.Step(pb.StepRequest(network=network, unit=epoch, count=99)).run
    assert (last.updates_done, last.state) == (6, run_pb2.RUN_STATE_SUCCEEDED)


def test_steps_that_do_not_wait_for_each_other_are_each_taken_once(
    stub: TrainingServiceStub,
) -> None:
    in_row, alone = create(stub, seed=5).network, create(stub, seed=5).network
    stub.Step(pb.StepRequest(network=in_row, settings=FOREVER))
    counts = range(1, 40)
    sent = [stub.Step.future(pb.StepRequest(network=in_row, count=count)) for count in counts]
    # gRPC may deliver them in another order than they were sent in.
    answers = [(each.result().run, count) for each, count in zip(sent, counts, strict=True)]
    answers.sort(key=lambda answer: answer[0].updates_done)
    made = list(itertools.accumulate((count for _, count in answers), initial=1))
    assert [run.updates_done for run, _ in answers] == made[1:]
    stub.Step(pb.StepRequest(network=alone, count=made[-1], settings=FOREVER))
    assert bits(state(stub, in_row).layers) == bits(state(stub, alone).layers)


def test_a_step_returns_its_updates_and_an_etag(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    stepped = stub.Step(pb.StepRequest(network=network, count=4, settings=settings()))
    assert [update.update for update in stepped.updates] == [1, 2, 3, 4]
    assert stepped.run.state == run_pb2.RUN_STATE_PAUSED
    assert stepped.run.latest_cost == stepped.updates[-1].cost
    assert stepped.updates[-1].layers == state(stub, network).layers
    again = stub.Step(pb.StepRequest(network=network, etag=stepped.etag))
    assert again.etag == stub.GetNetwork(pb.GetNetworkRequest(network=network)).network.etag


def test_a_long_step_returns_the_last_updates_that_fit(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    stepped = stub.Step(
        pb.StepRequest(network=network, count=100_000, settings=settings(epochs=1_000_000))
    )
    numbers = [update.update for update in stepped.updates]
    assert numbers == list(range(numbers[0], 100_001))
    assert 1 < len(numbers) < 100_000
    assert stepped.run.state == run_pb2.RUN_STATE_PAUSED


def test_a_pause_is_durable_when_it_returns_and_resume_continues(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    run = stub.Train(pb.TrainRequest(network=network, settings=FOREVER)).run
    for _ in range(5):
        paused = stub.PauseRun(pb.PauseRunRequest(network=network, run=run.run)).run
        assert paused.state == run_pb2.RUN_STATE_PAUSED
        assert stub.GetRun(pb.GetRunRequest(network=network, run=run.run)).run == paused
        again = stub.PauseRun(pb.PauseRunRequest(network=network, run=run.run)).run
        assert again == paused
        resumed = stub.ResumeRun(pb.ResumeRunRequest(network=network, run=run.run)).run
        assert resumed.state == run_pb2.RUN_STATE_RUNNING
    cancelled = stub.CancelRun(pb.CancelRunRequest(network=network, run=run.run)).run
    assert cancelled.state == run_pb2.RUN_STATE_CANCELLED
    assert cancelled.latest_update == state(stub, network).update
    assert cancelled.HasField("end_time")


def test_pauses_and_cancels_at_the_same_time_leave_one_final_state(
    stub: TrainingServiceStub,
) -> None:
    for _ in range(10):
        network = create(stub).network
        run = stub.Train(pb.TrainRequest(network=network, settings=FOREVER)).run.run
        answers: list[run_pb2.Run] = []

        def pause(
            network: str = network, run: int = run, answers: list[run_pb2.Run] = answers
        ) -> None:
            answers.append(stub.PauseRun(pb.PauseRunRequest(network=network, run=run)).run)

        thread = threading.Thread(target=pause)
        thread.start()
        cancelled = stub.CancelRun(pb.CancelRunRequest(network=network, run=run)).run
        thread.join()
        assert cancelled.state == run_pb2.RUN_STATE_CANCELLED
        last = stub.GetRun(pb.GetRunRequest(network=network, run=run)).run
        assert last.state == run_pb2.RUN_STATE_CANCELLED
        assert state(stub, network).update == last.latest_update


def test_a_running_step_can_be_cancelled(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    step = stub.Step.future(pb.StepRequest(network=network, count=2**40, settings=FOREVER))
    watch = stub.WatchUpdates(pb.WatchUpdatesRequest(network=network, start_update=0, stride=1000))
    for part in watch:
        if part.run_event.run.state == run_pb2.RUN_STATE_RUNNING:
            break
    watch.cancel()
    stub.CancelRun(pb.CancelRunRequest(network=network, run=1))
    assert step.result().run.state == run_pb2.RUN_STATE_CANCELLED


def test_many_runs_share_the_machine_and_all_end(stub: TrainingServiceStub) -> None:
    runs = [
        stub.Train(
            pb.TrainRequest(network=create(stub, seed=9).network, settings=settings(epochs=20_000))
        ).run
        for _ in range(20)
    ]
    ended = [wait_until_over(stub, run) for run in runs]
    assert {run.state for run in ended} == {run_pb2.RUN_STATE_SUCCEEDED}
    assert len({bits(state(stub, run.network).layers) for run in runs}) == 1


def test_runs_are_listed_latest_first_in_pages(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    for _ in range(5):
        wait_until_over(
            stub, stub.Train(pb.TrainRequest(network=network, settings=settings(epochs=1))).run
        )
    numbers, token = [], ""
    for _ in itertools.count():
        page = stub.ListRuns(pb.ListRunsRequest(network=network, page_size=2, page_token=token))
        numbers += [run.run for run in page.runs]
        token = page.next_page_token
        if not token:
            break
    assert numbers == [5, 4, 3, 2, 1]
    runs = stub.ListRuns(pb.ListRunsRequest(network=network)).runs
    assert [run.first_update for run in runs] == [5, 4, 3, 2, 1]


def test_divergence_fails_the_run_and_leaves_the_last_finite_update(
    stub: TrainingServiceStub,
) -> None:
    wild = stub.CreateTrainingSet(
        pb.CreateTrainingSetRequest(examples=examples([([1e200], [0.0]), ([1e200], [1.0])]))
    ).training_set.training_set
    network = create(stub, [1, 1]).network
    recipe = settings(wild, rate=1e200, batch_size=1, epochs=50)
    ended = wait_until_over(stub, stub.Train(pb.TrainRequest(network=network, settings=recipe)).run)
    assert ended.state == run_pb2.RUN_STATE_FAILED
    assert ended.failure.reason == "DIVERGED"
    assert ended.failure.update == ended.latest_update + 1
    assert state(stub, network).update == ended.latest_update
    stepped = stub.Step(pb.StepRequest(network=network, settings=recipe)).run
    assert stepped.state == run_pb2.RUN_STATE_FAILED
    calm = settings(wild, rate=1e-300, batch_size=1, epochs=1)
    stub.Step(pb.StepRequest(network=network, settings=calm))
    assert state(stub, network).update == ended.failure.update


def test_get_run_and_get_training_set_give_warnings_and_listing_does_not(
    stub: TrainingServiceStub,
) -> None:
    far = examples([([0.0], [81.0]), ([1.0], [80.0])])
    made = stub.CreateTrainingSet(pb.CreateTrainingSetRequest(examples=far)).training_set
    network = create(stub, (1, 2, 1), activations=[network_pb2.ACTIVATION_TANH]).network
    recipe = settings(training_set=made.training_set, batch_size=2, epochs=100)
    train(stub, network, recipe)
    run = stub.GetRun(pb.GetRunRequest(network=network, run=1)).run
    assert run.warnings[0].code == "TARGETS_OUT_OF_REACH"
    assert run.warnings[0].message.startswith("Target 1 of example 1 is 81, but outputs with")
    assert "identity" in run.warnings[0].action
    (listed,) = stub.ListRuns(pb.ListRunsRequest(network=network)).runs
    assert not listed.warnings
