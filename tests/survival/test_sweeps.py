"""A sweep whose client and server are killed in the middle trains no network twice."""

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import clearprop
from patience import PATIENCE
from promises import Promise, rounds
from servers import ServerProcess, new_server

#: The trials of the sweep, and how many updates each of them has.
TRIALS = 100
UPDATES = 12

VARY = {"learning_rate": [0.5 + 0.1 * number for number in range(TRIALS // 4)]}
ARGUMENTS: dict[str, Any] = {
    "vary": VARY,
    "folds": 4,
    "batch_size": 1,
    "epochs": UPDATES // 6,
    "hidden_layers": 2,
    "at_once": 8,
}

#: The same sweep as a program that can be killed.
PROGRAM = """
import sys, clearprop
with clearprop.connect(sys.argv[1]) as client:
    client.sweep("many", "small", **eval(sys.argv[2]))
"""


def trained(client: clearprop.Client) -> int:
    """Return how many networks have been created."""
    return sum(1 for _ in client.networks())


def killed_in_the_middle(server: ServerProcess, client: clearprop.Client, least: int) -> None:
    """Begin the sweep in a process, and kill it when so many networks have been created."""
    program = [sys.executable, "-c", PROGRAM, server.target, repr(ARGUMENTS)]
    with subprocess.Popen(program) as process:
        while trained(client) < least:
            assert process.poll() is None
            time.sleep(0.03)
        process.kill()


def test_a_sweep_resumes_after_its_client_and_the_server_were_killed(
    tmp_path: Path, promise: Promise
) -> None:
    with new_server(tmp_path) as server, clearprop.connect(server.target) as client:
        inputs = [[float(number), float(number % 3)] for number in range(8)]
        client.create_training_set("small", inputs, [[float(number % 2)] for number in range(8)])
        kills = rounds(1, 10)
        for kill in range(kills):
            killed_in_the_middle(server, client, 30 + 2 * kill)
        reached = threading.Event()

        def kill_the_server() -> None:
            reached.wait(PATIENCE)
            server.kill()
            server.start()

        killer = threading.Thread(target=kill_the_server)
        killer.start()
        result = client.sweep(
            "many",
            "small",
            report=lambda _, done, __: reached.set() if done == 60 else None,
            **ARGUMENTS,
        )
        killer.join()
        networks = list(client.networks())
        runs = [run for network in networks for run in network.runs()]
        again = client.sweep("many", "small", **ARGUMENTS)
    assert len(result.trials) == len(networks) == len(runs) == TRIALS
    assert {run.state for run in runs} == {"SUCCEEDED"}
    assert {run.updates_done for run in runs} == {UPDATES}
    assert {network.latest_update for network in networks} == {UPDATES}
    assert 0 < result.trained_count < TRIALS
    assert again.trained_count == 0
    assert [row.cost for row in again] == [row.cost for row in result]
    promise(
        "A sweep that is killed and resumed trains no network twice",
        networks=len(networks),
        runs=len(runs),
        updates=sum(run.updates_done for run in runs),
        kills=kills + 1,
    )
