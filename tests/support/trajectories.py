"""Runs whose bits must never change: `python tests/support/trajectories.py` prints their digests.

What they start from are numbers of RandomStream, which are the same on every machine.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numerics import PAIRS, Floats, Made, Problem, Progress, rates_for, targets_for, uniform

from training.numerics import kernels, run_loops
from training.numerics.activations import ACTIVATIONS, SOFTMAX
from training.numerics.arguments import Results
from training.numerics.dropout import NOTHING_DROPPED
from training.numerics.layout import Structure
from training.numerics.optimizers import OptimizerKind


@dataclass(frozen=True)
class Trajectory:
    """A run from its start to its end."""

    structure: Structure
    training: run_loops.Training
    examples: int = 23

    @property
    def name(self) -> str:
        """What it is, in words; no two have the same name."""
        structure, training = self.structure, self.training
        words = [
            "-".join(map(str, structure.layer_sizes)),
            *structure.activations,
            structure.cost,
            "biases" if structure.bias else "",
            training.optimizer,
            "decay" if training.rates.weight_decay else "",
            "shuffled" if training.shuffle_seed is not None else "",
            f"by {training.batch_size}",
        ]
        return " ".join(filter(None, words))

    @property
    def lanes(self) -> int:
        """How many examples the kernels compute at once."""
        return 1 if self.training.batch_size == 1 else 4 if self.training.batch_size <= 4 else 8

    @property
    def problem(self) -> Problem:
        structure = self.structure
        sizes = structure.layer_sizes
        return Problem(
            structure,
            uniform(1, -0.7, 0.7, structure.parameters),
            uniform(2, -1.0, 1.0, self.examples, sizes[0]),
            targets_for(structure.cost, 3, self.examples, sizes[-1]),
            self.training,
        )

    def run(self) -> tuple[Progress, Made]:
        problem = self.problem
        progress = problem.begin()
        return progress, problem.advance(progress, problem.total_updates)

    def digest(self) -> str:
        """Return the SHA-256 of all costs, the last parameters and what the optimizer remembers."""
        progress, made = self.run()
        digest = hashlib.sha256()
        for numbers in (made.costs, progress.parameters, progress.memory, progress.epoch_cost):
            digest.update(numbers.astype("<f8").tobytes())
        return digest.hexdigest()


#: What there was first: later entries of the tables do not change which runs were recorded.
FIRST_HIDDEN = ["sigmoid", "tanh", "relu", "leaky-relu", "softplus", "identity"]
FIRST_PAIRS = [*PAIRS[:2], *product(FIRST_HIDDEN, ("squared-error", "quadratic"))]
FIRST_OPTIMIZERS = ["gradient-descent", "momentum", "nesterov", "adam"]


def _of_pairs(
    pairs: list[tuple[str, str]], hidden: list[str], optimizers: list[str]
) -> Iterator[Trajectory]:
    batch_sizes = {1: [1], 4: [2, 3, 4], 8: [5, 8, 13, 16, 23]}
    for number, (output, cost) in enumerate(pairs):
        for turn, usual in enumerate(batch_sizes.values()):
            optimizer = optimizers[(number + turn) % len(optimizers)]
            decay = 0.01 if (number + turn) % 3 == 0 else 0.0
            yield Trajectory(
                Structure(
                    (3, 7, 5, 2),
                    (
                        hidden[(number + turn) % len(hidden)],
                        "relu" if output == SOFTMAX else output,
                        output,
                    ),
                    cost,
                    bias=number % 3 != turn,
                ),
                run_loops.Training(
                    rates_for(optimizer, decay)._replace(learning_rate=0.01),
                    usual[number % len(usual)],
                    epochs=11,
                    optimizer=optimizer,
                    shuffle_seed=number if number % 4 >= 2 else None,
                ),
            )


def _of_wide_layers() -> Iterator[Trajectory]:
    # Layers so wide that kernels compute many columns at once, and some that are left over.
    for sizes, batch_size, optimizer in [
        ((40, 20, 3), 32, "gradient-descent"),
        ((40, 20, 3), 1, "momentum"),
        ((40, 20, 3), 4, "adam"),
        ((17, 33, 16, 5), 19, "nesterov"),
        ((70, 2, 35, 1), 12, "adam"),
        ((40, 20, 3), 8, "rmsprop"),
        ((17, 33, 16, 5), 4, "adamw"),
        ((40, 20, 3), 1, "adagrad"),
    ]:
        yield Trajectory(
            Structure(
                sizes,
                (*["tanh", "relu", "softplus"][: len(sizes) - 2], "sigmoid"),
                "cross-entropy",
                bias=batch_size != 12,
            ),
            run_loops.Training(
                rates_for(optimizer, 0.01 if optimizer == "adamw" else 0.0),
                batch_size,
                7,
                optimizer,
                shuffle_seed=batch_size,
            ),
            examples=50,
        )


def _later_trajectories() -> Iterator[Trajectory]:
    """Yield trajectories of the optimizers that were added later."""
    later = [kind for kind in OptimizerKind if kind not in FIRST_OPTIMIZERS]
    for batch_size, (number, optimizer), bias in product(
        (1, 3, 8), enumerate(later), (False, True)
    ):
        yield Trajectory(
            Structure((3, 7, 5, 2), ("tanh", "relu", "sigmoid"), "cross-entropy", bias),
            run_loops.Training(
                rates_for(optimizer, 0.01 * bias),
                batch_size,
                epochs=11,
                optimizer=optimizer,
                shuffle_seed=number if bias == batch_size % 2 else None,
            ),
        )


FIRST = [*_of_pairs(FIRST_PAIRS, FIRST_HIDDEN, FIRST_OPTIMIZERS), *_of_wide_layers()]
#: The networks of these that were applied first.
FIRST_APPLIED = [each for each in FIRST if each.training.optimizer in FIRST_OPTIMIZERS]
ADDED = list(
    _of_pairs(
        [pair for pair in PAIRS if pair not in FIRST_PAIRS],
        [name for name in ACTIVATIONS if name not in FIRST_HIDDEN],
        FIRST_OPTIMIZERS,
    )
)
TRAJECTORIES = {
    trajectory.name: trajectory for trajectory in [*FIRST, *_later_trajectories(), *ADDED]
}


def applied_digest(trajectories: Iterable[Trajectory]) -> str:
    """Return the SHA-256 of what the kernels that do not train compute, for these networks."""
    digest = hashlib.sha256()
    for trajectory in trajectories:
        for numbers in applied(trajectory.problem):
            digest.update(numbers.astype("<f8").tobytes())
    return digest.hexdigest()


def applied(problem: Problem) -> list[Floats]:
    """Return activations, outputs, costs, the mean gradient and the mean cost."""
    network, sizes = problem.network, problem.structure.layer_sizes
    parameters = problem.parameters
    activations = np.empty((problem.examples, sum(sizes[1:])))
    kernels.forward(network, problem.inputs, parameters, NOTHING_DROPPED, activations)
    outputs, costs = np.empty((problem.examples, sizes[-1])), np.empty(problem.examples)
    gradient_sum = np.zeros(parameters.size)
    results = Results(outputs, costs, gradient_sum)
    mean = kernels.evaluate(network, problem.data, parameters, NOTHING_DROPPED, results)
    return [activations, outputs, costs, gradient_sum / problem.examples, np.array(mean)]


def digests(*lanes: int) -> dict[str, str]:
    """Return digests by name: all, or those of runs with one of these numbers of lanes.

    Those of networks that are only applied are always among them.
    """
    trained = {
        name: trajectory.digest()
        for name, trajectory in TRAJECTORIES.items()
        if not lanes or trajectory.lanes in lanes
    }
    return trained | {
        "networks applied": applied_digest(FIRST),
        "added networks applied": applied_digest(ADDED),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(digests(), indent=4) + "\n")
