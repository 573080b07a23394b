"""Clients whose connections are cut, and whose server is killed, repeat their calls until they are
answered; each acknowledged call has happened exactly once, and no other.
"""

import random
from collections import Counter
from pathlib import Path

from call_recording import EXAMPLES
from call_rounds import OneServer, Round
from cutting_proxy import Fate
from made_up_sets import create_made_up_set
from promises import Promise, rounds
from servers import new_server

#: How often the server is killed while they call, round after round.
KILLS = [0, 3, 1]


def test_each_acknowledged_call_happens_once_whoever_else_calls_and_whatever_is_cut(
    tmp_path: Path, promise: Promise
) -> None:
    choices = random.Random(6)
    counts: Counter[str] = Counter()
    for number in range(rounds(1, 60)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with new_server(folder) as server:
            with server.stub() as stub:
                create_made_up_set(stub, "slow", EXAMPLES)
            a_round = Round(OneServer(server, folder), choices)
            a_round.call(KILLS[number % len(KILLS)])
            a_round.compare()
        counts += a_round.counts
    assert all(counts[fate] for fate in Fate)
    promise("each acknowledged call happens once, whatever is cut", **counts)
