"""Use case: project examples onto the plane on which they differ most."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from typing import Final

from service.reading.bounded_cache import BoundedCache
from service.reading.examples_cache import ExamplesCache
from service.reading.one_timeline import on_one_timeline
from service.reading.state_reader import StateReader
from service.reading.update_numbers import chosen_update
from service.use_cases.fitting_examples import fitting_examples
from training.errors import validating
from training.layer_summary import spread_examples
from training.limits import Limits
from training.measures.target_meaning import Classes, TargetMeaning, meaning_of
from training.network import Array, Network
from training.ports import Store
from training.projection import MOST_EXAMPLES, Plane, layer_values, plane_of
from training.split import Indices
from training.training_set import Examples
from training.work import check_work, work_of_outputs

_CACHE_BYTES: Final = 8 * 2**20
_OVERHEAD: Final = 1_000  # the approximate size of Python's objects for each plane, in bytes


@dataclass(frozen=True, slots=True)
class WhichPlane:
    """Where to project which examples: of a layer, 0 for the inputs, up to `most` of a set.

    The axes are those of `axes_update`; None for those of the projected update. `most` 0 means as
    many as possible.
    """

    training_set: str
    layer: int = 0
    axes_update: int | None = None
    most: int = 0


@dataclass(frozen=True, slots=True)
class Projection:
    """The coordinates (n, 2) of n examples, whose indices in the set are `examples` (n).

    `true_classes` and `predicted_classes` (n) are None if the targets are not classes; a predicted
    one is `NO_CLASS` if an output is NaN.
    """

    update: int
    axes_update: int
    plane: Plane
    examples: Indices
    coordinates: Array
    true_classes: Classes | None
    predicted_classes: Classes | None


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Some examples of a training set, with what determines them, and what their targets mean."""

    key: Hashable
    numbers: Indices
    examples: Examples
    meaning: TargetMeaning


class Projections:
    """Projects examples, and caches planes, because many updates are projected onto the same."""

    def __init__(
        self, store: Store, states: StateReader, examples: ExamplesCache, limits: Limits
    ) -> None:
        self._store = store
        self._states = states
        self._examples = examples
        self._limits = limits
        self._planes: BoundedCache[Hashable, Plane] = BoundedCache(_CACHE_BYTES, _size)

    def project(self, network_id: str, update: int | None, which: WhichPlane) -> Projection:
        """Return the coordinates of examples at one update, None for the latest.

        Raises NetworkNotFound, TrainingSetNotFound, InvalidFields, UpdateOutOfRange,
        HistoryCompacted, LimitExceeded, DamagedHistory.
        """
        return on_one_timeline(self._store, partial(self._project, network_id, update, which))

    def _project(
        self, network_id: str, update: int | None, which: WhichPlane, timeline: Hashable
    ) -> Projection:
        with self._store.read() as reader:
            network = reader.network(network_id)
            head = reader.head(network.uid)
            number = chosen_update(network, head, update)
            of_axes = number
            if which.axes_update is not None:
                of_axes = chosen_update(network, head, which.axes_update)
        chosen = self._chosen(network, which)
        count = len(chosen.numbers)
        check_work(
            self._limits,
            2 * work_of_outputs(network, count) + count**2 * network.layer_sizes[which.layer],
            f"projecting {count} examples with {network.parameter_count} parameters",
            "use a smaller number of examples",
        )
        inputs, targets = chosen.examples.inputs, chosen.examples.targets
        parameters = self._states.read(network, number).parameters
        layers = (which.layer, len(network.shapes))
        values, outputs = layer_values(network, parameters, inputs, layers)
        if not which.layer:
            of_axes = number  # inputs are the same at all updates
        key = timeline, network.uid, of_axes if which.layer else None, which.layer, chosen.key
        plane = self._planes.get(key)
        if plane is None:
            of_plane = values
            if of_axes != number:
                before = self._states.read(network, of_axes).parameters
                (of_plane,) = layer_values(network, before, inputs, (which.layer,))
            plane = plane_of(of_plane)
            self._planes.put(key, plane)
        has_classes = chosen.meaning.has_classes
        return Projection(
            number,
            of_axes,
            plane,
            chosen.numbers,
            plane.coordinates(values),
            chosen.meaning.classes(targets) if has_classes else None,
            chosen.meaning.predicted(outputs) if has_classes else None,
        )

    def _chosen(self, network: Network, which: WhichPlane) -> _Chosen:
        """Return the examples that are projected. Raises InvalidFields."""
        layers = len(network.shapes)
        with validating() as violations:
            violations.require(
                0 <= which.layer <= layers,
                "layer",
                f"must be 0 to {layers}: 0 are the inputs, {layers} are the outputs",
            )
            violations.require(
                0 <= which.most <= MOST_EXAMPLES,
                "example_count",
                f"must be 0 to {MOST_EXAMPLES}, not {which.most}",
            )
            examples = fitting_examples(
                violations, self._store, self._examples, network, which.training_set
            )
        with self._store.read() as reader:
            uid = reader.training_set(which.training_set).uid
        fits = max(1, self._limits.batch_numbers // network.unit_count)
        numbers = spread_examples(len(examples.inputs), min(which.most or MOST_EXAMPLES, fits))
        return _Chosen(
            (uid, network.preparation, len(numbers)),
            numbers,
            examples.select(numbers),
            meaning_of(network, examples.targets),
        )


def _size(plane: Plane) -> int:
    return plane.nbytes + _OVERHEAD
