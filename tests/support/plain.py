"""The same history by plain loops alone: no engine, no kernel, no store, never interrupted."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from training.batches import BatchMode
from training.dropout import dropped_units
from training.engine import rates_of, structure_of
from training.network import Array, Network
from training.numerics import loops
from training.numerics.gradient_rule import penalty_cost
from training.numerics.layout import to_layers
from training.numerics.random import epoch_order
from training.numerics.schedules import (
    SCHEDULE_CODES,
    ScheduleKind,
    ScheduleNumbers,
    learning_rate,
    power,
)
from training.optimizer import Optimizer
from training.plateau import MOST_REDUCTIONS
from training.schedule import ScheduleUnit
from training.settings import TrainingSettings
from training.training_set import Examples
from training.update_rule import Penalty
from training.validation import Validation, ValidationUnit


@dataclass
class _Run:
    """A run's settings, the batches of all its updates, and how many it has made.

    An example of a batch is its epoch and its place in the training set. `used` is how many of them
    an epoch has, `held_out` those that validate the run. `improved` is the cost of the last
    validation that counts for patience, and how many examples were trained on by then; `best` the
    lowest cost, and the update after which it was measured. `returns_to` is the update whose state
    comes next, once the run has made all others. `reductions` is how often PLATEAU has reduced the
    rate, `plateau` what it remembers: the last cost that improved, and the time it counts from.
    """

    settings: TrainingSettings
    batches: list[list[tuple[int, int]]]
    used: int
    held_out: list[int]
    validation_set: str
    done: int = 0
    trained_on: int = 0
    epoch_cost: float = 0.0
    improved: tuple[float, int] = (math.inf, 0)
    best: tuple[float, int] = (math.inf, 0)
    returns_to: int | None = None
    reductions: int = 0
    plateau: tuple[float, int] = (math.inf, 0)


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


def _mean_and_deviation(numbers: list[float]) -> tuple[float, float]:
    """Return the mean and the standard deviation; 1 in place of a deviation of 0."""
    if len(set(numbers)) == 1:
        return numbers[0], 1.0
    mean = math.fsum(numbers) / len(numbers)
    variance = math.fsum((number - mean) ** 2 for number in numbers) / len(numbers)
    return mean, math.sqrt(variance)


def _standardized(examples: Examples, scales: list[tuple[float, float]]) -> Examples:
    inputs = [
        [(x - mean) / deviation for x, (mean, deviation) in zip(row, scales, strict=True)]
        for row in examples.inputs.tolist()
    ]
    return replace(examples, inputs=np.array(inputs))


@dataclass
class PlainHistory:
    """A network's parameters after each of its updates, as readable loops have them.

    `remembering` is the optimizer that made the last gradient update, and `memory` what it
    remembers; None where there is nothing to be remembered. `sets` are training sets by their ids.
    `made` are the cost and the learning rate of each gradient update, `validated` the costs of
    validations after updates. `restored` counts the returns to a best update, `reduced` the
    reductions of the learning rate. If `standardizes`, the first run learns how the inputs of all
    sets are standardized.
    """

    network: Network
    sets: Mapping[str, Examples]
    states: list[Array]
    remembering: Optimizer | None = None
    memory: list[float] = field(default_factory=list)
    run: _Run | None = None
    remembered: list[tuple[Optimizer | None, list[float]]] = field(default_factory=list)
    made: dict[int, tuple[float, float]] = field(default_factory=dict)
    validated: dict[int, float] = field(default_factory=dict)
    restored: int = 0
    reduced: int = 0
    standardizes: bool = False

    def __post_init__(self) -> None:
        self.remembered.append((self.remembering, self.memory))

    @property
    def latest(self) -> int:
        """The number of the last update."""
        return len(self.states) - 1

    def open_run(self, settings: TrainingSettings) -> None:
        """Begin a run; an optimizer goes on with what an equal one remembers."""
        validation, targets = settings.validation, self.sets[settings.training_set].targets
        left, held_out = list(range(len(targets))), list[int]()
        validation_set = settings.training_set
        if validation is not None and validation.training_set:
            validation_set = validation.training_set
            held_out = list(range(len(self.sets[validation_set].targets)))
        elif validation is not None:
            sides = validation.split(targets)
            left, held_out = sides.training.tolist(), sides.held_out.tolist()
        if self.standardizes:
            known = self.sets[settings.training_set].inputs[left].T.tolist()
            scales = [_mean_and_deviation(column) for column in known]
            self.sets = {name: _standardized(each, scales) for name, each in self.sets.items()}
            self.standardizes = False
        examples = used = len(left)
        if settings.batch_mode is BatchMode.DROP_LAST:
            used -= examples % settings.batch_size
        places: list[tuple[int, int]] = []
        for epoch in range(1, settings.epochs + 1):
            seed = settings.shuffle_seed
            order = list(range(examples)) if seed is None else epoch_order(seed, epoch, examples)
            places += [(epoch, left[place]) for place in order[:used]]
        batches = _batches(places, settings)
        batches = batches[: settings.stop.max_updates or None]
        self.run = _Run(settings, batches, used, held_out, validation_set)

    def advance_to(self, update: int) -> None:
        """Make the run's next updates up to a number."""
        while self.latest < update:
            assert self.run is not None, "nothing makes updates"
            if self.run.returns_to is None:
                self._train(self.run)
            else:
                best = self.run.returns_to
                self.restored += 1
                self.remembering, self.memory = self.remembered[best]
                self._add(self.states[best])

    def change(self, parameters: Array, *, forget: bool) -> None:
        """Make an update that no batch makes."""
        if forget:
            self.remembering, self.memory = None, []
        self._add(parameters)

    def forked(self, network: Network, update: int) -> "PlainHistory":
        """Return a history that begins with an update of this one."""
        fork = PlainHistory(network, self.sets, [self.states[update]], *self.remembered[update])
        fork.standardizes = self.standardizes
        return fork

    def _train(self, run: _Run) -> None:
        settings, structure = run.settings, structure_of(self.network)
        batch = [place for _, place in run.batches[run.done]]
        examples = self.sets[settings.training_set]
        optimizer, rate = settings.optimizer.completed(), self._learning_rate(run)
        rule = settings.rule_of(structure)
        memory: Any = self.memory
        if self.remembering != optimizer:
            memory = optimizer.fresh_state(self.network.parameter_count).tolist()
        costs, gradient = loops.batch_gradient(
            structure,
            self.states[-1].tolist(),
            [examples.inputs[place].tolist() for place in batch],
            [self._smoothed(settings, examples.targets[place].tolist()) for place in batch],
            dropped_units(self.network, settings.dropout, run.done),
            [*_weights(settings, examples, batch)],
        )
        parameters, memory = loops.step(
            str(optimizer.kind),
            self.states[-1].tolist(),
            gradient,
            memory,
            rates_of(settings, rate),
            rule.gradient_rule,
            rule.groups,
        )
        cost = loops.total(costs) / len(costs)
        if settings.penalty != Penalty():
            cost += penalty_cost(rule.gradient_rule, rule.groups, self.states[-1].tolist())
        self.remembering, self.memory = (optimizer, memory) if memory else (None, [])
        run.done += 1
        self._add(np.array(parameters))
        self.made[self.latest] = cost, rate
        before, run.trained_on = run.trained_on, run.trained_on + len(batch)
        is_end = run.done == len(run.batches)
        is_end |= self._is_low_enough(run, costs, run.used - before % run.used)
        if settings.validation is not None:
            is_end |= self._validate(run, settings.validation, before)
        best = run.best[1]
        if is_end and settings.stop.restore_best and best not in {0, self.latest}:
            run.returns_to = best

    def _smoothed(self, settings: TrainingSettings, targets: list[float]) -> list[float]:
        """Return the targets of an example that a run trains on, for the cross-entropy."""
        smoothing = settings.label_smoothing
        return [y * (1.0 - smoothing) + smoothing / 2 for y in targets]

    def _is_low_enough(self, run: _Run, costs: list[float], left: int) -> bool:
        """Add costs of a batch, `left` of them of the current epoch; whether its end is the run's.

        A batch may go on into the next epoch.
        """
        run.epoch_cost = loops.total(costs[:left], run.epoch_cost)
        if len(costs) < left:
            return False
        mean, run.epoch_cost = run.epoch_cost / run.used, loops.total(costs[left:])
        cost_below = run.settings.stop.cost_below
        return cost_below is not None and mean < cost_below

    def _validate(self, run: _Run, validation: Validation, before: int) -> bool:
        """Evaluate the network if it is time, and find out whether the run ends here."""
        interval = validation.every * run.used
        is_due = run.trained_on // interval > before // interval
        if validation.unit is ValidationUnit.UPDATE:
            is_due = run.done % validation.every == 0
        if not is_due and run.done < len(run.batches):
            return False
        cost = self.validated[self.latest] = self._cost(run)
        self._reduce(run, cost)
        stop = run.settings.stop
        if cost < run.best[0]:
            run.best = cost, self.latest
        if cost < run.improved[0] - stop.min_delta:
            run.improved = cost, run.trained_on
        return 0 < stop.patience * run.used <= run.trained_on - run.improved[1]

    def _reduce(self, run: _Run, cost: float) -> None:
        """Reduce the learning rate after a validation with this cost, if it is time."""
        schedule = run.settings.schedule.completed(0)
        if schedule.kind is not ScheduleKind.PLATEAU:
            return
        by_update = schedule.unit is ScheduleUnit.UPDATE
        time, unit = (run.done, 1) if by_update else (run.trained_on, run.used)
        best, since = run.plateau
        if math.isfinite(cost) and cost < best - schedule.min_delta:
            run.plateau = cost, time
        elif time - since >= schedule.patience * unit and run.reductions < MOST_REDUCTIONS:
            run.reductions, run.plateau = run.reductions + 1, (best, time)
            self.reduced += 1

    def _cost(self, run: _Run) -> float:
        """Return the mean cost of the examples that validate a run."""
        structure, total = structure_of(self.network), 0.0
        layers = to_layers(structure, self.states[-1].tolist())
        examples = self.sets[run.validation_set]
        for place in run.held_out:
            inputs, targets = examples.inputs[place], examples.targets[place]
            logits, units = loops.forward(structure, layers, inputs.tolist())
            total += loops.example_cost(structure, logits, units, targets.tolist())
        return total / len(run.held_out)

    def _learning_rate(self, run: _Run) -> float:
        """Return the learning rate of the next update of a run, by the readable functions."""
        settings, schedule = run.settings, run.settings.schedule
        in_updates = schedule.unit is ScheduleUnit.UPDATE
        last_epoch, _ = run.batches[-1][-1]
        duration = len(run.batches) if in_updates else last_epoch
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
        rate = learning_rate(time, numbers, np.array(schedule.rates))
        if run.reductions:
            rate = max(rate * power(schedule.factor, run.reductions), schedule.minimum)
        return rate

    def _add(self, parameters: Array) -> None:
        self.states.append(parameters)
        self.remembered.append((self.remembering, self.memory))


def _weights(settings: TrainingSettings, examples: Examples, batch: list[int]) -> Iterator[float]:
    """Yield the weights of the examples of a batch with one target each; none without weights."""
    classes, own = settings.class_weights, examples.weights
    if not classes and own is None:
        return
    for place in batch:
        weight, y = 1.0, float(examples.targets[place, 0])
        if classes:
            weight = (1.0 - y) * classes[0] + y * classes[1]
        yield weight if own is None else weight * float(own[place])
