"""Use case: explain a weight. It finds the update, and checks the weight and the examples."""

from service.use_cases.inspection import Inspection, Which, check_counts, check_in_batch
from training.errors import Violations
from training.explanation.explanation import Explanation, explain, shown_at_once
from training.explanation.place import WeightPlace
from training.network import Network
from training.network_rules import check_weight_place


class Explanations:
    """Explains why weights changed."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection

    def explain(
        self,
        which: Which,
        place: WeightPlace,
        first_position: int,
        position_count: int,
    ) -> Explanation:
        """Return why a weight changes in an update, with lines for examples of its batch.

        They are `position_count` examples from `first_position` on, or fewer if there would be too
        many lines; 0 chooses a readable number. Raises what Inspection.batch raises, and
        InvalidFields.
        """

        def check(violations: Violations, network: Network) -> None:
            check_weight_place(violations, "", network, place.layer, place.unit, place.input)
            check_counts(violations, first_position, position_count)

        update = self._inspection.batch(which, check)
        check_in_batch(update, first_position)
        count = shown_at_once(update, place, position_count)
        stop = min(len(update.numbers), first_position + count)
        return explain(update, place, range(first_position, stop))
