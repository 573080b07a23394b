"""Explains weights: finds the update, and checks that there are such a weight and such examples."""

from service.inspection import Inspection, Which, check_positions
from training.errors import Violations
from training.explanation.explanation import Explanation, explain, shown_at_once
from training.explanation.place import WeightPlace
from training.network import Network


class Explaining:
    """The use case of asking why a weight changed."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection

    def explain(
        self,
        network_id: str,
        which: Which,
        place: WeightPlace,
        first_position: int,
        position_count: int,
    ) -> Explanation:
        """Return why a weight changes in an update, with lines for examples of its batch.

        They are those from `first_position`, as many as `position_count` says, or fewer where the
        lines would be too many; 0 stands for as many as read well. Raises what Inspection.batch
        raises, and InvalidFields.
        """
        update = self._inspection.batch(network_id, which)
        violations = Violations()
        _check_place(violations, update.network, place)
        check_positions(violations, update, first_position, position_count)
        violations.refuse()
        count = shown_at_once(update, place, position_count)
        stop = min(len(update.numbers), first_position + count)
        return explain(update, place, range(first_position, stop))


def _check_place(violations: Violations, network: Network, place: WeightPlace) -> None:
    layers = len(network.shapes)
    if not 1 <= place.layer <= layers:
        violations.add(
            "layer", f"must be 1 to {layers}, the layers after the inputs, is {place.layer}"
        )
        return
    shape = network.shapes[place.layer - 1]
    of_layer = f"layer {place.layer} has {shape.units}"
    violations.require(
        0 <= place.unit < shape.units,
        "unit",
        f"must be 0 to {shape.units - 1}, for {of_layer}, is {place.unit}",
    )
    if place.input is None:
        violations.require(
            network.bias, "input", "must be given: the network has no biases to explain"
        )
    else:
        violations.require(
            0 <= place.input < shape.inputs,
            "input",
            f"must be 0 to {shape.inputs - 1}, for that many inputs the units of layer"
            f" {place.layer} have, is {place.input}",
        )
