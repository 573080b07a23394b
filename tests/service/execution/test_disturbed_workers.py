"""Whatever happens to workers and their runs, a run has the bits of one that nothing disturbed."""

from dataclasses import dataclass, replace
from random import Random

import pytest
from execution_bench import uninterrupted
from promises import Promise, rounds
from shared_service import LONG, Replica, Workers

from training.error_kinds import WrongStateError
from training.run import RunState

#: The updates of a run.
UPDATES = 3 * LONG.epochs

#: What happens to it.
ACTIONS = ("restart", "pause", "step", "remove", "compact", "freeze")


@dataclass
class Disturbance:
    """What can happen to the workers and the run of the network `net`."""

    random: Random
    replica: Replica
    workers: Workers

    def restart(self) -> None:
        self.random.choice(self.workers.executors).stop()
        self.workers.start()

    def pause(self) -> None:
        self.replica.outcome(self.replica.runs.begin_pause("net", 1))
        self.replica.runs.resume("net", 1)

    def step(self) -> None:
        self.replica.outcome(self.replica.runs.begin_pause("net", 1))
        self.replica.step(self.random.randrange(1, 30_000))
        self.replica.runs.resume("net", 1)

    def remove(self) -> None:
        """End the leases of all workers, as if they had expired."""
        for lease in self.replica.workers():
            self.replica.store.commit(
                lambda writer, worker=lease.worker: writer.remove_worker(worker)
            )

    def compact(self) -> None:
        self.replica.retention.delete_updates("net", max(1, self.replica.run().updates_done))

    def freeze(self) -> None:
        """Stop a worker until the run has been continued by another one, if it was its."""
        frozen = self.random.choice(self.workers.stores)
        frozen.freeze()
        self.replica.progresses(100_000)
        frozen.thaw()


@pytest.mark.parametrize("seed", range(rounds(1, 100)))
def test_a_disturbed_run_has_the_bits_of_an_undisturbed_one(
    replica: Replica, workers: Workers, seed: int, promise: Promise
) -> None:
    disturbance = Disturbance(Random(seed), replica, workers)
    replica.runs.train("net", replace(LONG, epochs=UPDATES))
    for _ in range(2):
        workers.start()
    actions = [*ACTIONS, *disturbance.random.choices(ACTIONS, k=4)]
    disturbance.random.shuffle(actions)
    done = 0
    for action in actions:
        if not replica.progresses():
            break
        try:
            getattr(disturbance, action)()
        except WrongStateError:  # it has ended meanwhile
            assert replica.run().is_over
            break
        done += 1
    replica.wait_until(lambda: replica.run().is_over)
    assert replica.run().state is RunState.SUCCEEDED
    assert replica.state().parameters.tobytes() == uninterrupted(UPDATES)
    assert list(replica.verification.verify("net"))[-1].difference is None
    promise("disturbed workers compute the same bits", disturbances=done)
