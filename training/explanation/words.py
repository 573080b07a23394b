"""Why a weight changed, in sentences. Units and examples count from 1.

Numbers are rounded to four digits, or to as many as distinguish them: the lines have all digits.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, isfinite
from types import MappingProxyType

import numpy as np

from training.batch_update import BatchUpdate
from training.engine import activations
from training.explanation.gradient_lines import rule_of
from training.explanation.place import WeightPlace
from training.network import Array
from training.numerics.activations import Activation
from training.numerics.gradient_rule import (
    ParameterRule,
    clipped,
    limited_gradient,
    penalty_gradient,
)
from training.numerics.optimizers import OptimizerKind
from training.passes import Pass
from training.schedule import ScheduleUnit
from training.unit_names import parameter_name, unit_name


@dataclass(frozen=True, slots=True)
class Account:
    """The facts about the change of a weight.

    `strongest` is the example that pushes the weight most in the direction of the whole batch,
    `gradients` are ∂C/∂w of all examples in the batch, `mean` is G/n; after = before − `step`.
    """

    update: BatchUpdate
    place: WeightPlace
    strongest: Pass
    gradients: tuple[float, ...]
    mean: float
    step: float
    after: float

    @property
    def before(self) -> float:
        """The weight before the update."""
        return float(self.update.before.parameters[self.place.offset(self.update.network)])

    @property
    def name(self) -> str:
        """The name of the weight or bias."""
        place = self.place
        return parameter_name(self.update.network, place.layer, place.unit, place.input)

    def unit(self, layer: int, unit: int) -> str:
        """Return the name of a unit."""
        return unit_name(self.update.network, layer, unit)


def sentences(account: Account) -> tuple[str, ...]:
    """Return sentences that say how the weight changed and why."""
    reasons = _pushes(account) if any(account.gradients) else _nothing(account)
    return tuple(map(_capitalised, (_change(account), *reasons, *_optimizer(account))))


def _capitalised(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _number(value: float) -> str:
    return f"{value:.4g}"


def _direction(amount: float) -> str:
    return "up" if amount > 0.0 else "down"


def _change(account: Account) -> str:
    before, after = account.before, account.after
    if not isfinite(after):
        return f"{account.name} would become {after}: such an update is not applied."
    if after == before:
        still = f"{account.name} stays at {_number(before)}"
        tiny = "; the step is too small to change any of its digits"
        return f"{still}{tiny if account.step != 0.0 else ''}."
    change = _number(abs(after - before))
    return (
        f"{account.name} {'increases' if after > before else 'decreases'} by {change}, "
        f"from {_distinct(before, after)} to {_distinct(after, before)}."
    )


def _distinct(value: float, other: float) -> str:
    """Return a number with four digits, or with as many as distinguish it from another."""
    for digits in range(4, 17):
        written = f"{value:.{digits}g}"
        if written != f"{other:.{digits}g}":
            return written
    return repr(value)


def _pushes(account: Account) -> Iterator[str]:
    """Yield in which direction the strongest example pushes, and how many others do."""
    strongest = account.strongest
    gradient = account.gradients[strongest.position]
    example = account.update.numbers[strongest.position] + 1
    direction = _direction(-gradient)
    what = "weight" if account.place.input is not None else "bias"
    reason = f"In example {example}, {_error(account)}{_input(account)}{_weight(strongest)}"
    yield f"{reason}. This pushes the {what} {direction}."
    examples = len(account.gradients)
    if examples == 1:
        return
    up = sum(each < 0.0 for each in account.gradients)
    down = sum(each > 0.0 for each in account.gradients)
    mean = f"the mean gradient is {_number(account.mean)}"
    if examples in {up, down}:
        yield f"All {examples} examples in the batch push it {direction}; {mean}."
        return
    idle = examples - up - down
    parts = [(up, "up"), (down, "down"), (idle, "without effect")]
    counted = ", ".join(f"{count} {word}" for count, word in parts if count)
    yield f"In the batch of {examples} examples: {counted}; {mean}."


def _error(account: Account) -> str:
    """Describe the error of the unit that the weight belongs to."""
    place, strongest = account.place, account.strongest
    unit = account.unit(place.layer, place.unit)
    activation = strongest.activations[place.layer - 1][place.unit]
    if place.layer == len(account.update.network.layer_sizes) - 1:
        target = strongest.targets[place.unit]
        return f"{unit} was {_number(activation)} with target {_number(target)}"
    # δ = ∂C/∂z, and no activation falls when its logit rises.
    better = "lower" if strongest.deltas[place.layer - 1][place.unit] > 0.0 else "higher"
    return f"{unit} was {_number(activation)}, and a {better} value would reduce the cost"


def _input(account: Account) -> str:
    """Describe the input that the weight is multiplied by."""
    place = account.place
    if place.input is None:
        return ""
    value = account.strongest.below(place.layer, place.input)
    source = account.unit(place.layer - 1, place.input)
    return f"; {source} was {_number(value)}"


def _weight(through: Pass) -> str:
    """Say which weight an example has, if it is not that of all."""
    weight = through.weight
    if weight is None or weight == 1.0:
        return ""
    return f"; the weight of the example is {_number(weight)}"


def _nothing(account: Account) -> Iterator[str]:
    """Yield why the gradient is 0 for every example."""
    place, update = account.place, account.update
    weights = update.examples.weights
    if weights is not None and not weights.any():
        yield "Every example in the batch has the weight 0, so the gradient is 0."
        return
    unit = account.unit(place.layer, place.unit)
    values = _values(account, place.layer, place.unit)
    if place.input is not None and not _values(account, place.layer - 1, place.input).any():
        source = account.unit(place.layer - 1, place.input)
        yield f"Its input, {source}, was 0 for every example, so its gradient is 0."
    elif update.network.activations[place.layer - 1] is Activation.RELU and not values.any():
        yield f"{unit} had no logit above 0 in any example, so its gradient is 0."
    elif (
        place.layer == len(update.network.shapes)
        and (values == update.examples.targets[:, place.unit]).all()
    ):
        yield f"{unit} was equal to its target in every example, so the error is 0."
    elif place.input is None:
        yield f"The error at {unit} was 0 for every example."
    else:
        yield (
            f"In every example, the product of its input and the error at {unit} is 0, or too small"
            " for a float64."
        )


def _values(account: Account, layer: int, unit: int) -> Array:
    """Return the values of a unit, or of an input for layer 0, for each example in the batch."""
    network, examples = account.update.network, account.update.examples
    if layer == 0:
        return np.asarray(examples.inputs[:, unit])
    found = activations(network, account.update.before.parameters, examples.inputs)
    return np.asarray(found[:, sum(network.layer_sizes[1:layer]) + unit])


def _optimizer(account: Account) -> Iterator[str]:
    """Yield what the optimizer does with the gradient."""
    settings = account.update.run.settings
    rule = rule_of(account.update, account.place.offset(account.update.network))
    if rule.frozen:
        yield "It is frozen: the run does not change it."
        return
    if rule.penalties is not None and account.before:
        l1, l2 = rule.penalties
        pull = _number(abs(penalty_gradient(account.before, l1, l2)))
        yield f"The penalty pushes it toward 0, like a gradient of {pull}."
    yield from _clipping(account, rule)
    decay = rule.rates.weight_decay or rule.rates.decoupled_decay
    if decay and account.before and settings.optimizer.kind.definition.decouples_decay:
        share = _number(decay * account.update.learning_rate)
        yield f"Weight decay moves it toward 0 by {share} of its value."
    elif decay and account.before:
        pull = _number(abs(decay * account.before))
        yield f"Weight decay pushes it toward 0, like a gradient of {pull}."
    carried = -account.step
    if not carried or not isfinite(carried):
        return
    against = account.mean == 0.0 or (account.mean > 0.0) == (carried > 0.0)
    if settings.optimizer.kind is not OptimizerKind.GRADIENT_DESCENT:  # its sentence has the rate
        yield from _scheduled(account)
    yield from SENTENCES[settings.optimizer.kind](account, _direction(carried), against)


def _clipping(account: Account, rule: ParameterRule) -> Iterator[str]:
    """Yield that the gradient is limited, if it may be."""
    whole = limited_gradient(account.mean, account.before, rule._replace(clip_value=inf))
    if clipped(whole, rule.clip_value) != whole:
        yield f"The gradient is clipped to a size of {_number(rule.clip_value)}."
    limit = account.update.rule.gradient_rule.clip_norm
    if limit != inf:
        yield f"The norm of the gradient of all parameters is limited to {_number(limit)}."


def _plain(account: Account, _direction: str, _against: bool) -> Iterator[str]:
    used = "mean gradient" if len(account.gradients) > 1 else "gradient"
    if account.update.rule.groups or account.update.rates.weight_decay:
        used = "resulting gradient"
    yield f"The {used} times the learning rate, {_rate(account)}, is the step."


def _scheduled(account: Account) -> Iterator[str]:
    """Yield the learning rate, if a schedule changes it."""
    if not account.update.run.settings.schedule.is_constant:
        yield f"The learning rate is {_rate(account)}."


def _rate(account: Account) -> str:
    """Return the learning rate of the update, and why it is that."""
    update, settings = account.update, account.update.run.settings
    rate, schedule = _number(update.learning_rate), settings.schedule
    if schedule.is_constant:
        return rate
    in_epochs = schedule.unit is ScheduleUnit.EPOCH
    time = update.run.batches.batch(update.index).epoch - 1 if in_epochs else update.index
    total = settings.epochs if in_epochs else update.run.total_updates
    kind = "warm-up" if time < schedule.warmup else schedule.kind
    return f"{rate} ({kind}, {schedule.unit} {time + 1:,} of {total:,})"


def _velocity(_account: Account, direction: str, against: bool) -> Iterator[str]:
    if against:
        yield f"The velocity from earlier updates moves it {direction}."


def _moments(_account: Account, direction: str, against: bool) -> Iterator[str]:
    if against:
        yield f"The mean of earlier gradients moves it {direction}."
    else:
        yield (
            "Adam divides by the typical size of the gradient: the step is about the learning rate."
        )


def _mean_square(_account: Account, _direction: str, against: bool) -> Iterator[str]:
    if not against:
        yield "RMSprop divides the gradient by its typical size in the latest updates."


def _sum_of_squares(_account: Account, _direction: str, against: bool) -> Iterator[str]:
    if not against:
        yield (
            "Adagrad divides the gradient by the root of the sum of all its squares: the steps"
            " become smaller from update to update."
        )


#: What each optimizer does with the gradient, given the direction in which it moves the weight and
#: whether that is against the gradient of this batch.
SENTENCES: Mapping[OptimizerKind, Callable[[Account, str, bool], Iterator[str]]] = MappingProxyType(
    {
        OptimizerKind.GRADIENT_DESCENT: _plain,
        OptimizerKind.MOMENTUM: _velocity,
        OptimizerKind.NESTEROV: _velocity,
        OptimizerKind.ADAM: _moments,
        OptimizerKind.RMSPROP: _mean_square,
        OptimizerKind.ADAMW: _moments,
        OptimizerKind.ADAGRAD: _sum_of_squares,
    }
)
