"""Updates and states."""

from collections.abc import Iterable, Iterator

from clearprop.v1 import training_service_pb2, update_pb2

from service.faces.messages.enums import EnumTable, numbers
from service.faces.messages.networks import layers
from service.reading.points import Part
from service.reading.selection import ALL, Detail, Selection
from training.errors import Violations, validating
from training.network import Network
from training.update import UpdateKind

_DETAILS = EnumTable(
    update_pb2.Detail,
    Detail,
    Detail.PARAMETERS,
    "must be COST, PARAMETERS or GRADIENTS",
)
_FEWEST_POINTS = 2
_MOST_POINTS = 10_000

UPDATE_KINDS = numbers(update_pb2.UpdateKind, UpdateKind)


def detail(violations: Violations, number: int) -> Detail:
    """Convert the field `detail`."""
    return _DETAILS.read(violations, "detail", number)


def max_points(request: training_service_pb2.ListUpdatesRequest) -> int | None:
    """Return the number of updates to downsample a list to; None for pages of all updates.

    Raises InvalidFields also for what does not go together with it.
    """
    if not request.max_points:
        return None
    with validating() as violations:
        violations.require(
            _FEWEST_POINTS <= request.max_points <= _MOST_POINTS,
            "max_points",
            f"must be {_FEWEST_POINTS} to {_MOST_POINTS}, or 0 for pages of all updates,"
            f" not {request.max_points}",
        )
        violations.require(
            request.detail == update_pb2.DETAIL_COST,
            "detail",
            "must be COST if max_points is set",
        )
        for field in ("page_size", "page_token"):
            violations.require(
                not getattr(request, field),
                field,
                "must not be set together with max_points, which returns a single response",
            )
    return request.max_points


def check_validated(
    violations: Violations, request: training_service_pb2.ListUpdatesRequest
) -> None:
    """Report details that a list of validations does not have."""
    violations.require(
        not request.validated or request.detail == update_pb2.DETAIL_COST,
        "detail",
        "must be COST if validated is set",
    )


def updates(
    source: Network, parts: Iterable[Part], selection: Selection = ALL
) -> list[update_pb2.Update]:
    """Convert updates, with the selected fields."""
    return [update for part in parts for update in _updates(source, part, selection)]


def validation_after(part: Part, update: int) -> update_pb2.ValidationResult | None:
    """Return the validation after an update, if there is one."""
    found = part.validations.after(update)
    if found is None:
        return None
    return update_pb2.ValidationResult(cost=found.cost, accuracy=found.accuracy)


def set_validation(message: update_pb2.State | update_pb2.Update, part: Part) -> None:
    """Set the validation after an update, if there is one."""
    found = validation_after(part, message.update)
    if found is not None:
        message.validation.CopyFrom(found)


def _updates(source: Network, part: Part, selection: Selection) -> Iterator[update_pb2.Update]:
    kind, run = UPDATE_KINDS[part.kind], part.run.number if part.run else 0
    batches = part.run_of_batches.batches if part.run_of_batches else None
    learning_rates = part.learning_rates
    for row, (number, index) in enumerate(zip(part.numbers, part.indices.tolist(), strict=True)):
        message = update_pb2.Update(update=number, kind=kind, run=run)
        if batches is not None:
            batch = batches.batch(index)
            message.epoch = batch.epoch
            message.first_example = batch.first_example
            message.example_count = batch.example_count
            message.cost = part.costs[row]
            message.learning_rate = learning_rates[row]
            if part.validations:
                set_validation(message, part)
        if selection.parameters:
            message.chosen.extend(part.parameters[row])
            if part.gradients is not None:
                message.chosen_gradients.extend(part.gradients[row])
        elif selection.detail is not Detail.COST:
            message.layers.extend(layers(source, part.parameters[row]))
            if part.gradients is not None:
                message.gradients.extend(layers(source, part.gradients[row]))
        yield message
