"""Adoption of runs that were active when a server stopped, by the next server."""

from functools import partial

from training.ports import Store, Writer
from training.run import Run
from training.update import Addition


def adopt_runs(store: Store) -> list[Run]:
    """Adopt every run that is active in the store, and return them.

    Each head gets a new token, so that the earlier executor of the run cannot write any more, if it
    is still alive.
    """
    with store.read() as reader:
        runs = reader.active_runs()
    for run in runs:
        store.commit(partial(_renew_head, run))
    return runs


def _renew_head(run: Run, writer: Writer) -> None:
    head = writer.head(run.network_uid)
    writer.append(Addition(head, head.renewed()))
