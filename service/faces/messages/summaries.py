"""Summaries of updates."""

from clearprop.v1 import summary_pb2
from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.updates import updates
from service.reading.selection import COSTS
from service.use_cases.summaries import Summary
from training.cancellation import cancellable
from training.errors import Violations
from training.histogram import MOST_BINS, Bins, common_bins
from training.layer_summary import LayerSummary

_FEWEST_POINTS = 2
_USUAL_POINTS = 50
_MOST_POINTS = 200
_FEWEST_BINS = 8
_USUAL_BINS = 32


def points_and_bins(violations: Violations, request: pb.SummarizeUpdatesRequest) -> tuple[int, int]:
    """Return the maximum numbers of updates and of bins."""
    points = request.max_points or _USUAL_POINTS
    violations.require(
        _FEWEST_POINTS <= points <= _MOST_POINTS,
        "max_points",
        f"must be {_FEWEST_POINTS} to {_MOST_POINTS}, or 0 for {_USUAL_POINTS}, not {points}",
    )
    bins = request.max_bins or _USUAL_BINS
    violations.require(
        _FEWEST_BINS <= bins <= MOST_BINS,
        "max_bins",
        f"must be {_FEWEST_BINS} to {MOST_BINS}, or 0 for {_USUAL_BINS}, not {bins}",
    )
    return points, bins


def summarized(source: Summary, most_bins: int) -> pb.SummarizeUpdatesResponse:
    """Convert summaries of updates, with up to so many bins in each histogram."""
    message = pb.SummarizeUpdatesResponse(
        example_count=source.example_count, thinned=source.is_thinned
    )
    all_bins = [
        (
            common_bins((layer.weights for layer in layers), most_bins),
            common_bins((layer.activations for layer in layers), most_bins),
        )
        for layers in zip(*(each.layers for each in source.updates), strict=True)
    ]
    sizes = source.network.layer_sizes[1 : 1 + len(all_bins)]  # no layers without updates
    for units, (of_weights, of_activations) in zip(sizes, all_bins, strict=True):
        message.layers.add(
            units=units, weight_edges=of_weights.edges, activation_edges=of_activations.edges
        )
    for each in cancellable(source.updates):
        (update,) = updates(source.network, [each.snapshot], COSTS)
        layers = (_layer(*pair) for pair in zip(each.layers, all_bins, strict=True))
        message.updates.add(update=update, layers=layers)
    return message


def _layer(source: LayerSummary, bins: tuple[Bins, Bins]) -> summary_pb2.LayerSummary:
    of_weights, of_activations = bins
    units = source.units
    return summary_pb2.LayerSummary(
        gradient_norm=source.gradient_norm,
        update_norm=source.update_norm,
        parameter_norm=source.parameter_norm,
        weight_counts=source.weights.in_bins(of_weights).tolist(),
        activation_counts=source.activations.in_bins(of_activations).tolist(),
        non_finite_activations=source.activations.non_finite,
        dead_units=None if units is None else units.dead,
        saturated_units=None if units is None else units.saturated,
    )
