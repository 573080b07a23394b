"""The part of a training set on which a run trains, or by which it is validated."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from service.reading.examples_cache import ExamplesCache
from training.errors import Violations
from training.network import Network
from training.ports import Reader
from training.run import Run
from training.run_examples import ExamplePart
from training.split import Indices


@dataclass(frozen=True, slots=True)
class WhichPart:
    """A part of a training set, as a run divides it; run 0 is the latest of the network."""

    part: ExamplePart = ExamplePart.ALL
    run: int = 0


#: All examples.
EVERYTHING: Final = WhichPart()


def rows_of_part(
    violations: Violations,
    reader: Reader,
    cache: ExamplesCache,
    network: Network,
    set_id: str,
    which: WhichPart,
) -> Indices | None:
    """Return the indices of the examples of a part, ascending; None for all examples.

    A part without any example is a violation. Raises TrainingSetNotFound, RunNotFound,
    DamagedHistory.
    """
    if which.part is ExamplePart.ALL:
        violations.require(not which.run, "run", "must be absent without `part`")
        return None
    number = which.run or reader.head(network.uid).last_run
    violations.require(number > 0, "part", "must be absent, because the network has no run")
    violations.refuse()
    run = reader.run(network.uid, number)
    uid = reader.training_set(set_id).uid
    count = len(cache.read(reader, uid).inputs)
    rows = _rows(run, uid, count, which.part, cache.of_run(reader, network, run).numbers)
    what = "trains on" if which.part is ExamplePart.TRAINING else "is validated on"
    violations.require(
        len(rows) > 0,
        "part",
        f"must be absent or another one, because run {number} {what} no example of {set_id}",
    )
    return rows


def _rows(run: Run, uid: str, count: int, part: ExamplePart, trained: Indices | None) -> Indices:
    """Return the indices of a part of a set; `trained` are those of training, None for all."""
    is_in_part = np.zeros(count, dtype=np.bool_)
    if uid == run.training_set_uid:
        is_trained = np.ones(count, dtype=np.bool_)
        if trained is not None:
            is_trained[:] = False
            is_trained[trained] = True
        is_in_part |= is_trained if part is ExamplePart.TRAINING else ~is_trained
    if uid == run.validation_set_uid and part is ExamplePart.HELD_OUT:
        is_in_part[:] = True
    return np.flatnonzero(is_in_part)
