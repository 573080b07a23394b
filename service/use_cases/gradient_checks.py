"""Use case: check gradients against measured slopes."""

from service.reading.examples_cache import ExamplesCache
from service.reading.state_reader import StateReader
from service.reading.update_numbers import locate
from service.use_cases.fitting_examples import fitting_examples
from training.errors import validating
from training.gradient_check import GradientCheck, check_gradients
from training.limits import Limits
from training.network import Network
from training.ports import Store
from training.settings import check_batch
from training.work import check_work, work_of_outputs

#: The default numbers of examples and parameters.
_USUAL_EXAMPLES = 32
_USUAL_PARAMETERS = 1_000

#: The work up to which more parameters are checked by default: a few seconds.
_USUAL_WORK = 2**33


class GradientChecks:
    """Checks the gradients of networks."""

    def __init__(
        self, store: Store, states: StateReader, examples: ExamplesCache, limits: Limits
    ) -> None:
        self._store = store
        self._states = states
        self._examples = examples
        self._limits = limits

    def check(
        self,
        network_id: str,
        update: int | None,
        set_id: str,
        example_count: int = 0,
        parameter_count: int = 0,
    ) -> tuple[Network, int, GradientCheck]:
        """Compare gradients at one update, None for the latest, with measured slopes.

        It uses the first `example_count` examples, 0 for up to 32, and `parameter_count`
        parameters, evenly spaced, 0 for up to 1,000; with 0, no more than the limits allow.

        Raises NetworkNotFound, TrainingSetNotFound, InvalidFields, LimitExceeded, UpdateOutOfRange,
        DamagedHistory.
        """
        network, number = locate(self._store, network_id, update)
        with validating() as violations:
            examples = fitting_examples(violations, self._store, self._examples, network, set_id)
            most = {
                "example_count": (
                    example_count,
                    len(examples.inputs),
                    "examples in the set",
                ),
                "parameter_count": (
                    parameter_count,
                    network.parameter_count,
                    "parameters of the network",
                ),
            }
            for field, (count, all_of_them, owner) in most.items():
                violations.require(
                    0 <= count <= all_of_them,
                    field,
                    f"must be 0 (for the default) to {all_of_them} (the {owner}), not {count}",
                )
        fitting = max(self._limits.batch_numbers // network.unit_count, 1)
        some = example_count or min(_USUAL_EXAMPLES, len(examples.inputs), fitting)
        check_batch(network, some, "example_count", self._limits)
        indices = self._indices(network, some, parameter_count)
        few = examples.select(slice(some))
        parameters = self._states.read(network, number).parameters
        return network, number, check_gradients(network, parameters, few, indices)

    def _indices(self, network: Network, examples: int, wanted: int) -> list[int]:
        """Return the indices of the parameters to check, in order; 0 means the default number.

        Raises LimitExceeded if they take too much work.
        """
        parameters = network.parameter_count
        # Every example is computed twice for each checked parameter.
        of_one = 2 * work_of_outputs(network, examples)
        affordable = min(_USUAL_WORK, self._limits.call_work) // of_one
        count = wanted or min(_USUAL_PARAMETERS, parameters, max(affordable, 1))
        check_work(
            self._limits,
            count * of_one,
            f"checking {count} parameters with 2 × {examples} examples × {parameters} parameters",
            "use fewer parameters or examples",
        )
        return [index * parameters // count for index in range(count)]
