"""A history as CSV: a line for each update."""

from collections.abc import Iterator

from training.snapshots import Snapshots

HEADER = "update,kind,run,epoch,first_example,example_count,cost,learning_rate\n"


def csv_lines(updates: Snapshots) -> Iterator[str]:
    """Yield a line for each update, with zeros, and no cost and rate, if no run made it."""
    run = updates.run
    if run is None:
        for number in range(updates.first_update, updates.last_update + 1):
            yield f"{number},{updates.kind},0,0,0,0,,\n"
        return
    batches, offset = run.batches, updates.run_offset
    before = f"{updates.kind},{run.number}"
    costs, rates = updates.costs.tolist(), updates.learning_rates.tolist()
    for index, (cost, rate) in enumerate(zip(costs, rates, strict=True)):
        batch = batches.batch(offset + index)
        yield (
            f"{updates.first_update + index},{before},{batch.epoch},{batch.first_example},"
            f"{batch.example_count},{cost!r},{rate!r}\n"
        )
