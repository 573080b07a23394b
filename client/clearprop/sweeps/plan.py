"""The plan of a sweep: its trials, a pure function of its arguments."""

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, cast

from clearprop.infos import NetworkInfo
from clearprop.keywords import nearest
from clearprop.options import (
    NetworkOptions,
    StepOptions,
    SweepOptions,
    TrainingOptions,
    describe_network,
    training_settings,
)
from clearprop.sweeps.ranges import Choices, Range
from clearprop.sweeps.setting_texts import text_of
from clearprop.training_set_infos import TrainingSetInfo
from clearprop.v1.training_service_pb2 import CreateNetworkRequest

#: The settings that a sweep itself gives to its trials, and what to use instead.
_OWN = {
    "seed": "use seeds",
    "validation_folds": "use folds",
    "validation_fold": "use folds",
    "labels": "labels are the same for all trials",
}

_NETWORK = NetworkOptions.__annotations__.keys()
_RUN = StepOptions.__annotations__.keys()
_SETTINGS = (_NETWORK | _RUN | {"hidden_layers"}) - _OWN.keys()

#: The names that the ids of a sweep's networks begin with: a number and a hyphen follow.
_NAME = re.compile("[a-z][a-z0-9-]{0,52}")

#: The most trials of a sweep: more are a mistake.
_MOST_TRIALS = 100_000

#: How often a random search draws again before it gives up finding other settings.
_MOST_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One network of a sweep, and its run.

    `number` counts from 1. `settings` has the values of the settings that vary. `fold` is 0 without
    folds. `network` is the id of the network.
    """

    number: int
    network: str
    settings: Mapping[str, object]
    seed: int
    fold: int
    layer_sizes: Sequence[int]
    network_options: NetworkOptions
    training_options: TrainingOptions


@dataclass(frozen=True, slots=True)
class Repeats:
    """How often each combination of settings is trained: with each seed, on each fold."""

    seeds: Sequence[int]
    folds: int

    @classmethod
    def of(cls, seeds: int | Iterable[int], folds: int) -> "Repeats":
        """Check the arguments of a sweep: a number of seeds, from 1, or the seeds themselves."""
        found = list(range(1, seeds + 1)) if isinstance(seeds, int) else list(seeds)
        if not found or len(set(found)) < len(found):
            raise ValueError(
                f"seeds must be a number of at least 1, or different seeds, not {seeds!r}."
            )
        if folds < 0 or folds == 1:
            raise ValueError(f"folds must be at least 2, or 0 for none, not {folds}.")
        return cls(found, folds)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield each seed with each fold, from 1; the fold 0 if there are none."""
        return product(self.seeds, range(1, self.folds + 1) if self.folds else [0])


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep: its name, the training set, the names of the settings that vary, and its trials."""

    sweep: str
    training_set: str
    varied: Sequence[str]
    trials: Sequence[Trial]

    def check(self, network: NetworkInfo) -> None:
        """Raise ValueError if a network of this sweep is that of another plan."""
        trial = self._trial_of(network)
        if trial is None:
            raise ValueError(
                f"The sweep {self.sweep!r} exists with more trials than these"
                f" {len(self.trials):,}: network {network.id} is one of them. {_ADVICE}"
            )
        self.check_network(trial, network)

    def _trial_of(self, network: NetworkInfo) -> Trial | None:
        number = network.id.rpartition("-")[2]
        if not (number.isdecimal() and 1 <= int(number) <= len(self.trials)):
            return None
        trial = self.trials[int(number) - 1]
        return trial if trial.network == network.id else None

    def check_network(self, trial: Trial, network: NetworkInfo) -> None:
        """Raise ValueError if the network with the id of a trial has other settings."""
        there, here = network.labels, trial.network_options["labels"]
        if there.get("sweep") != self.sweep:
            raise ValueError(
                f"Network {network.id} exists already and does not belong to the sweep"
                f" {self.sweep!r}. Use another name for the sweep, or delete the network."
            )
        for name in sorted(here.keys() | (there.keys() & (_SETTINGS | {"seed", "fold", "folds"}))):
            if there.get(name) != here.get(name):
                raise ValueError(
                    f"The sweep {self.sweep!r} exists with other arguments: in trial"
                    f" {trial.number} (network {network.id}), {name} is {_there(there.get(name))},"
                    f" not {_there(here.get(name))}. {_ADVICE}"
                )


_ADVICE = "Use another name for this sweep, or delete the networks of the other one."


def _there(text: str | None) -> str:
    return "absent" if text is None else text


def plan_of(
    sweep: str,
    training_set: TrainingSetInfo,
    vary: Mapping[str, Choices],
    options: SweepOptions,
    repeats: Repeats,
    samples: tuple[int, int] | None = None,
) -> Plan:
    """Return the plan of a sweep.

    `vary` has the values of each setting that varies, `options` the others. All combinations are
    trained or, with `samples`, a number of random ones and the seed that chooses them.

    Raises ValueError for everything that is not valid before a server is asked.
    """
    if not _NAME.fullmatch(sweep):
        raise ValueError(
            f"{sweep!r} cannot be the name of a sweep: use up to 53 lower-case letters, digits and"
            " hyphens, a letter first."
        )
    choices = {name: _choices(name, values) for name, values in vary.items()}
    _check_names([*choices, *options])
    if both := choices.keys() & options.keys():
        raise ValueError(f"The setting {min(both)} has one value and varies: give it once.")
    combinations = _drawn(choices, *samples) if samples else list(_all(choices))
    count = len(combinations) * len(list(repeats))
    if count > _MOST_TRIALS:
        raise ValueError(f"The sweep has {count:,} trials. The maximum is {_MOST_TRIALS:,}.")
    trials = [
        _trial(sweep, training_set, options, number, varied, repeat)
        for number, (varied, repeat) in enumerate(
            ((varied, (*repeat, repeats.folds)) for varied in combinations for repeat in repeats),
            start=1,
        )
    ]
    return Plan(sweep, training_set.id, list(choices), trials)


def _choices(name: str, values: object) -> Choices:
    if isinstance(values, Range):
        return values
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        problem = f"vary[{name!r}] must be a list of values or a Range, not {values!r}."
        raise ValueError(problem)  # noqa: TRY004 - as for all other arguments
    found = list(values)
    texts = [text_of(name, each) for each in found]
    if not found or len(set(texts)) < len(texts):
        raise ValueError(f"vary[{name!r}] must have different values, at least one.")
    return found


def _check_names(names: Iterable[str]) -> None:
    for name in names:
        if name in _OWN and name != "labels":
            raise ValueError(f"{name} is not a setting of a sweep: {_OWN[name]}.")
        if name not in _SETTINGS | {"labels"}:
            meant = nearest(name, _SETTINGS)
            advice = f"Did you mean {meant!r}?" if meant else ""
            raise ValueError(f"Unknown setting {name!r}. {advice}".rstrip())


def _all(choices: Mapping[str, Choices]) -> Iterator[dict[str, object]]:
    """Yield all combinations; the values of the last setting change fastest."""
    ranges = [name for name, values in choices.items() if isinstance(values, Range)]
    if ranges:
        raise ValueError(
            f"{ranges[0]} has a range: a grid needs lists of values. Give samples, the number of"
            " random combinations."
        )
    for values in product(*cast("Iterable[Sequence[object]]", choices.values())):
        yield dict(zip(choices, values, strict=True))


def _drawn(choices: Mapping[str, Choices], samples: int, seed: int) -> list[dict[str, object]]:
    """Return different random combinations; more samples begin with the same ones."""
    if samples < 1:
        raise ValueError(f"samples must be at least 1, not {samples}.")
    source = random.Random(seed)  # noqa: S311 - not a secret
    found: dict[tuple[str, ...], dict[str, object]] = {}
    for _ in range(samples):
        for _ in range(_MOST_DRAWS):
            drawn = {name: _draw(values, source) for name, values in choices.items()}
            key = tuple(text_of(name, value) for name, value in drawn.items())
            if key not in found:
                found[key] = drawn
                break
        else:
            have = prod(0 if isinstance(each, Range) else len(each) for each in choices.values())
            most = have or len(found)
            raise ValueError(
                f"There are only {most:,} combinations, which is less than {samples:,} samples:"
                " omit samples to train all of them."
            )
    return list(found.values())


def _draw(values: Choices, source: random.Random) -> object:
    # random() has the same numbers in all versions of Python; choice() may change.
    if isinstance(values, Range):
        return values.draw(source)
    return values[int(source.random() * len(values))]


def _trial(
    sweep: str,
    training_set: TrainingSetInfo,
    options: SweepOptions,
    number: int,
    varied: Mapping[str, object],
    repeat: tuple[int, int, int],
) -> Trial:
    seed, fold, folds = repeat
    settings: dict[str, Any] = {**options, **varied}
    hidden = _hidden(settings.pop("hidden_layers", ()))
    given_labels = settings.pop("labels", None) or {}
    labels = {
        **given_labels,
        **{name: text_of(name, value) for name, value in settings.items()},
        "hidden_layers": text_of("hidden_layers", hidden),
        "sweep": sweep,
        "trial": str(number),
        "training_set": training_set.id,
        "seed": str(seed),
    }
    if folds:
        labels |= {"fold": str(fold), "folds": str(folds)}
        settings |= {"validation_folds": folds, "validation_fold": fold}
    sizes = [training_set.input_count, *hidden, training_set.target_count]
    network = {name: value for name, value in settings.items() if name in _NETWORK}
    network |= {"seed": seed, "labels": labels}
    if "activations" in network:
        network["activations"] = _activations(network["activations"], len(hidden))
    training = {name: value for name, value in settings.items() if name in _RUN}
    missing = [name for name in ("learning_rate", "batch_size", "epochs") if name not in training]
    if missing:
        raise ValueError(f"{' and '.join(missing)} must be given or vary.")
    trial = Trial(
        number,
        f"{sweep}-{number:04}",
        dict(varied),
        seed,
        fold,
        sizes,
        cast("NetworkOptions", network),
        cast("TrainingOptions", training),
    )
    _check_values(trial, training_set.id)
    return trial


def _check_values(trial: Trial, training_set: str) -> None:
    """Raise ValueError for values that cannot be sent, before the first network is created."""
    describe_network(CreateNetworkRequest(), trial.network_options)
    try:
        training_settings(training_set, **trial.training_options)
    except TypeError as error:
        raise ValueError(f"A setting has a value of the wrong type: {error}.") from None


def _hidden(value: Any) -> list[int]:  # noqa: ANN401 - whatever a caller gives
    sizes = [value] if isinstance(value, int) else value
    if isinstance(sizes, str) or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(
            f"hidden_layers must be numbers of units, such as [16, 8], or 16 for one layer, not"
            f" {value!r}."
        )
    return list(sizes)


def _activations(value: str | Sequence[str], hidden: int) -> list[str]:
    """Return the activation of each layer: of two words, the first is for all hidden layers."""
    words = [value] if isinstance(value, str) else list(value)
    if len(words) == 2:
        return [words[0]] * hidden + [words[1]]
    return words
