"""A server that is killed at any moment has lost nothing that it showed, and makes no other bit."""

import random
import time
from collections import Counter
from pathlib import Path

from call_rounds import OneServer
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import update_pb2
from made_up_sets import create_made_up_set
from promises import Promise, rounds
from servers import ServerProcess, new_server
from steppers import ALL_EXAMPLES
from stored import kill_and_note
from watched_runs import WatchedRun

#: No run lives longer: all of it is made again at the end.
KILLS_OF_A_RUN = rounds(8, 50)


class Killing(WatchedRun):
    """One run, its watchers and a stepper beside it, on a server that is killed again and again."""

    def __init__(self, server: ServerProcess, folder: Path, moments: random.Random) -> None:
        super().__init__(OneServer(server, folder), server.target, [server.target] * 2, moments)
        self.server = server
        self.folder = folder

    def kill(self) -> None:
        """Kill the server at some moment, and require that what was shown till then is stored."""
        moment = self.moments.choice([self.wait_for_updates, self.wait_a_moment, self.start_again])
        moment()
        kill_and_note(self.server, self.watchers, self.folder, self.network.uid)
        self.server.launch()
        self.counts["kills"] += 1

    def wait_a_moment(self) -> None:
        self.server.wait_until_serving()
        time.sleep(self.moments.uniform(0.0, 0.3))

    def start_again(self) -> None:
        """It has just been started: somewhere in its recovery."""
        self.counts["kills_while_starting"] += 1
        time.sleep(self.moments.uniform(0.0, 0.3))

    def finish(self, *more_reasons: str) -> None:
        """Compare all of it, and require the validations, too."""
        super().finish(*more_reasons)
        with self.server.stub() as stub:
            (page,) = stub.ListUpdates(
                pb.ListUpdatesRequest(
                    network=self.network.network,
                    validated=True,
                    detail=update_pb2.DETAIL_COST,
                    page_size=1_000,
                )
            ).updates[:1]
            assert page.update == 20


def test_a_kill_at_any_moment_loses_nothing_that_was_seen_and_changes_no_bit(
    tmp_path: Path, promise: Promise
) -> None:
    moments = random.Random(3)
    counts: Counter[str] = Counter()
    with new_server(tmp_path) as server:
        with server.stub() as stub:
            create_made_up_set(stub, "slow", ALL_EXAMPLES)
        for _ in range(rounds(1, 20)):
            killing = Killing(server, tmp_path, moments)
            for _ in range(KILLS_OF_A_RUN):
                killing.kill()
            killing.finish()
            counts += killing.counts
    promise("a kill loses nothing that was seen, and changes no bit", **counts)
