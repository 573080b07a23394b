"""Where a run used an example: the update and the position in its batch."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.batch_update import batch_rows
from training.cancellation import cancellable
from training.run import Run
from training.run_examples import RunExamples

#: The most updates that are searched: with batches of one example, an epoch can be very long.
_MOST_UPDATES: Final = 20_000


@dataclass(frozen=True, slots=True)
class ExampleUse:
    """The use of an example: `index` is the number of updates of the run before that update.

    `position` is that in its batch, from 0.
    """

    index: int
    position: int


def latest_uses(
    run: Run, examples: RunExamples, numbers: Collection[int], updates_done: int
) -> dict[int, ExampleUse]:
    """Return the latest use of each of these examples in the first `updates_done` updates.

    `numbers` are their indices in the training set. An example has no use if it is held out, left
    over at the end of an epoch, or not in the latest updates: those of two epochs, up to a limit.
    In the order of an epoch it can be first, and in that of the next one last.
    """
    rows = dict(_rows(examples, numbers))
    seen, found = 0, dict[int, ExampleUse]()
    first = max(0, updates_done - _MOST_UPDATES)
    for index in cancellable(range(updates_done - 1, first - 1, -1)):
        if len(found) == len(rows) or seen >= 2 * run.examples + run.settings.batch_size:
            break
        batch = list(batch_rows(run, index))
        seen += len(batch)
        for row in rows.keys() & set(batch):
            use = ExampleUse(index, len(batch) - 1 - batch[::-1].index(row))
            found.setdefault(rows[row], use)
    return found


def _rows(examples: RunExamples, numbers: Collection[int]) -> list[tuple[int, int]]:
    """Return the rows among the examples of the run, each with its number in the training set."""
    if examples.numbers is None:
        return [(number, number) for number in numbers]
    places = np.searchsorted(examples.numbers, np.array(list(numbers), dtype=np.intp))
    last = len(examples.numbers) - 1
    return [
        (int(place), number)
        for place, number in zip(places, numbers, strict=True)
        if place <= last and examples.numbers[place] == number
    ]
