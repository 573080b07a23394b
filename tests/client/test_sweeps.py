"""Sweeps: their plans, their results, and what they refuse; see also the survival tests."""

import json
import re
from collections.abc import Iterator
from typing import Any

import clearprop
import clearprop.aio
import pytest
from calls import fresh_id
from clearprop import Range
from clearprop.cli.sweep_values import varied
from clearprop.sweeps.plan import Plan, Repeats, plan_of
from clearprop.sweeps.ranges import Choices
from clearprop.sweeps.setting_texts import text_of
from clearprop.training_set_infos import TrainingSetInfo
from clearprop.v1.training_set_pb2 import TrainingSet
from console import Clearprop
from servers import ServerProcess

#: The examples of `or`, several times.
ROWS = [[float(number & 1), float(number >> 1 & 1)] for number in range(4)] * 3
TARGETS = [[max(row)] for row in ROWS]

RUN: dict[str, Any] = {"batch_size": 4, "epochs": 3}
RATES = {"learning_rate": [1, 2.5]}


def iris() -> TrainingSetInfo:
    info = TrainingSetInfo()
    info.message = TrainingSet(training_set="iris", input_count=4, target_count=3)
    return info


def planned(vary: Any = RATES, *, seeds: Any = 1, folds: int = 0, **more: Any) -> Plan:
    """Return the plan of a sweep on a set with 4 inputs and 3 targets."""
    samples = more.pop("samples", None)
    return plan_of("some", iris(), vary, RUN | more, Repeats.of(seeds, folds), samples)  # type: ignore[arg-type]


def test_a_grid_has_all_combinations_with_each_seed_and_fold() -> None:
    vary = {"learning_rate": [1, 2.5], "hidden_layers": [[], 5, [7, 6]]}
    plan = planned(vary, seeds=2, folds=3, activations=["relu", "softmax"], bias=True)
    assert len(plan.trials) == 2 * 3 * 2 * 3
    assert [trial.number for trial in plan.trials] == list(range(1, 37))
    last = plan.trials[-1]
    assert last.network == "some-0036"
    assert last.layer_sizes == [4, 7, 6, 3]
    assert last.network_options["activations"] == ["relu", "relu", "softmax"]
    assert last.network_options["seed"] == 2
    assert (
        last.training_options["validation_folds"] == last.training_options["validation_fold"] == 3
    )
    assert last.network_options["labels"] == {
        "sweep": "some",
        "trial": "36",
        "training_set": "iris",
        "learning_rate": "2.5",
        "hidden_layers": "7-6",
        "activations": "relu/softmax",
        "batch_size": "4",
        "epochs": "3",
        "bias": "true",
        "seed": "2",
        "fold": "3",
        "folds": "3",
    }
    assert [list(trial.layer_sizes) for trial in plan.trials[::6]] == [
        *([4, 3], [4, 5, 3], [4, 7, 6, 3]) * 2
    ]


def test_random_combinations_follow_from_the_seed_and_more_begin_with_the_same() -> None:
    vary: dict[str, Choices] = {
        "learning_rate": Range(1e-4, 1.0, "log"),
        "batch_size": Range(2, 64),
        "hidden_layers": [4, 8],
    }

    def drawn(samples: int, seed: int) -> list[Any]:
        plan = plan_of(
            "some",
            iris(),
            vary,
            {"epochs": 3},
            Repeats.of(1, 0),
            (samples, seed),
        )
        return [dict(trial.settings) for trial in plan.trials]

    assert drawn(9, 1) == drawn(20, 1)[:9] != drawn(9, 2)
    found = drawn(200, 3)
    assert all(1e-4 <= each["learning_rate"] <= 1 for each in found)
    assert 20 < sum(each["learning_rate"] < 1e-3 for each in found) < 120  # a quarter
    assert {type(each["batch_size"]) for each in found} == {int}
    assert {2, 64} <= {each["batch_size"] for each in drawn(1_000, 4)}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"vary": {"lerning_rate": [1]}}, "Unknown setting 'lerning_rate'. Did you mean 'learn"),
        ({"vary": {"seed": [1]}}, "seed is not a setting of a sweep: use seeds"),
        ({"vary": {"validation_fold": [1]}}, "use folds"),
        ({"vary": {"learning_rate": 0.1}}, "must be a list of values or a Range, not 0.1"),
        ({"vary": {"learning_rate": []}}, "must have different values, at least one"),
        ({"vary": {"learning_rate": [1, 1.0]}}, "must have different values"),
        ({"vary": {"learning_rate": Range(0.1, 1)}}, "Give samples"),
        ({"vary": {"optimizer": ["adem"]}, "learning_rate": 1}, "Unknown optimizer 'adem'"),
        ({"vary": {"cost_function": ["x"]}, "learning_rate": 1}, "Unknown cost function 'x'"),
        (
            {"vary": {"batch_size": [1]}, "learning_rate": 1},
            "The setting batch_size has one value and varies",
        ),
        ({"vary": {"momentum": [0.5]}}, "learning_rate must be given or vary"),
        ({"vary": {"epochs": ["1"]}}, "epochs has one value"),
        ({"vary": {"max_updates": ["1"]}, "learning_rate": 1}, "value of the wrong type"),
        ({"hidden_layers": [0]}, "hidden_layers must be numbers of units"),
        ({"hidden_layers": "8"}, "hidden_layers must be numbers of units"),
        ({"seeds": 0}, "seeds must be"),
        ({"seeds": [3, 3]}, "seeds must be"),
        ({"folds": 1}, "folds must be at least 2"),
        ({"seeds": 50_001}, "100,002 trials. The maximum is 100,000"),
        ({"samples": (3, 0)}, "only 2 combinations, which is less than 3 samples"),
        ({"samples": (0, 0)}, "samples must be at least 1"),
    ],
)
def test_what_cannot_be_trained_is_refused_at_once(arguments: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        planned(**arguments)


@pytest.mark.parametrize(
    "limits", [(1, 1), (2, 1), (0, float("inf")), (0.0, 1.0, "log"), (1, 2, "x")]
)
def test_a_range_needs_two_limits(limits: Any) -> None:
    with pytest.raises(ValueError, match=r"range|scale"):
        Range(*limits)


def test_equal_values_have_equal_texts() -> None:
    assert text_of("epochs", 5) == text_of("epochs", 5.0) == "5"
    assert text_of("learning_rate", 0.1 + 0.2) == "0.30000000000000004"
    assert text_of("hidden_layers", (16, 8)) == "16-8"
    assert text_of("dropout", [0.5, 0]) == "0.5/0"
    assert text_of("bias", True) == "true"  # noqa: FBT003 - a value
    assert text_of("class_weights", [0.123456789] * 99).startswith("sha256:")


def test_options_of_the_command_are_read_by_the_type_of_the_setting() -> None:
    assert varied(
        [
            "learning-rate=0.1,1",
            "--batch-size=8",
            "hidden_layers=none,16-8",
            "activations=relu/softmax,tanh",
            "restore-best=true,no",
            "class-weights=1/2,3/4",
            "cost=hinge",
            "epochs=5..7",
            "l2=log:1e-5..1e-2",
        ]
    ) == {
        "learning_rate": [0.1, 1.0],
        "batch_size": [8],
        "hidden_layers": [[], [16, 8]],
        "activations": [["relu", "softmax"], "tanh"],
        "restore_best": [True, False],
        "class_weights": [[1.0, 2.0], [3.0, 4.0]],
        "cost_function": ["hinge"],
        "epochs": Range(5, 7),
        "l2": Range(1e-5, 1e-2, "log"),
    }


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[clearprop.Client]:
    with clearprop.connect(server.target) as client:
        client.create_training_set("set-of-sweeps", ROWS, TARGETS)
        yield client


def test_combinations_are_compared_by_the_means_over_seeds_and_folds(
    client: clearprop.Client,
) -> None:
    name, reports = fresh_id(), []

    def swept() -> clearprop.SweepResult:
        return client.sweep(
            name,
            "set-of-sweeps",
            vary={"learning_rate": [0.5, 5], "bias": [True]},
            seeds=2,
            folds=3,
            report=lambda trial, done, total: reports.append((trial.number, done, total)),
            **RUN,
        )

    result = swept()
    assert result.trained_count == len(result.trials) == 12
    assert [report[1:] for report in reports] == [(done, 12) for done in range(1, 13)]
    first, second = result
    assert result.best.settings == first.settings == {"learning_rate": 5, "bias": True}
    assert first.cost is not None
    assert second.cost is not None
    assert first.cost.mean < second.cost.mean
    runs = [client.network(each).run(1) for each in first.networks]
    costs = [run.latest_validation.cost for run in runs if run.latest_validation]
    assert [trial.cost for trial in first.trials] == costs
    assert first.cost.mean == pytest.approx(sum(costs) / 6, rel=1e-12)
    accuracies = [row.accuracy.mean for row in result.rows("accuracy") if row.accuracy]
    assert len(accuracies) == 2
    assert accuracies[0] >= accuracies[1]
    # Each example is held out in one fold for each seed.
    assert sum(trial.run.validation_examples for trial in first.trials) == 2 * len(ROWS)
    again = swept()
    assert again.trained_count == 0
    assert [row.cost for row in again] == [row.cost for row in result]
    client.network(first.networks[0]).set_labels({})
    with pytest.raises(ValueError, match="does not belong to the sweep"):
        swept()


def test_other_arguments_under_the_same_name_are_refused(client: clearprop.Client) -> None:
    name = fresh_id()
    client.sweep(name, "set-of-sweeps", vary=RATES, **RUN)
    for change, problem in (
        ({"epochs": 4}, "in trial 1 (network .*-0001), epochs is 3, not 4"),
        ({"dropout": 0.5}, "dropout is absent, not 0.5"),
        ({"vary": {"learning_rate": [1, 2]}}, "in trial 2 .* learning_rate is 2.5, not 2"),
        ({"vary": {"learning_rate": [1]}}, "exists with more trials than these 1"),
        ({"folds": 2}, "fold is absent, not 1"),
    ):
        arguments: dict[str, Any] = {"vary": RATES, **RUN} | change
        pattern = problem.replace("(", "\\(").replace(")", "\\)")
        with pytest.raises(ValueError, match=pattern):
            client.sweep(name, "set-of-sweeps", **arguments)
    # More values of the first setting only add trials.
    more = client.sweep(name, "set-of-sweeps", vary={"learning_rate": [1, 2.5, 3]}, **RUN)
    assert more.trained_count == 1


def test_a_refused_trial_is_named_and_leaves_the_name_free(client: clearprop.Client) -> None:
    name = fresh_id()
    with pytest.raises(clearprop.ClearpropError) as refused:
        client.sweep(name, "set-of-sweeps", vary=RATES, batch_size=99, epochs=1, at_once=1)
    assert refused.value.__notes__ == ["in trial 1 (learning_rate=1)"]
    client.create_network(f"{name}-0002", layer_sizes=[2, 1], labels={"sweep": name})
    assert client.sweep(name, "set-of-sweeps", vary=RATES, **RUN).trained_count == 2


def test_failed_trials_come_last_and_paused_ones_continue(client: clearprop.Client) -> None:
    name = fresh_id()
    vary = {"learning_rate": [1e300, 1]}
    options: dict[str, Any] = {**RUN, "cost_function": "squared-error", "activations": "identity"}
    paused = client.create_network(
        f"{name}-0002",
        layer_sizes=[2, 1],
        seed=1,
        cost_function="squared-error",
        activations="identity",
        labels={
            "sweep": name,
            "trial": "2",
            "training_set": "set-of-sweeps",
            "seed": "1",
            "learning_rate": "1",
            "hidden_layers": "none",
            "batch_size": "4",
            "epochs": "3",
            "cost_function": "squared-error",
            "activations": "identity",
        },
    )
    paused.step("set-of-sweeps", learning_rate=1, **RUN)
    assert paused.refresh().active_run == 1
    result = client.sweep(name, "set-of-sweeps", vary=vary, **options)
    assert result.trained_count == 1
    best, worst = result
    assert (best.failed_count, worst.failed_count) == (0, 1)
    assert worst.cost is None
    assert paused.run(1).state == "SUCCEEDED"
    assert [run.number for run in paused.runs()] == [1]


async def test_the_form_for_asyncio_does_the_same(
    server: ServerProcess, client: clearprop.Client
) -> None:
    name = fresh_id()
    async with clearprop.aio.connect(server.target) as ours:
        result = await ours.sweep(name, "set-of-sweeps", vary=RATES, folds=2, **RUN)
        with pytest.raises(clearprop.ClearpropError, match="batch_size"):
            await ours.sweep(fresh_id(), "set-of-sweeps", vary=RATES, batch_size=99, epochs=1)
    again = client.sweep(name, "set-of-sweeps", vary=RATES, folds=2, **RUN)
    assert again.trained_count == 0
    assert [row.cost for row in again] == [row.cost for row in result]


def test_the_command_shows_the_combinations_and_networks_are_found_by_label(
    client: clearprop.Client, clearprop: Clearprop
) -> None:
    name = fresh_id()
    command = ["sweep", name, "--on", "set-of-sweeps", "--batch-size", "4", "--epochs", "3"]
    command += ["--vary", "learning-rate=0.5,5", "--bias", "--folds", "2"]
    shown = clearprop(*command).stdout
    header, _, first, second, *_ = shown.splitlines()
    assert re.split("  +", header) == [
        "rank",
        "learning_rate",
        "validation cost",
        "accuracy",
        "trials",
    ]
    assert first.split()[:2] == ["1", "5"]
    assert second.split()[:2] == ["2", "0.5"]
    assert f"Sweep {name}: 2 combinations, 4 trials, 4 trained now." in shown
    rows = [json.loads(line) for line in clearprop(*command, "--json").stdout.splitlines()]
    assert [row["settings"] for row in rows] == [{"learning_rate": "5"}, {"learning_rate": "0.5"}]
    costs = {trial["network"]: trial["cost"] for row in rows for trial in row["trials"]}

    where = ["networks", "--where", f"sweep={name}"]
    for sort, order in (("validation-cost", 1), ("-validation-cost", -1)):
        lines = clearprop(*where, "--sort", sort).stdout.splitlines()[2:]
        expected = sorted(costs, key=lambda network: order * costs[network])
        assert [line.split()[0] for line in lines] == expected
        assert all("SUCCEEDED" in line and "%" in line for line in lines)
    one = clearprop(*where, "--where", "trial=3", "--json").stdout.splitlines()
    assert [json.loads(line)["network"] for line in one] == [f"{name}-0003"]
    assert "no networks with" in clearprop("networks", "--where", "sweep=none").stdout
    deleted = clearprop("delete", "--where", f"sweep={name}", "--where", "trial=4", "--yes").stdout
    assert deleted == "Deleted 1 network.\n"
    assert "no networks with" in clearprop("delete", "--where", "sweep=none").stdout
    assert "Name a network, or" in clearprop("delete", "--yes", code=2).stderr
    asked = clearprop("delete", "--where", f"sweep={name}", code=1)
    assert "Delete 3 networks with" in asked.stdout + asked.stderr
    by_age = clearprop(*where, "--sort", "-created").stdout.splitlines()[2:]
    assert len(by_age) == 3
    refused = clearprop(*command[:-2], code=1).stderr
    assert "exists with other arguments" in refused
    wrong = clearprop(*command, "--vary", "momentum=0.5,x", code=2).stderr
    assert "momentum: 'x' is not a number" in wrong
