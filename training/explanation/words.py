"""Why a weight changed, in plain words. Units and examples count from 1, as people do.

Numbers are rounded here, to four digits where that tells them apart: the lines have all of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType

import numpy as np

from training.batch_update import BatchUpdate
from training.engine import activations
from training.explanation.place import WeightPlace
from training.network import Array
from training.numerics.activations import Activation
from training.numerics.optimizers import OptimizerKind
from training.passes import Pass
from training.unit_names import parameter_name, unit_name


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of a weight's change when it is put in words.

    `telling` is the example that pulls the weight the most to where all together pull it,
    `gradients` are ∂C/∂w of all examples of the batch, `mean` is G/n; after = before − `step`.
    """

    update: BatchUpdate
    place: WeightPlace
    telling: Pass
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
        """What the weight, or the bias, is called."""
        network, place = self.update.network, self.place
        outputs = len(network.layer_sizes) - 1
        return parameter_name(place.layer, place.unit, place.input, outputs)

    def unit(self, layer: int, unit: int) -> str:
        """Return what a unit is called."""
        return unit_name(layer, unit, len(self.update.network.layer_sizes) - 1)


def sentences(account: Account) -> tuple[str, ...]:
    """Return what happened to the weight and why, a sentence each."""
    reasons = _pulls(account) if any(account.gradients) else _nothing(account)
    return (_change(account), *reasons, *_optimizer(account))


def _number(value: float) -> str:
    return f"{value:.4g}"


def _direction(amount: float) -> str:
    return "up" if amount > 0.0 else "down"


def _change(account: Account) -> str:
    before, after = account.before, account.after
    if not isfinite(after):
        return f"{account.name} would become {after}: an update that does this is never made."
    if after == before:
        still = f"{account.name} stays at {_number(before)}"
        tiny = "; the step is too small to change any of its digits"
        return f"{still}{tiny if account.step != 0.0 else ''}."
    change = _number(abs(after - before))
    return (
        f"{account.name} goes {_direction(after - before)} by {change}, "
        f"from {_apart(before, after)} to {_apart(after, before)}."
    )


def _apart(value: float, other: float) -> str:
    """Return a number with four digits, or as many as tell it from another."""
    for digits in range(4, 17):
        written = f"{value:.{digits}g}"
        if written != f"{other:.{digits}g}":
            return written
    return repr(value)


def _pulls(account: Account) -> Iterator[str]:
    """Yield what the most telling example asks for, and how the others agree."""
    telling = account.telling
    gradient = account.gradients[telling.position]
    example = account.update.numbers[telling.position] + 1
    wanted = _direction(-gradient)
    yield f"In example {example} {_error(account)}{_through(account)}: that pulls it {wanted}."
    examples = len(account.gradients)
    if examples == 1:
        return
    up = sum(each < 0.0 for each in account.gradients)
    down = sum(each > 0.0 for each in account.gradients)
    mean = f"the mean gradient is {_number(account.mean)}"
    if examples in {up, down}:
        yield f"All {examples} examples of the batch pull it {wanted}; {mean}."
        return
    idle = examples - up - down
    parts = [(up, "up"), (down, "down"), (idle, "neither way")]
    counted = ", ".join(f"{count} {way}" for count, way in parts if count)
    yield f"Of the batch's {examples} examples the pulls are {counted}; {mean}."


def _error(account: Account) -> str:
    """Say what was wrong at the unit that the weight leads to."""
    place, telling = account.place, account.telling
    unit = account.unit(place.layer, place.unit)
    activation = telling.activations[place.layer - 1][place.unit]
    if place.layer == len(account.update.network.layer_sizes) - 1:
        return f"{unit} was {_number(activation)}, wanted {_number(telling.targets[place.unit])}"
    # δ = ∂C/∂z, and no activation falls when its logit rises.
    better = "lower" if telling.deltas[place.layer - 1][place.unit] > 0.0 else "higher"
    return f"{unit} was {_number(activation)}, and {better} would have cost less"


def _through(account: Account) -> str:
    """Say what the weight was multiplied by."""
    place = account.place
    if place.input is None:
        return ""
    below = account.telling.below(place.layer, place.input)
    return f"; {account.unit(place.layer - 1, place.input)} gave it {_number(below)}"


def _nothing(account: Account) -> Iterator[str]:
    """Say why the gradient is 0 for every example."""
    place, update = account.place, account.update
    unit = account.unit(place.layer, place.unit)
    values = _values(account, place.layer, place.unit)
    if place.input is not None and not _values(account, place.layer - 1, place.input).any():
        source = account.unit(place.layer - 1, place.input)
        yield f"Its input, {source}, was 0 for every example: the cost cannot move it."
    elif update.network.activations[place.layer - 1] is Activation.RELU and not values.any():
        yield f"{unit} was off, its logit not above 0, for every example: nothing gets through."
    elif (
        place.layer == len(update.network.shapes)
        and (values == update.examples.targets[:, place.unit]).all()
    ):
        yield f"{unit} was what was wanted for every example: there is nothing to mend."
    elif place.input is None:
        yield f"The error at {unit} was 0 for every example."
    else:
        yield (
            f"For every example its input or the error at {unit} was 0, or both too small: the"
            " gradient is their product."
        )


def _values(account: Account, layer: int, unit: int) -> Array:
    """Return what a unit, or for layer 0 an input, was for each example of the batch."""
    network, examples = account.update.network, account.update.examples
    if layer == 0:
        return np.asarray(examples.inputs[:, unit])
    found = activations(network, account.update.before.parameters, examples.inputs)
    return np.asarray(found[:, sum(network.layer_sizes[1:layer]) + unit])


def _optimizer(account: Account) -> Iterator[str]:
    """Say what the optimizer makes of the gradient, where that is more than a rate."""
    settings = account.update.run.settings
    decay = settings.optimizer.weight_decay
    if decay and account.before:
        pull = _number(abs(decay * account.before))
        yield f"Weight decay pulls it toward 0, as a gradient of {pull} would."
    carried = -account.step
    if not carried or not isfinite(carried):
        return
    against = account.mean == 0.0 or (account.mean > 0.0) == (carried > 0.0)
    yield from SENTENCES[settings.optimizer.kind](account, _direction(carried), against)


def _plain(account: Account, _direction: str, _against: bool) -> Iterator[str]:
    rate = _number(account.update.run.settings.learning_rate)
    mean = "mean gradient" if len(account.gradients) > 1 else "gradient"
    yield f"The {mean} times the learning rate, {rate}, is the step."


def _velocity(_account: Account, direction: str, against: bool) -> Iterator[str]:
    if against:
        yield f"The velocity of the updates before carries it {direction}."


def _moments(_account: Account, direction: str, against: bool) -> Iterator[str]:
    if against:
        yield f"The mean of the gradients before carries it {direction}."
    else:
        yield "Adam divides by the gradient's usual size: a step is about the rate."


#: What each optimizer makes of the gradient, from the direction that it carries the weight in and
#: whether that is against the gradient of this batch.
SENTENCES: Mapping[OptimizerKind, Callable[[Account, str, bool], Iterator[str]]] = MappingProxyType(
    {
        OptimizerKind.GRADIENT_DESCENT: _plain,
        OptimizerKind.MOMENTUM: _velocity,
        OptimizerKind.NESTEROV: _velocity,
        OptimizerKind.ADAM: _moments,
    }
)
