"""Updates, states and outputs of a network, as the service returns them."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from clearprop.v1.table_pb2 import TARGET_KIND_CLASSES, TARGET_KIND_LABELS
from clearprop.v1.training_service_pb2 import ListUpdatesResponse, PredictResponse
from clearprop.v1.update_pb2 import State as StateMessage
from clearprop.v1.update_pb2 import Update, UpdateKind
from clearprop.validations import Validation, validation_of
from clearprop.values import (
    Matrix,
    Vector,
    biases_of,
    enum_name,
    matrix_of_rows,
    vector_of,
    weights_of,
)

_Message = TypeVar("_Message", Update, StateMessage)


class _AtUpdate(Generic[_Message]):
    """What a snapshot of an update and the state after it have in common."""

    __slots__ = ("message",)

    def __init__(self, message: _Message) -> None:
        self.message: _Message = message

    @property
    def number(self) -> int:
        """The update's number: 0 is the initial state; there are no gaps."""
        return self.message.update

    @property
    def kind(self) -> str:
        """The kind of the update: INITIAL, GRADIENT, EDIT, RESET or RESTORE."""
        return enum_name(UpdateKind, self.message.kind)

    @property
    def run(self) -> int | None:
        """The number of its run; None if it does not belong to a run."""
        return self.message.run or None

    @property
    def epoch(self) -> int | None:
        """The epoch of its first example, counting from 1; None without a run."""
        return self.message.epoch or None

    @property
    def cost(self) -> float | None:
        """The mean cost of the batch before the update; None without a run."""
        return self.message.cost if self.message.HasField("cost") else None

    @property
    def learning_rate(self) -> float | None:
        """The learning rate of the update, by the schedule of its run; None without a run."""
        return self.message.learning_rate if self.message.HasField("learning_rate") else None

    @property
    def weights(self) -> list[Matrix]:
        """The weights after the update: a matrix [units, inputs] for each layer.

        Float64 NumPy arrays, or lists of lists if NumPy is not installed; empty if the parameters
        were not requested.
        """
        return weights_of(self.message.layers)

    @property
    def biases(self) -> list[Vector]:
        """The biases after the update: a vector [units] for each layer, empty without biases."""
        return biases_of(self.message.layers)

    @property
    def gradients(self) -> list[Matrix]:
        """The gradients G/n of the weights, in the form of `weights`.

        Empty if they were not requested (of a state: by `full`).
        """
        return weights_of(self.message.gradients)

    @property
    def bias_gradients(self) -> list[Vector]:
        """The gradients G/n of the biases, in the form of `biases`."""
        return biases_of(self.message.gradients)

    @property
    def validation(self) -> Validation | None:
        """The evaluation on held-out examples after the update; None if there was none."""
        return validation_of(self.message)


class Snapshot(_AtUpdate[Update]):
    """One update of a network; `message` is the message of the contract.

    The service returns the same bits for the same update to every client.
    """

    __slots__ = ()

    @property
    def first_example(self) -> int:
        """The position of the batch's first example in its epoch, from 0."""
        return self.message.first_example

    @property
    def example_count(self) -> int:
        """The number of examples in the batch; 0 without a run."""
        return self.message.example_count

    @property
    def chosen(self) -> Vector:
        """The parameters after the update that a watch selects, in its order."""
        return vector_of(self.message.chosen)

    @property
    def chosen_gradients(self) -> Vector:
        """The gradients of the selected parameters, if requested."""
        return vector_of(self.message.chosen_gradients)

    def __repr__(self) -> str:
        return _describe("Snapshot", self)


class History:
    """A downsampled history: updates in order, with their costs and without parameters."""

    __slots__ = ("message",)

    def __init__(self, message: ListUpdatesResponse) -> None:
        self.message = message

    @property
    def updates(self) -> list[Snapshot]:
        """The updates; iterating over the history yields the same."""
        return [Snapshot(update) for update in self.message.updates]

    @property
    def thinned(self) -> bool:
        """Whether updates are omitted; the extremes of the cost are always included."""
        return self.message.thinned

    def __iter__(self) -> Iterator[Snapshot]:
        return map(Snapshot, self.message.updates)

    def __len__(self) -> int:
        return len(self.message.updates)

    def __repr__(self) -> str:
        thinned = ", thinned" if self.thinned else ""
        return f"<History of {len(self)} updates{thinned}>"


class State(_AtUpdate[StateMessage]):
    """The state of a network at one update, and the position of its training."""

    __slots__ = ()

    @property
    def next_epoch(self) -> int | None:
        """The epoch of the run's next example, counting from 1; None without a run."""
        return self.message.next_epoch or None

    @property
    def next_example(self) -> int:
        """The position of the run's next example in `next_epoch`, from 0."""
        return self.message.next_example

    @property
    def activations(self) -> list[Vector]:
        """The activations for the last example, with `full`: a vector [units] for each layer."""
        return [vector_of(layer.values) for layer in self.message.activations]

    def __repr__(self) -> str:
        return _describe("State", self)


class Prediction:
    """The outputs of a network for n input vectors, with the parameters of one update."""

    __slots__ = ("message",)

    def __init__(self, message: PredictResponse) -> None:
        self.message = message

    @property
    def update(self) -> int:
        """The number of the update whose parameters were used."""
        return self.message.update

    @property
    def outputs(self) -> Matrix:
        """The activations of the last layer [n, outputs]."""
        return matrix_of_rows(each.outputs for each in self.message.predictions)

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs: classes, labels or target columns; empty without a table."""
        return list(self.message.output_names)

    @property
    def classes(self) -> list[str]:
        """The class of each row, if the targets are classes: that of the largest output.

        Empty texts for rows with an output that is NaN.
        """
        if self.message.target_kind != TARGET_KIND_CLASSES:
            return []
        return [next(iter(each.classes), "") for each in self.message.predictions]

    @property
    def labels(self) -> list[list[str]]:
        """The labels of each row, if the targets are labels: those with an output above half."""
        if self.message.target_kind != TARGET_KIND_LABELS:
            return []
        return [list(each.classes) for each in self.message.predictions]

    @property
    def values(self) -> Matrix:
        """The outputs in the units of the targets [n, outputs], if the targets are numbers."""
        return matrix_of_rows(each.values for each in self.message.predictions)

    @property
    def activations(self) -> list[Matrix]:
        """A matrix [n, units] for each layer after the inputs; empty if not requested."""
        layers = zip(*(each.activations for each in self.message.predictions), strict=True)
        return [matrix_of_rows(vector.values for vector in layer) for layer in layers]

    @property
    def contributions(self) -> list[Matrix]:
        """What is added to the logits: a matrix [outputs, units] for each row; empty by default.

        The terms are activation × weight for each unit below the outputs, then the bias if there
        are biases.
        """
        return [
            matrix_of_rows(terms.values for terms in each.contributions)
            for each in self.message.predictions
            if each.contributions
        ]

    def __repr__(self) -> str:
        return f"<Prediction at update {self.update}: {self.outputs}>"


def _describe(name: str, snapshot: Snapshot | State) -> str:
    cost = "" if snapshot.cost is None else f" cost={snapshot.cost!r}"
    return f"<{name} {snapshot.number} {snapshot.kind} run={snapshot.run}{cost}>"
