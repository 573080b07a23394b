"""Summaries of updates: what training does to each layer."""

from collections.abc import Iterator

from clearprop.snapshots import Snapshot
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.summary_pb2 import LayerBins
from clearprop.v1.summary_pb2 import LayerSummary as LayerMessage
from clearprop.v1.summary_pb2 import UpdateSummary as UpdateMessage
from clearprop.values import Vector, vector_of


class LayerSummary:
    """One layer at one update; `message` is the message of the contract, `bins` those of the layer.

    The edges of a histogram are one more than its counts, and the same for all updates of a call.
    """

    __slots__ = ("bins", "message")

    def __init__(self, message: LayerMessage, bins: LayerBins) -> None:
        self.message = message
        self.bins = bins

    @property
    def units(self) -> int:
        """The number of units in the layer."""
        return self.bins.units

    @property
    def gradient_norm(self) -> float | None:
        """The norm (L2) of the mean gradient G/n; None if the update has no batch."""
        return self.message.gradient_norm if self.message.HasField("gradient_norm") else None

    @property
    def update_norm(self) -> float | None:
        """The norm (L2) of the change of the parameters; None for update 0."""
        return self.message.update_norm if self.message.HasField("update_norm") else None

    @property
    def parameter_norm(self) -> float:
        """The norm (L2) of the parameters after the update."""
        return self.message.parameter_norm

    @property
    def weight_counts(self) -> list[int]:
        """The number of weights in each bin."""
        return list(self.message.weight_counts)

    @property
    def weight_edges(self) -> Vector:
        """The edges of the bins of weights."""
        return vector_of(self.bins.weight_edges)

    @property
    def activation_counts(self) -> list[int]:
        """The number of activations in each bin, of all units for all examples."""
        return list(self.message.activation_counts)

    @property
    def activation_edges(self) -> Vector:
        """The edges of the bins of activations."""
        return vector_of(self.bins.activation_edges)

    @property
    def dead_units(self) -> int | None:
        """The number of units that are 0 for every example; None unless the layer has relu."""
        return self.message.dead_units if self.message.HasField("dead_units") else None

    @property
    def saturated_units(self) -> int | None:
        """The number of units that are near a bound for every example; None without bounds."""
        return self.message.saturated_units if self.message.HasField("saturated_units") else None

    def __repr__(self) -> str:
        return f"<LayerSummary: {self.units} units, parameter norm {self.parameter_norm!r}>"


class UpdateSummary(Snapshot):
    """An update, without its parameters, and a summary of each layer after the inputs."""

    __slots__ = ("layers",)

    def __init__(self, message: UpdateMessage, bins: list[LayerBins]) -> None:
        super().__init__(message.update)
        self.layers = [
            LayerSummary(layer, of_layer)
            for layer, of_layer in zip(message.layers, bins, strict=True)
        ]


class Summaries:
    """Summaries of updates, in order; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: pb.SummarizeUpdatesResponse) -> None:
        self.message = message

    @property
    def updates(self) -> list[UpdateSummary]:
        """The summarized updates; iterating over the summaries yields the same."""
        bins = list(self.message.layers)
        return [UpdateSummary(update, bins) for update in self.message.updates]

    @property
    def example_count(self) -> int:
        """The number of examples whose activations are counted."""
        return self.message.example_count

    @property
    def thinned(self) -> bool:
        """Whether updates are omitted."""
        return self.message.thinned

    def __iter__(self) -> Iterator[UpdateSummary]:
        return iter(self.updates)

    def __len__(self) -> int:
        return len(self.message.updates)

    def __repr__(self) -> str:
        thinned = ", thinned" if self.thinned else ""
        return f"<Summaries of {len(self)} updates{thinned}>"
