"""The executor that suits a store."""

from service.execution.claiming_executor import ClaimingExecutor
from service.execution.thread_executor import ThreadExecutor
from service.reading.readers import Readers
from training.ports import Clock, Store


def new_executor(
    store: Store, readers: Readers, clock: Clock, threads: int | None, threads_per_run: int
) -> ThreadExecutor:
    """Return the executor of a process with so many threads; None means one for each processor.

    At most `threads_per_run` of them compute the updates of one run together; 0 means any number.

    Raises ValueError without threads if no other process can execute the runs.
    """
    if store.is_shared:
        return ClaimingExecutor(store, readers, clock, threads, threads_per_run)
    if threads == 0:
        raise ValueError(
            "--workers 0 and --workers ray leave the runs to other processes, which need a database"
            " that several processes can share: use --database postgresql://USER@HOST/DATABASE"
        )
    return ThreadExecutor(store, readers, clock, threads, threads_per_run)
