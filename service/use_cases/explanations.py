"""Use case: explain a weight. It finds the update, and checks the weight and the examples."""

from service.use_cases.inspection import Inspection, Which, check_counts, check_in_batch
from training.errors import Violations
from training.explanation.explanation import Explanation, explain, shown_at_once
from training.explanation.place import WeightPlace
from training.limits import Limits
from training.network import Network
from training.network_rules import check_weight_place
from training.work import check_work, work_of_gradients


class Explanations:
    """Explains why weights changed."""

    def __init__(self, inspection: Inspection, limits: Limits) -> None:
        self._inspection = inspection
        self._limits = limits

    def explain(
        self,
        which: Which,
        place: WeightPlace,
        first_position: int,
        position_count: int,
    ) -> Explanation:
        """Return why a weight changes in an update, with lines for examples of its batch.

        They are `position_count` examples from `first_position` on, or fewer if there would be too
        many lines; 0 chooses a readable number. Raises what Inspection.batch raises, InvalidFields,
        and LimitExceeded if the batch takes too much work.
        """

        def check(violations: Violations, network: Network) -> None:
            check_weight_place(violations, "", network, place.layer, place.unit, place.input)
            check_counts(violations, first_position, position_count)

        update = self._inspection.batch(which, check)
        check_in_batch(update, first_position)
        network, batch = update.network, len(update.numbers)
        check_work(
            self._limits,
            work_of_gradients(network, batch),
            f"explaining a batch of {batch} examples × {network.parameter_count} parameters",
            "use an update with a smaller batch",
        )
        count = shown_at_once(update, place, position_count)
        stop = min(len(update.numbers), first_position + count)
        return explain(update, place, range(first_position, stop))
