"""The demo, section by section."""

import itertools
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import clearprop
import typer
from clearprop.cli.changes import show_changes
from clearprop.cli.console import say, say_plain, sentence, show_failure
from clearprop.cli.number_format import number
from clearprop.cli.output import sparkline
from clearprop.cli.predictions import show_outputs
from clearprop.cli.progress import follow
from clearprop.unit_names import UnitNames
from rich.markup import escape

from service.cli.demo.checks import (
    bits,
    check_complete,
    check_learnt,
    check_same,
    check_states,
)
from service.cli.demo.process import ServerProcess, interruptible
from service.cli.demo.promises import PromiseBroken
from service.cli.demo.witness import Witness
from service.setting_checks import DEFAULT_HTTP

NETWORK = "xor-demo"
LAYERS = (2, 5, 1)
#: With this seed the network learns XOR in few updates, on every machine.
SEED = 7
LEARNING_RATE = 5.0
BATCH_SIZE = 4
UPDATES = 10_000

_DATA = Path("data")
_CHANGES_SHOWN = 5
_LINES_SHOWN = 3
_STATES_COMPARED = 25


def demo() -> None:
    """Start a server and train a network on XOR.

    A second client watches the training. Takes a few seconds.
    """
    try:
        with interruptible():
            _run()
    except (PromiseBroken, clearprop.ClearpropError, OSError) as error:
        show_failure(sentence(f"The demo failed: {str(error) or type(error).__name__}"))
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        show_failure("The demo was interrupted. Its server has been stopped.")
        raise typer.Exit(1) from None


def _run() -> None:
    say("[bold]Clearprop[/] trains neural networks and stores every update. Here, one learns XOR:")
    say("the output is 1 if exactly one of the two inputs is 1.")
    database = _new_database()
    with ServerProcess(f"sqlite:///{database}", database.with_suffix(".log")) as server:
        _section("Starting a server")
        seconds = server.start()
        say(f"Process {server.pid} serves on {server.target} after {seconds:.1f} s")
        say(f"and stores data in [cyan]{escape(str(database))}[/].")
        with clearprop.connect(server.target) as client:
            network = _create(client)
            run = _step(network)
            _explain(network)
            seen = _train(server, network, run)
            _restart(server, network, seen)
            _show_learnt(client, network)
    _section("What to try next")
    _advise(database)


def _create(client: clearprop.Client) -> clearprop.Network:
    _section("Creating a network")
    network = client.create_network(NETWORK, layer_sizes=LAYERS, seed=SEED)
    say(f"[cyan]{NETWORK}[/] has 2 inputs, 5 hidden units and 1 output:")
    say(f"{network.parameter_count} weights, drawn at random with seed {network.seed}, which gives")
    say("the same bits on every machine.")
    return network


def _step(network: clearprop.Network) -> clearprop.Run:
    _section("One update, and what it changed")
    before = network.state()
    step = network.step("xor", learning_rate=LEARNING_RATE, batch_size=BATCH_SIZE, epochs=UPDATES)
    after = network.state()
    say(f"Update {after.number} with all 4 examples, cost {number(after.cost)}:\n")
    show_changes(before, after, UnitNames(network.message), _CHANGES_SHOWN)
    return step.run


def _explain(network: clearprop.Network) -> None:
    _section("Why did this weight change?")
    found = network.explain(2, 0, 0)  # layer 2, first unit, first input
    for text in found.sentences:
        say(escape(text))
    say(f"\nThe arithmetic has {len(found.lines)} lines, one operation each. The last ones are:")
    for line in found.lines[-_LINES_SHOWN:]:
        say_plain(f"  {line.text}")
    if found.after != network.state().weights[1][0][0]:
        raise PromiseBroken("the result of the explanation differs from the stored weight")
    _kept("The result is the stored weight, bit for bit.")


def _train(
    server: ServerProcess, network: clearprop.Network, run: clearprop.Run
) -> list[clearprop.Snapshot]:
    _section("Training while a second client watches")
    with Witness(server.target, network.id) as witness:
        follow(run.resume(), lines=4)
        seen = witness.updates()
    if run.state != "SUCCEEDED":
        raise PromiseBroken(f"run {run.number} ended as {run.state}")
    costs = [snapshot.cost for snapshot in seen if snapshot.cost is not None]
    say(f"Cost {costs[0]:.4f} [cyan]{sparkline(costs)}[/] {costs[-1]:.4f}")
    check_complete(seen, run.latest_update)
    _kept(f"The second client received all {len(seen):,} updates, each once and in order.")
    check_same(seen, network.updates())
    chosen = range(0, len(seen), len(seen) // _STATES_COMPARED)
    check_states(seen, network, chosen)
    _kept(f"They equal the stored updates and {len(chosen)} recomputed states, bit for bit.")
    return seen


def _restart(
    server: ServerProcess, network: clearprop.Network, seen: list[clearprop.Snapshot]
) -> None:
    _section("Restarting the server")
    before = bits([network.state().message])
    say(f"Stopped with SIGTERM in {server.stop():.1f} s, serving again after", end=" ")
    say(f"{server.start():.1f} s.")
    if bits([network.state().message]) != before:
        raise PromiseBroken("the state differs after the restart")
    _kept(f"The {network.parameter_count} weights are the same, bit for bit.")
    check_same(seen, network.updates())
    _kept(f"So is the history of all {len(seen):,} updates.")
    *_, last = network.verify()
    if not last.done:
        raise PromiseBroken(f"the history is not valid: {last.difference}")
    _kept(f"Recomputed from update 0, it has the same costs and {last.keyframes} keyframes.")


def _show_learnt(client: clearprop.Client, network: clearprop.Network) -> None:
    _section("What the network has learned")
    examples = client.training_set("xor").examples()
    outputs = network.predict(examples.inputs).outputs
    show_outputs(examples.inputs, examples.targets, outputs)
    check_learnt(
        list(itertools.chain(*outputs)),
        list(itertools.chain(*examples.targets)),
    )
    _kept("All four predictions are correct.")


def _advise(database: Path) -> None:
    program = _program()
    for command in (
        f"serve --database sqlite:///{database}",
        f"explain {NETWORK} 1 3 2 --update 1",
        f"history {NETWORK}",
        f"verify {NETWORK}",
        f"watch {NETWORK} --start 0 --stride 1000",
        f"predict {NETWORK} 0.5,1",
        "--help",
    ):
        say(f"{escape(program)} {escape(command)}")
    say("[dim]Run the first command to serve this history, the others in a second terminal.[/]")
    page = f"http://{DEFAULT_HTTP}/?network={NETWORK}&update=1"
    say(f"\nTo see the network, open [bold]{page}[/] in a browser.")
    say("Step through the first update line by line, click a weight to see why it changed, or move")
    say("along the cost curve through the whole run.")


def _program() -> str:
    """Return the command for this program, which may not be on the search path."""
    here = Path(sys.argv[0])
    if here.name != "clearprop":
        return "python -m clearprop.cli"
    return "clearprop" if shutil.which("clearprop") else os.path.relpath(here)


def _new_database() -> Path:
    """Return a unique file name, so that several demos can run at the same time."""
    _DATA.mkdir(exist_ok=True)
    return _DATA / f"demo-{datetime.now(UTC).astimezone():%Y%m%d-%H%M%S}-{os.getpid()}.db"


def _section(title: str) -> None:
    say(f"\n[bold]■ {title}[/]")


def _kept(promise: str) -> None:
    say(f"[green]✓[/] {promise}")
