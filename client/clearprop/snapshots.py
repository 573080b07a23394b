"""What the service says of one update of a network."""

from collections.abc import Iterator

from clearprop.v1.training_service_pb2 import ListUpdatesResponse, PredictResponse
from clearprop.v1.update_pb2 import State as StateMessage
from clearprop.v1.update_pb2 import Update, UpdateKind
from clearprop.values import (
    Matrix,
    Vector,
    biases_of,
    enum_name,
    matrix_of_rows,
    vector_of,
    weights_of,
)


class Snapshot:
    """One update of a network: the same bits for whoever asks, whenever.

    The contract's own message is `message`; the properties say the same in Python's words.
    """

    __slots__ = ("message",)

    def __init__(self, message: Update) -> None:
        self.message = message

    @property
    def number(self) -> int:
        """The update's number: 0 is the initialisation, then counting up without a gap."""
        return self.message.update

    @property
    def kind(self) -> str:
        """What changed the parameters: INITIAL or GRADIENT."""
        return enum_name(UpdateKind, self.message.kind)

    @property
    def run(self) -> int | None:
        """The number of the run that made it; None where no run did."""
        return self.message.run or None

    @property
    def epoch(self) -> int | None:
        """The epoch of its first example, counting from 1; None where no run made it."""
        return self.message.epoch or None

    @property
    def first_example(self) -> int:
        """The place of the batch's first example, from 0, in the order of its epoch."""
        return self.message.first_example

    @property
    def example_count(self) -> int:
        """How many examples the batch really had; 0 where no run made it."""
        return self.message.example_count

    @property
    def cost(self) -> float | None:
        """The mean cost of the batch, measured before the update; None where no run made it."""
        return self.message.cost if self.message.HasField("cost") else None

    @property
    def weights(self) -> list[Matrix]:
        """The weights after the update: for each layer a matrix [units, inputs].

        Float64 arrays of NumPy, or lists of lists where NumPy is not installed; empty where the
        parameters were not asked for.
        """
        return weights_of(self.message.layers)

    @property
    def biases(self) -> list[Vector]:
        """The biases after the update: for each layer a vector [units], empty without biases."""
        return biases_of(self.message.layers)

    @property
    def gradients(self) -> list[Matrix]:
        """Where they were asked for, G/n of the update: for each layer as `weights`."""
        return weights_of(self.message.gradients)

    @property
    def bias_gradients(self) -> list[Vector]:
        """The same of the biases."""
        return biases_of(self.message.gradients)

    @property
    def chosen(self) -> Vector:
        """Where a watch chose some parameters: these after the update, in that order."""
        return vector_of(self.message.chosen)

    @property
    def chosen_gradients(self) -> Vector:
        """Their gradients, where these were asked for."""
        return vector_of(self.message.chosen_gradients)

    def __repr__(self) -> str:
        return _describe("Snapshot", self)


class History:
    """A network's history in brief: updates in order, each with its cost, without parameters."""

    __slots__ = ("message",)

    def __init__(self, message: ListUpdatesResponse) -> None:
        self.message = message

    @property
    def updates(self) -> list[Snapshot]:
        """The updates; iterating over the history yields them, too."""
        return [Snapshot(update) for update in self.message.updates]

    @property
    def thinned(self) -> bool:
        """Whether updates were left out; the extremes of the cost are among those that were not."""
        return self.message.thinned

    def __iter__(self) -> Iterator[Snapshot]:
        return map(Snapshot, self.message.updates)

    def __len__(self) -> int:
        return len(self.message.updates)

    def __repr__(self) -> str:
        thinned = ", thinned" if self.thinned else ""
        return f"<History of {len(self)} updates{thinned}>"


class State:
    """A network at one update, and where its training goes on from there."""

    __slots__ = ("message",)

    def __init__(self, message: StateMessage) -> None:
        self.message = message

    @property
    def number(self) -> int:
        """The number of the update."""
        return self.message.update

    @property
    def kind(self) -> str:
        """What made the update: INITIAL or GRADIENT."""
        return enum_name(UpdateKind, self.message.kind)

    @property
    def run(self) -> int | None:
        """The number of the run that made the update; None where no run did."""
        return self.message.run or None

    @property
    def epoch(self) -> int | None:
        """The epoch of its first example, counting from 1; None where no run made it."""
        return self.message.epoch or None

    @property
    def next_epoch(self) -> int | None:
        """The epoch of that run's next example, counting from 1; None where no run made it."""
        return self.message.next_epoch or None

    @property
    def next_example(self) -> int:
        """The position of that run's next example, from 0, in the order of `next_epoch`."""
        return self.message.next_example

    @property
    def cost(self) -> float | None:
        """The mean cost of the update's batch; None where no run made it."""
        return self.message.cost if self.message.HasField("cost") else None

    @property
    def weights(self) -> list[Matrix]:
        """The weights after the update: for each layer a matrix [units, inputs]."""
        return weights_of(self.message.layers)

    @property
    def biases(self) -> list[Vector]:
        """The biases after the update: for each layer a vector [units], empty without biases."""
        return biases_of(self.message.layers)

    @property
    def gradients(self) -> list[Matrix]:
        """Where all of it was asked for, G/n of the update: for each layer as `weights`."""
        return weights_of(self.message.gradients)

    @property
    def bias_gradients(self) -> list[Vector]:
        """The same of the biases."""
        return biases_of(self.message.gradients)

    @property
    def activations(self) -> list[Vector]:
        """Where all of it was asked for, those for the last example: for each layer [units]."""
        return [vector_of(layer.values) for layer in self.message.activations]

    def __repr__(self) -> str:
        return _describe("State", self)


class Prediction:
    """What a network makes of n vectors of inputs, with the parameters of one update."""

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
    def activations(self) -> list[Matrix]:
        """For each layer after the inputs a matrix [n, units]; empty unless it was asked for."""
        layers = zip(*(each.activations for each in self.message.predictions), strict=True)
        return [matrix_of_rows(vector.values for vector in layer) for layer in layers]

    def __repr__(self) -> str:
        return f"<Prediction at update {self.update}: {self.outputs}>"


def _describe(name: str, snapshot: Snapshot | State) -> str:
    cost = "" if snapshot.cost is None else f" cost={snapshot.cost!r}"
    return f"<{name} {snapshot.number} {snapshot.kind} run={snapshot.run}{cost}>"
