"""A history as CSV: a line for each update."""

from collections.abc import Iterator

from training.snapshots import Snapshots

HEADER = (
    "update,kind,run,epoch,first_example,example_count,cost,learning_rate,validation_cost,"
    "validation_accuracy\n"
)


def csv_lines(updates: Snapshots) -> Iterator[str]:
    """Yield a line for each update; what an update does not have is 0, or empty."""
    run = updates.run_of_batches
    if run is None:
        number = updates.run.number if updates.run else 0
        for update in updates.numbers:
            yield f"{update},{updates.kind},{number},0,0,0,,,,\n"
        return
    batches, offset = run.batches, updates.run_offset
    before = f"{updates.kind},{run.number}"
    costs, rates = updates.costs.tolist(), updates.learning_rates.tolist()
    for index, (cost, rate) in enumerate(zip(costs, rates, strict=True)):
        batch, update = batches.batch(offset + index), updates.first_update + index
        yield (
            f"{update},{before},{batch.epoch},{batch.first_example},{batch.example_count},"
            f"{cost!r},{rate!r},{_validation(updates, update)}\n"
        )


def _validation(updates: Snapshots, update: int) -> str:
    """Return the last two columns."""
    found = updates.validations.after(update)
    if found is None:
        return ","
    return f"{found.cost!r},{'' if found.accuracy is None else repr(found.accuracy)}"
