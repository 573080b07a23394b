"""Commands about training: train, step, watch, runs, pause, resume, cancel."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from calls import fresh_id
from clearprop import Run
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from console import CLEARPROP, Clearprop, invoke, on_terminal
from scripted import ScriptedServer
from servers import ServerProcess

XOR = ("--on", "xor", "--learning-rate", "5", "--batch-size", "4")


def test_training_creates_the_network_and_shows_progress(clearprop: Clearprop) -> None:
    name = fresh_id()
    output = clearprop("train", name, "--layers", "2-5-1", *XOR, "--epochs", "2000").stdout
    lines = output.splitlines()
    assert lines[1].startswith(f"Run 1 of {name} is ")
    assert lines[0].startswith(
        f"Network {name} (2-5-1, sigmoid, cross-entropy, 15 parameters), created uniform"
    )
    assert [line.split()[0] for line in lines[2:12]] == [
        f"{tenth:,}" for tenth in range(200, 2001, 200)
    ]
    assert lines[12].startswith(f"Run 1 of {name} is SUCCEEDED: 2,000 of 2,000 updates, cost ")
    assert re.search(r", [0-9.e-]+ s \([0-9,]+ updates/s\)$", lines[12])
    assert lines[13] == f"Try: clearprop predict {name} --on xor"
    again = clearprop("train", name, *XOR, "--epochs", "20", "--json").stdout
    assert json.loads(again)["state"] == "RUN_STATE_SUCCEEDED"
    assert json.loads(again)["run"] == "2"


def test_the_progress_of_a_run_that_is_over_before_it_is_followed_is_whole(
    clearprop: Clearprop, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh = Run.refresh

    def over(run: Run) -> Run:
        run.wait()
        return refresh(run)

    monkeypatch.setattr(Run, "refresh", over)
    options = ("--layers", "2-5-1", *XOR, "--epochs", "2000")
    lines = clearprop("train", fresh_id(), *options).stdout.splitlines()
    assert [line.split()[0] for line in lines[2:12]] == [f"{n:,}" for n in range(200, 2001, 200)]


def test_a_schedule_changes_the_rate_of_a_run(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--seed", "1")
    settings = (*XOR, "--epochs", "10", "--schedule", "cosine", "--schedule-warmup", "1")
    clearprop("train", name, *settings, "--schedule-minimum", "1")
    row = clearprop("runs", name).stdout.splitlines()[2].split()
    assert row[4:6] == ["5", "cosine"]
    rows = [line.split() for line in clearprop("history", name).stdout.splitlines()]
    head = rows.index(["update", "run", "epoch", "rate", "cost"])
    assert [row[4] for row in rows[head + 2 : head + 4]] == ["2.5", "1.12061"]
    trace = clearprop("trace", name, "--update", "2").stdout.splitlines()[0]
    assert trace.endswith(", learning rate 5")
    refused = clearprop("train", name, *XOR, "--epochs", "1", "--schedule", "step", code=1)
    assert "--schedule-period" in refused.stderr


def test_warnings_are_shown_before_and_after(clearprop: Clearprop, tmp_path: Path) -> None:
    name = fresh_id()
    table = tmp_path / f"{name}.csv"
    table.write_text("a,b,y\n0.1,1000,81\n0.2,2000,81\n")
    imported = clearprop("import", str(table), "--targets", "y").stdout.splitlines()
    about_set = [
        "Warning: Input 2 (b) has values up to 2,000 in size, but input 1 (a) only up to 0.2:",
        "Warning: Target 1 (y) is 81 in all 2 examples:",
    ]
    assert_starts(imported[-5:-3], about_set)
    shown = clearprop("training-sets", "show", name).stdout.splitlines()
    assert_starts(shown[-5:-3], about_set)
    settings = ("--on", name, "--learning-rate", "0.5", "--batch-size", "2")
    clearprop("create", name, "--layers", "2-3-1", "--activations", "tanh", "--seed", "1")
    trained = clearprop("train", name, *settings, "--epochs", "100").stdout.splitlines()
    before = [
        *about_set,
        "Warning: Target 1 (y) of example 1 is 81, but outputs with the activation",
        "Warning: All 3 units of hidden layer 1 (tanh) are saturated for every example at update 0",
    ]
    after = "Warning: The cost has not fallen by 1 %:"
    shown = [line for line in trained if line.startswith("Warning")]
    assert_starts(shown, [*before, after])
    assert_starts(clearprop("runs", name).stdout.splitlines()[-5:], [*before, after])
    step = clearprop("step", name, *settings, "--epochs", "1").stdout.splitlines()
    hidden = before[3].replace("update 0", "update 100")
    output = "Warning: Output 1 (tanh) is saturated for every example at update 100:"
    assert_starts(step[-5:], [*before[:3], hidden, output])
    (run, _) = clearprop("runs", name, "--json").stdout.splitlines()
    assert [each["code"] for each in json.loads(run)["warnings"]] == [
        "INPUTS_OF_DIFFERENT_SIZE",
        "CONSTANT_TARGET",
        "TARGETS_OUT_OF_REACH",
        "DEAD_UNITS",
        "DEAD_UNITS",
    ]


def assert_starts(lines: list[str], starts: list[str]) -> None:
    assert [line[: len(start)] for line, start in zip(lines, starts, strict=True)] == starts


@pytest.mark.parametrize("columns", [40, 80])
def test_training_shows_a_bar_on_a_terminal(server: ServerProcess, columns: int) -> None:
    name = fresh_id()
    code, output = on_terminal(
        *("train", name, "--layers", "2-5-1", *XOR, "--epochs", "3000"),
        columns=columns,
        CLEARPROP_SERVER=server.target,
    )
    assert code == 0
    assert "3,000/3,000" in output
    assert f"Run 1 of {name} is SUCCEEDED" in output


def test_a_run_continues_after_an_interrupt(clearprop: Clearprop, server: ServerProcess) -> None:
    name = fresh_id()
    with subprocess.Popen(
        [CLEARPROP, "train", name, "--layers", "2-5-1", *XOR, "--epochs", "1000000000"],
        env=os.environ | {"CLEARPROP_SERVER": server.target},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Network")
        assert process.stdout.readline().startswith("Run 1")
        output = _interrupted(process)
    assert process.returncode == 1
    assert "Run 1" in output
    assert "continues on the server" in output
    assert f"clearprop pause {name}" in output
    assert "is PAUSED" in clearprop("pause", name).stdout
    assert "is RUNNING" in clearprop("resume", name).stdout
    assert "is CANCELLED" in clearprop("cancel", name, "1").stdout


def _interrupted(process: subprocess.Popen[str]) -> str:
    """Interrupt it as often as it takes, and return what it said: Python may ignore one."""
    while True:
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=10)[1]
        except subprocess.TimeoutExpired:
            continue


def test_a_run_can_be_started_without_following_it(clearprop: Clearprop) -> None:
    name = fresh_id()
    begun = clearprop("train", name, "--layers", "2-5-1", *XOR, "--epochs", "20", "--detach")
    assert f"Run 1 of {name} is" in begun.stdout
    seen = clearprop("watch", name, "--run", "1", "--stride", "10").stdout.splitlines()
    assert [line.split()[1] for line in seen if line.startswith("update")] == ["1", "10", "20"]
    assert seen[-1] == "run 1 is SUCCEEDED after update 20"


def test_a_watch_prints_one_json_object_per_line(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("train", name, "--layers", "2-5-1", *XOR, "--epochs", "30", "--detach")
    output = clearprop("watch", name, "--run", "1", "--json", "--parameters").stdout
    items = [json.loads(line) for line in output.splitlines()]
    updates = [item["update"] for item in items if "update" in item]
    assert [int(update["update"]) for update in updates] == list(range(1, 31))
    assert all(len(update["layers"]) == 2 for update in updates)
    assert items[-1]["runEvent"]["run"]["state"] == "RUN_STATE_SUCCEEDED"


def test_a_step_shows_what_changed(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--seed", "7")
    output = clearprop("step", name, *XOR, "--epochs", "5").stdout.splitlines()
    assert output[0].split()[:6] == ["update", "1", "run", "1", "epoch", "1"]
    assert output[1].split() == ["weight", "before", "after", "change"]
    changed = [line.rsplit(maxsplit=3) for line in output[3:13]]
    for place, before, after, change in changed:
        assert "←" in place
        assert float(after) - float(before) == pytest.approx(float(change), abs=2e-6)
    assert f"Run 1 of {name} is PAUSED: 1 of 5 updates" in output[-1]
    stepped = clearprop("step", name, "--count", "2", "--by-epochs", "--json").stdout
    assert [json.loads(line)["update"] for line in stepped.splitlines()] == ["2", "3"]
    clearprop("step", name, "--count", "9")
    assert "SUCCEEDED" in clearprop("runs", name).stdout


def test_runs_are_listed(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1")
    assert "has no runs" in clearprop("runs", name).stdout
    clearprop("train", name, *XOR, "--epochs", "20")
    row = clearprop("runs", name).stdout.splitlines()[2].split()
    assert row[:9] == ["1", "SUCCEEDED", "xor", "gradient-descent", "5", "4", "20", "20", "20"]


def test_every_setting_arrives(clearprop: Clearprop) -> None:
    name = fresh_id()
    output = clearprop(
        *("train", name, "--layers", "2-5-1", *XOR, "--epochs", "100", "--optimizer", "adam"),
        *("--beta1", "0.8", "--beta2", "0.9", "--epsilon", "1e-6", "--weight-decay", "0.001"),
        *("--shuffle-seed", "3", "--cost-below", "0.001", "--max-updates", "7", "--json"),
        *("--stop-on-non-finite-cost", "--validation-set", "and", "--validation-every", "2"),
        *("--validation-unit", "update", "--patience", "50", "--min-delta", "0.5"),
        "--restore-best",
    ).stdout
    run = json.loads(output)
    assert run["totalUpdates"] == "7"
    assert run["updatesDone"] == "7"
    settings = run["settings"]
    assert settings["shuffleSeed"] == "3"
    assert settings["stop"] == {
        "costBelow": 0.001,
        "maxUpdates": "7",
        "nonFiniteCost": True,
        "patience": "50",
        "minDelta": 0.5,
        "restoreBest": True,
    }
    assert settings["validation"] == {
        "trainingSet": "and",
        "share": 0.0,
        "seed": "0",
        "every": "2",
        "unit": "VALIDATION_UNIT_UPDATE",
        "folds": 0,
        "fold": 0,
    }
    assert (run["endReason"], run["validationExamples"]) == ("END_REASON_MAX_UPDATES", "4")
    assert run["latestValidation"]["update"] == "7"
    assert settings["optimizer"] == {
        "kind": "OPTIMIZER_KIND_ADAM",
        "beta1": 0.8,
        "beta2": 0.9,
        "epsilon": 1e-6,
        "weightDecay": 0.001,
        "decayWeightsOnly": False,
    }
    stepped = clearprop(
        *("step", name, *XOR, "--epochs", "9", "--optimizer", "nesterov", "--momentum", "0.5"),
        "--json",
    )
    is_restored = run["latestUpdate"] == "8"
    assert json.loads(stepped.stdout)["update"] == ("9" if is_restored else "8")
    assert "nesterov" in clearprop("runs", name).stdout


def test_a_step_of_a_network_with_biases_shows_their_changes(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--bias", "--seed", "7")
    output = clearprop("step", name, *XOR, "--epochs", "5").stdout
    assert "output 1 bias" in output
    assert "parameter" in output


def test_a_run_that_its_cost_ends_says_so(clearprop: Clearprop) -> None:
    run = (*XOR, "--layers", "2-5-1", "--epochs", "9", "--cost-below")
    name = fresh_id()
    output = clearprop("train", name, *run, "5").stdout
    assert "SUCCEEDED" in output
    assert "It ended early: the mean cost of an epoch was below 5." in output
    assert "Run 1 ended early: the mean cost of an" in clearprop("runs", name).stdout
    whole = clearprop("train", fresh_id(), *run, "1e-9").stdout
    assert "early" not in whole


def test_a_diverging_run_is_reported_as_failed(clearprop: Clearprop) -> None:
    name = fresh_id()
    clearprop("create", name, "--layers", "2-5-1", "--activations", "identity", "--seed", "7")
    rates = ("--on", "xor", "--learning-rate", "1e300", "--batch-size", "4")
    output = clearprop("train", name, *rates, "--epochs", "9", code=1)
    assert "is FAILED" in output.stdout
    assert "Error: Update " in output.stderr
    assert "is FAILED" in clearprop("step", name, *rates, "--epochs", "9", code=1).stdout


def test_a_cost_that_overflows_is_shown_and_can_end_the_run(clearprop: Clearprop) -> None:
    recipe = ("--on", "xor", "--learning-rate", "1e308", "--batch-size", "4", "--epochs", "14")
    momentum = ("--layers", "2-5-1", "--seed", "1", *recipe, "--optimizer", "momentum")
    name = fresh_id()
    output = clearprop("train", name, *momentum).stdout
    assert "is SUCCEEDED: 14 of 14 updates" in output
    found = re.search(r" \(first non-finite at update (\d+)\)", output)
    assert found is not None
    listed = clearprop("runs", name).stdout
    assert f"The first non-finite cost of run 1 is at update {found[1]}." in listed
    stopped = clearprop("train", fresh_id(), *momentum, "--stop-on-non-finite-cost", code=1)
    assert f"is FAILED: {found[1]} of 14 updates" in stopped.stdout
    assert f"the cost of update {found[1]} is " in stopped.stderr.lower()


def test_it_is_said_why_a_run_does_not_begin(scripted: ScriptedServer) -> None:
    run = run_pb2.Run(network="n", run=1, state=run_pb2.RUN_STATE_PENDING)
    scripted.answers("GetServerInfo", pb.GetServerInfoResponse(version="1"))
    scripted.answers("GetNetwork", pb.GetNetworkResponse(network=network_pb2.Network(network="n")))
    scripted.answers("Train", pb.TrainResponse(run=run))
    run.waiting_for = "no worker is running"
    scripted.answers("GetRun", pb.GetRunResponse(run=run))
    settings = ("--on", "xor", "--learning-rate", "1", "--batch-size", "1", "--epochs", "1")
    done = invoke("train", "n", *settings, "--detach", "--server", scripted.target)
    assert "Run 1 waits: No worker is running." in done.stdout.splitlines()
