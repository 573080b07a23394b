"""Updates, opened: what the examples of a batch went through, and what came of it."""

from collections.abc import Iterable, Sequence

from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import LayerParameters
from clearprop.v1.network_pb2 import Vector as VectorMessage
from clearprop.v1.trace_pb2 import ExampleTrace
from clearprop.values import Matrix, Vector, biases_of, vector_of, weights_of


class Parameters:
    """A number for every parameter of a network, in the layers after the inputs."""

    __slots__ = ("layers",)

    def __init__(self, layers: Sequence[LayerParameters]) -> None:
        self.layers = layers

    @property
    def weights(self) -> list[Matrix]:
        """Those of the weights: for each layer a matrix [units, inputs]."""
        return weights_of(self.layers)

    @property
    def biases(self) -> list[Vector]:
        """Those of the biases: for each layer a vector [units], empty without biases."""
        return biases_of(self.layers)


class TracedExample:
    """What one example of a batch went through, there and back; `message` is its message.

    Vectors are given for each layer after the inputs, with a number for each unit.
    """

    __slots__ = ("message",)

    def __init__(self, message: ExampleTrace) -> None:
        self.message = message

    @property
    def position(self) -> int:
        """Its place in the batch, from 0."""
        return self.message.position

    @property
    def number(self) -> int:
        """Its number in the training set, from 0."""
        return self.message.example

    @property
    def inputs(self) -> Vector:
        """Its inputs."""
        return vector_of(self.message.inputs.values)

    @property
    def targets(self) -> Vector:
        """Its targets."""
        return vector_of(self.message.targets.values)

    @property
    def logits(self) -> list[Vector]:
        """The logits z; of softmax outputs ln a."""
        return _vectors(self.message.logits)

    @property
    def activations(self) -> list[Vector]:
        """The activations a."""
        return _vectors(self.message.activations)

    @property
    def deltas(self) -> list[Vector]:
        """The deltas ∂C/∂z."""
        return _vectors(self.message.deltas)

    @property
    def cost(self) -> float:
        """Its cost C."""
        return self.message.cost

    @property
    def gradient(self) -> Parameters:
        """∂C/∂w for every weight and bias."""
        return Parameters(self.message.gradient)

    def __repr__(self) -> str:
        return f"<TracedExample {self.number} at place {self.position}: cost={self.cost!r}>"


class TracedUpdate:
    """Everything inside one update; `message` is the contract's own message."""

    __slots__ = ("message",)

    def __init__(self, message: pb.TraceUpdateResponse) -> None:
        self.message = message

    @property
    def number(self) -> int:
        """The number of the update."""
        return self.message.trace.update

    @property
    def run(self) -> int:
        """The number of the run that it belongs to."""
        return self.message.trace.run

    @property
    def epoch(self) -> int:
        """The epoch of the batch's first example, counting from 1."""
        return self.message.trace.epoch

    @property
    def example_count(self) -> int:
        """How many examples the batch has."""
        return self.message.trace.example_count

    @property
    def examples(self) -> list[TracedExample]:
        """The examples that are shown, in the order of the batch."""
        return [TracedExample(each) for each in self.message.trace.examples]

    @property
    def cost(self) -> float:
        """The mean cost of the whole batch, before the update."""
        return self.message.trace.cost

    @property
    def gradient_sum(self) -> Parameters:
        """G: the gradients of the whole batch, added up in its order."""
        return Parameters(self.message.trace.gradient_sum)

    @property
    def gradient(self) -> Parameters:
        """G/n: their mean."""
        return Parameters(self.message.trace.gradient)

    @property
    def step(self) -> Parameters:
        """What was taken from the parameters: after = before − step, to the bit."""
        return Parameters(self.message.trace.step)

    @property
    def before(self) -> Parameters:
        """The parameters before the update."""
        return Parameters(self.message.trace.before)

    @property
    def after(self) -> Parameters | None:
        """The parameters after it; None where it would make one infinite and so is never made."""
        after = self.message.trace.after
        return Parameters(after) if after else None

    @property
    def next_position(self) -> int | None:
        """Where in the batch the examples go on that are not shown; None: there are none."""
        return self.message.next_position or None

    def __repr__(self) -> str:
        return f"<TracedUpdate {self.number}: {self.example_count} examples, cost={self.cost!r}>"


def _vectors(messages: Iterable[VectorMessage]) -> list[Vector]:
    return [vector_of(message.values) for message in messages]
