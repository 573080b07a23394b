"""The latest use of an example is in the batch of that update, at that position."""

from dataclasses import replace

import numpy as np
import pytest
from worlds import make_world

from training.batch_update import batch_update
from training.batches import BatchMode
from training.example_uses import latest_uses
from training.update import State
from training.validation import Validation


@pytest.mark.parametrize("mode", list(BatchMode))
@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize("share", [0.0, 0.3])
@pytest.mark.parametrize("done", [0, 1, 2, 5, 9])
def test_it_is_the_last_of_the_updates_that_used_the_example(
    mode: BatchMode, seed: int | None, share: float, done: int
) -> None:
    count = 7
    inputs = np.random.default_rng(1).random((count, 2)).tolist()
    world = make_world((2, 1), inputs, [[0.5]] * count, batch_size=3, epochs=9, shuffle_seed=seed)
    settings = replace(world.settings, batch_mode=mode)
    if share:
        settings = replace(settings, validation=Validation(share=share))
    run = world.open(settings=settings).run
    assert run is not None
    examples = world.examples_of(run)
    state = State(0, world.parameters)
    expected = {}
    for index in range(done):
        numbers = batch_update(world.network, run, index, state, examples).numbers
        for position, number in enumerate(numbers):
            expected[number] = (index, position)
    found = latest_uses(run, examples, range(count), done)
    assert {number: (use.index, use.position) for number, use in found.items()} == {
        number: use for number, use in expected.items() if number in found
    }
    # Those that are missing are held out, or were not used in the latest two epochs.
    held_out = set(range(count)) - set(
        range(count) if examples.numbers is None else examples.numbers
    )
    assert not found.keys() & held_out
    recent = done - 2 * -(-run.examples // 3) - 1
    assert {number for number, (index, _) in expected.items() if index >= recent} <= found.keys()
