"""Runs that were active when the server stopped are taken over by the one that starts."""

from functools import partial

from training.ports import Store, Writer
from training.run import Run
from training.update import Addition


def adopt_runs(store: Store) -> list[Run]:
    """Take over every run that is active in the store, and return them.

    Each head gets a new token, so that whoever carried the run out before, if it still lives,
    cannot write any more.
    """
    with store.read() as reader:
        runs = reader.active_runs()
    for run in runs:
        store.write(partial(_renew_head, run)).result()
    return runs


def _renew_head(run: Run, writer: Writer) -> None:
    head = writer.head(run.network_uid)
    writer.append(Addition(head, head.renewed()))
