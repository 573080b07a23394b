"""Traces: every intermediate value of an update."""

from collections.abc import Iterable, Sequence

from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import LayerParameters
from clearprop.v1.network_pb2 import Vector as VectorMessage
from clearprop.v1.trace_pb2 import ExampleTrace
from clearprop.values import Matrix, Vector, biases_of, vector_of, weights_of


class Parameters:
    """A number for every parameter of a network, layer by layer."""

    __slots__ = ("layers",)

    def __init__(self, layers: Sequence[LayerParameters]) -> None:
        self.layers = layers

    @property
    def weights(self) -> list[Matrix]:
        """The numbers of the weights: a matrix [units, inputs] for each layer."""
        return weights_of(self.layers)

    @property
    def biases(self) -> list[Vector]:
        """The numbers of the biases: a vector [units] for each layer, empty without biases."""
        return biases_of(self.layers)


class TracedExample:
    """The values of one example of a batch; `message` is the message of the contract.

    Lists have a vector for each layer after the inputs, with a number for each unit.
    """

    __slots__ = ("message",)

    def __init__(self, message: ExampleTrace) -> None:
        self.message = message

    @property
    def position(self) -> int:
        """The position in the batch, from 0."""
        return self.message.position

    @property
    def number(self) -> int:
        """The index in the training set, from 0."""
        return self.message.example

    @property
    def inputs(self) -> Vector:
        """The inputs."""
        return vector_of(self.message.inputs.values)

    @property
    def targets(self) -> Vector:
        """The targets."""
        return vector_of(self.message.targets.values)

    @property
    def logits(self) -> list[Vector]:
        """The logits z; for softmax outputs, ln a."""
        return _vectors(self.message.logits)

    @property
    def activations(self) -> list[Vector]:
        """The activations a."""
        return _vectors(self.message.activations)

    @property
    def weight(self) -> float:
        """The weight of the example, a factor of its cost, its deltas and its gradients."""
        return self.message.weight if self.message.HasField("weight") else 1.0

    @property
    def factors(self) -> list[Vector]:
        """The factors of dropout for each hidden layer, 0 for a dropped unit; empty without it.

        `activations` are those after it.
        """
        return _vectors(self.message.factors)

    @property
    def deltas(self) -> list[Vector]:
        """The deltas ∂C/∂z."""
        return _vectors(self.message.deltas)

    @property
    def cost(self) -> float:
        """The cost C."""
        return self.message.cost

    @property
    def gradient(self) -> Parameters:
        """∂C/∂w for every weight and bias."""
        return Parameters(self.message.gradient)

    def __repr__(self) -> str:
        return f"<TracedExample {self.number} at position {self.position}: cost={self.cost!r}>"


class TracedUpdate:
    """Every intermediate value of one update; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: pb.TraceUpdateResponse) -> None:
        self.message = message

    @property
    def number(self) -> int:
        """The number of the update."""
        return self.message.trace.update

    @property
    def run(self) -> int:
        """The number of the run."""
        return self.message.trace.run

    @property
    def epoch(self) -> int:
        """The epoch of the batch's first example, counting from 1."""
        return self.message.trace.epoch

    @property
    def example_count(self) -> int:
        """The number of examples in the batch."""
        return self.message.trace.example_count

    @property
    def examples(self) -> list[TracedExample]:
        """The examples of the result, in the order of the batch."""
        return [TracedExample(each) for each in self.message.trace.examples]

    @property
    def cost(self) -> float:
        """The mean cost of the whole batch, before the update."""
        return self.message.trace.cost

    @property
    def learning_rate(self) -> float:
        """The learning rate of the update, by the schedule of its run."""
        return self.message.trace.learning_rate

    @property
    def gradient_sum(self) -> Parameters:
        """G: the sum of the gradients of the whole batch."""
        return Parameters(self.message.trace.gradient_sum)

    @property
    def gradient(self) -> Parameters:
        """G/n: the mean gradient."""
        return Parameters(self.message.trace.gradient)

    @property
    def decayed_gradient(self) -> Parameters | None:
        """g: the gradient that the optimizer uses; None if it is the mean gradient.

        It is the mean gradient with that of the penalty, clipped, and with weight decay; 0 for
        frozen parameters.
        """
        decayed = self.message.trace.decayed_gradient
        return Parameters(decayed) if decayed else None

    @property
    def limited_gradient(self) -> Parameters | None:
        """The mean gradient with that of the penalty, clipped by value; None without these."""
        limited = self.message.trace.limited_gradient
        return Parameters(limited) if limited else None

    @property
    def gradient_norm(self) -> float | None:
        """N: the norm of `limited_gradient`; None if the run does not clip by norm."""
        trace = self.message.trace
        return trace.gradient_norm if trace.HasField("gradient_norm") else None

    @property
    def step(self) -> Parameters:
        """The step: after = before − step, bit for bit."""
        return Parameters(self.message.trace.step)

    @property
    def before(self) -> Parameters:
        """The parameters before the update."""
        return Parameters(self.message.trace.before)

    @property
    def after(self) -> Parameters | None:
        """The parameters after the update; None if one would be infinite or NaN, or left out."""
        after = self.message.trace.after
        return Parameters(after) if after else None

    @property
    def next_position(self) -> int | None:
        """The position of the next example that is not in the result; None if there is none."""
        return self.message.next_position or None

    def __repr__(self) -> str:
        return f"<TracedUpdate {self.number}: {self.example_count} examples, cost={self.cost!r}>"


def _vectors(messages: Iterable[VectorMessage]) -> list[Vector]:
    return [vector_of(message.values) for message in messages]
