"""Two servers and two workers on one PostgreSQL: one of each is killed, and nothing is lost.

`make demo-cluster` runs it from a clone. PostgreSQL and Ray, which starts the workers, come from
Python packages; all processes listen on loopback, and all data is in temporary folders.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import clearprop
from clearprop.cli.console import say
from postgres_server import PostgresServer, postgres_server
from ray_head import RayHead

from service.cli.demo.checks import check_complete, check_learnt, check_same
from service.cli.demo.process import DemoProcess, ServerProcess, interruptible
from service.cli.demo.promises import PromiseBroken, require
from service.cli.demo.witness import Witness

NETWORK = "xor-cluster"
#: Large enough that the run takes some seconds, so that there is time to kill processes.
LAYERS = (2, 300, 300, 1)
UPDATES = 8_000

#: At these parts of the run, the worker and the server are killed.
_WORKER_KILLED, _SERVER_KILLED = 0.25, 0.6

#: After this time, the watch has received what a killed worker had committed.
_IN_TRANSIT_SECONDS = 1.0

_PATIENCE_SECONDS = 120.0
_POLL_SECONDS = 0.01


def main() -> int:
    """Run the demo; return its exit code."""
    try:
        with (
            interruptible(),
            postgres_server(fsync="on", full_page_writes="on") as postgres,
            ExitStack() as stack,
        ):
            _run(postgres, stack)
    except KeyboardInterrupt:
        print("The demo was interrupted. Its processes have been stopped.", file=sys.stderr)
        return 1
    except (PromiseBroken, clearprop.ClearpropError, OSError) as error:
        print(f"The demo failed: {error}", file=sys.stderr)
        return 1
    return 0


def _run(postgres: PostgresServer, stack: ExitStack) -> None:
    servers = _start(postgres, stack)
    asked, other = (stack.enter_context(clearprop.connect(each.target)) for each in servers)
    number = _train(asked)
    with Witness(servers[1].target, NETWORK, detail="cost") as witness:
        _section("Killing the worker that trains")
        _await(lambda: witness.count > _WORKER_KILLED * UPDATES, "updates")
        _kill_owner(postgres, witness)
        _section("Killing the server that was asked to train")
        _await(lambda: witness.count > _SERVER_KILLED * UPDATES, "updates")
        servers[0].kill()
        say(f"Killed process {servers[0].pid} at update {witness.count:,}.")
        seen = witness.updates()
    network = other.network(NETWORK)
    run = network.run(number)
    require(run.state == "SUCCEEDED", f"the run ended as {run.state}")
    check_complete(seen, run.latest_update)
    _kept(f"The watch at the other server has all {len(seen):,} updates, each once and in order.")
    _verify(network, seen)
    _show_learnt(other, network)


def _start(postgres: PostgresServer, stack: ExitStack) -> list[ServerProcess]:
    _section("Starting two servers, and two workers in Ray")
    database, folder = postgres.url(), Path(stack.enter_context(TemporaryDirectory()))
    ray = RayHead()
    stack.callback(ray.close)
    ray.start()
    os.environ.update(ray.environment)  # noqa: TID251 (variables of Ray)
    workers = ("--workers", "ray", "--ray-address", ray.address, "--ray-min-workers", "2")
    servers = [ServerProcess(database, folder / f"server-{n}.log", *workers) for n in (1, 2)]
    processes = [stack.enter_context(each) for each in servers]
    with ThreadPoolExecutor() as pool:
        list(pool.map(DemoProcess.start, processes))
    say(f"PostgreSQL at {database}, Ray at {ray.address}")
    for server in servers:
        say(f"Server, process {server.pid}: {server.target}")
    _await(lambda: len(_names(postgres)) == 2, "workers")
    for name in _names(postgres):
        say(f"Worker, process {_process(name)}")
    return servers


def _names(postgres: PostgresServer) -> list[str]:
    """Return the names of the workers."""
    return [name for (name,) in postgres.execute("SELECT name FROM workers ORDER BY name")]


def _process(worker: str) -> int:
    """Return the process of a worker, which is part of its name: HOST-PROCESS-RANDOM."""
    return int(worker.split("-")[-2])


def _train(client: clearprop.Client) -> int:
    """Start a run at one of the servers, and return its number."""
    _section("Training through one server, and watching through the other")
    network = client.create_network(
        NETWORK,
        layer_sizes=LAYERS,
        activations=["tanh", "tanh", "sigmoid"],
        bias=True,
        initializer="glorot",
        seed=7,
    )
    run = network.train("xor", learning_rate=0.1, batch_size=4, epochs=UPDATES)
    say(
        f"{network.id} has {network.parameter_count:,} parameters; the run has {UPDATES:,} updates."
    )
    return run.number


def _kill_owner(postgres: PostgresServer, witness: Witness) -> None:
    """Kill the worker that trains, and wait until the other one continues."""
    ((owner,),) = postgres.execute("SELECT owner FROM runs WHERE owner IS NOT NULL")
    os.kill(_process(owner), signal.SIGKILL)
    begin = time.monotonic()
    time.sleep(_IN_TRANSIT_SECONDS)
    before = witness.count
    say(f"Killed process {_process(owner)} at update {before:,}. Its lease ends within 6 s:")
    _await(lambda: witness.count > before, "updates of the other worker")
    say(f"the other worker continued after {time.monotonic() - begin:.1f} s.")


def _verify(network: clearprop.Network, seen: list[clearprop.Snapshot]) -> None:
    _section("Comparing and verifying")
    check_same(seen, network.updates(detail="cost"))
    _kept("They equal the stored updates, bit for bit.")
    *_, last = network.verify()
    require(last.done, f"the history is not valid: {last.difference}")
    _kept("Recomputed from update 0, they are the same: as if one worker had made them all.")


def _show_learnt(client: clearprop.Client, network: clearprop.Network) -> None:
    examples = client.training_set("xor").examples()
    outputs = network.predict(examples.inputs).outputs
    check_learnt(list(chain(*outputs)), list(chain(*examples.targets)))
    _kept("All four predictions of XOR are correct.")


def _await(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        require(time.monotonic() < deadline, f"no {what} came for {_PATIENCE_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)


def _section(title: str) -> None:
    say(f"\n[bold]■ {title}[/]")


def _kept(promise: str) -> None:
    say(f"[green]✓[/] {promise}")


if __name__ == "__main__":
    sys.exit(main())
