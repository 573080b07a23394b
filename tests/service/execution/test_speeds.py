"""Speeds are remembered for runs that are alike, and for no others."""

from dataclasses import replace

from histories import Story

from service.execution.speeds import Speeds


def test_a_run_has_the_speed_of_the_last_one_like_it() -> None:
    story = Story()
    story.opening()
    network, run = story.network, story.run
    assert run is not None
    speeds = Speeds()
    assert speeds.of(network, run) == 0.0
    speeds.note(network, run, 0.5)
    speeds.note(network, run, 0.25)
    other_rate = replace(run, settings=replace(run.settings, learning_rate=0.125))
    assert speeds.of(network, other_rate) == 0.25
    assert speeds.of(network, replace(run, validation_examples=100)) == 0.0
    assert speeds.of(replace(network, layer_sizes=(2, 300, 1)), run) == 0.0


def test_only_the_latest_kinds_of_runs_are_remembered() -> None:
    story = Story()
    story.opening()
    network, run = story.network, story.run
    assert run is not None
    speeds = Speeds()
    for examples in range(1, 102):
        speeds.note(network, replace(run, examples=examples), 0.5)
    known = [speeds.of(network, replace(run, examples=each)) for each in (1, 2, 101)]
    assert known == [0.0, 0.5, 0.5]
