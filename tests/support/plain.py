"""The same history by plain loops alone: no engine, no kernel, no store, never interrupted."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from training.batches import BatchMode
from training.engine import rates_of, structure_of
from training.network import Array, Network
from training.numerics import loops
from training.numerics.optimizers import OptimizerKind
from training.numerics.random import epoch_order
from training.numerics.schedules import SCHEDULE_CODES, ScheduleNumbers, learning_rate
from training.optimizer import Optimizer
from training.schedule import ScheduleUnit
from training.settings import TrainingSettings
from training.training_set import Examples


@dataclass
class _Run:
    """A run's settings, the batches of all its updates, and how many it has made.

    An example of a batch is its epoch and its place in the training set.
    """

    settings: TrainingSettings
    batches: list[list[tuple[int, int]]]
    done: int = 0


def _batches(
    places: list[tuple[int, int]], settings: TrainingSettings
) -> list[list[tuple[int, int]]]:
    """Divide the examples of all epochs into batches."""
    batches: list[list[tuple[int, int]]] = []
    for place in places:
        full = not batches or len(batches[-1]) == settings.batch_size
        ends = settings.batch_mode is not BatchMode.CROSS_EPOCHS
        if full or (ends and batches[-1][-1][0] != place[0]):
            batches.append([])
        batches[-1].append(place)
    return batches


@dataclass
class PlainHistory:
    """A network's parameters after each of its updates, as readable loops have them.

    `remembering` is the optimizer that made the last gradient update, and `memory` what it
    remembers; None where there is nothing to be remembered.
    """

    network: Network
    examples: Examples
    states: list[Array]
    remembering: Optimizer | None = None
    memory: list[float] = field(default_factory=list)
    run: _Run | None = None
    remembered: list[tuple[Optimizer | None, list[float]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.remembered.append((self.remembering, self.memory))

    @property
    def latest(self) -> int:
        """The number of the last update."""
        return len(self.states) - 1

    def open_run(self, settings: TrainingSettings) -> None:
        """Begin a run; an optimizer goes on with what an equal one remembers."""
        examples = len(self.examples.inputs)
        places: list[tuple[int, int]] = []
        for epoch in range(1, settings.epochs + 1):
            seed = settings.shuffle_seed
            used = examples
            if settings.batch_mode is BatchMode.DROP_LAST:
                used -= examples % settings.batch_size
            order = list(range(examples)) if seed is None else epoch_order(seed, epoch, examples)
            places += [(epoch, place) for place in order[:used]]
        self.run = _Run(settings, _batches(places, settings))

    def advance_to(self, update: int) -> None:
        """Make the run's next updates up to a number."""
        while self.latest < update:
            assert self.run is not None, "nothing makes updates"
            self._train(self.run)

    def change(self, parameters: Array, *, forget: bool) -> None:
        """Make an update that no batch makes."""
        if forget:
            self.remembering, self.memory = None, []
        self._add(parameters)

    def forked(self, network: Network, update: int) -> "PlainHistory":
        """Return a history that begins with an update of this one."""
        return PlainHistory(network, self.examples, [self.states[update]], *self.remembered[update])

    def _train(self, run: _Run) -> None:
        settings = run.settings
        batch = [place for _, place in run.batches[run.done]]
        optimizer = settings.optimizer.completed()
        table = OptimizerKind(str(optimizer.kind)).definition
        memory: Any = self.memory
        if self.remembering != optimizer:
            memory = table.fresh(self.network.parameter_count).tolist()
        _, gradient = loops.batch_gradient(
            structure_of(self.network),
            self.states[-1].tolist(),
            [self.examples.inputs[place].tolist() for place in batch],
            [self.examples.targets[place].tolist() for place in batch],
        )
        parameters, memory = loops.step(
            str(optimizer.kind),
            self.states[-1].tolist(),
            gradient,
            memory,
            rates_of(settings, self._learning_rate(run)),
        )
        self.remembering, self.memory = (optimizer, memory) if memory else (None, [])
        run.done += 1
        self._add(np.array(parameters))

    def _learning_rate(self, run: _Run) -> float:
        """Return the learning rate of the next update of a run, by the readable functions."""
        settings, schedule = run.settings, run.settings.schedule
        in_updates = schedule.unit is ScheduleUnit.UPDATE
        duration = len(run.batches) if in_updates else settings.epochs
        schedule = schedule.completed(duration)
        numbers = ScheduleNumbers(
            SCHEDULE_CODES[str(schedule.kind)],
            settings.learning_rate,
            schedule.period or 1,
            schedule.factor,
            schedule.minimum,
            schedule.warmup,
        )
        epoch, _ = run.batches[run.done][0]
        time = run.done if in_updates else epoch - 1
        return learning_rate(time, numbers, np.array(schedule.rates))

    def _add(self, parameters: Array) -> None:
        self.states.append(parameters)
        self.remembered.append((self.remembering, self.memory))
