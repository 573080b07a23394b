"""`clearprop train`: trains a network on the server and shows the progress."""

from typing import Annotated

import typer
from rich.markup import escape

import clearprop
from clearprop import NetworkOptions, TrainingOptions
from clearprop.cli.connection import connected
from clearprop.cli.console import say, sentence, show_advice, show_failure
from clearprop.cli.networks import created
from clearprop.cli.options import Json, NetworkId, Seed, TrainingSetId
from clearprop.cli.output import run_line, say_json, show_end, show_warnings
from clearprop.cli.parsers import layer_sizes
from clearprop.cli.progress import follow, show_waiting
from clearprop.cli.run_options import NEW_RUN, takes
from clearprop.cli.server_options import Server
from clearprop.cli.watches import RETRY_TIMEOUT


@takes("settings", NEW_RUN)
def train(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    on: TrainingSetId,
    settings: TrainingOptions,
    layers: Annotated[
        str,
        typer.Option(
            metavar="SIZES",
            help="Create the network with these layer sizes if it does not exist.",
        ),
    ] = "",
    seed: Seed = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Start the run and do not wait for its end.")
    ] = False,
    as_json: Json = False,
    server: Server,
) -> None:
    """Train a network.

    Press Ctrl-C to stop the progress display; training continues on the server.
    """
    with connected(server, retry_timeout=RETRY_TIMEOUT) as client:
        found = _find_or_create(client, network, layers, seed, quiet=as_json)
        run = found.train(on, **settings).refresh()
        warned = [] if run.is_over else run.warnings  # those of a quick run follow its end
        if not as_json:
            show_warnings(warned)
            show_waiting(run)
        if not detach:
            _follow(run, quiet=as_json)
            run.refresh()
    if as_json:
        say_json(run.message)
    else:
        _report(run)
        show_warnings(each for each in run.warnings if each not in warned)
    if run.state == "FAILED":
        raise typer.Exit(1)


def _find_or_create(
    client: clearprop.Client, network: str, layers: str, seed: int | None, *, quiet: bool
) -> clearprop.Network:
    sizes = layer_sizes(layers) if layers else []
    try:
        found = client.network(network)
    except clearprop.ClearpropError as error:
        if error.reason != "NETWORK_NOT_FOUND" or not sizes:
            raise
        options = NetworkOptions() if seed is None else NetworkOptions(seed=seed)
        found = client.create_network(network, layer_sizes=sizes, **options)
        if not quiet:
            say(created(found))
        return found
    if sizes and sizes != found.layer_sizes:
        have = "-".join(map(str, found.layer_sizes))
        raise ValueError(
            f"network {network} already exists with the layers {have}, not {layers}: use another id"
        )
    return found


def _follow(run: clearprop.Run, *, quiet: bool) -> None:
    try:
        if quiet:
            run.wait()
        else:
            follow(run)
    except KeyboardInterrupt:
        show_failure(f"Interrupted. Run {run.number} of {run.network} continues on the server.")
        show_advice(f"watch {run.network} --run {run.number} --stride 1000", "shows it again")
        show_advice(f"pause {run.network}", "pauses it")
        raise typer.Exit(1) from None


def _report(run: clearprop.Run) -> None:
    say(run_line(run) + _duration(run))
    if run.failure is not None:
        show_failure(sentence(run.failure.message))
    elif run.state == "SUCCEEDED":
        show_end(run)
        advice = f"clearprop predict {run.network} --on {run.settings.training_set}"
        say(f"[dim]Try:[/] {escape(advice)}")


def _duration(run: clearprop.Run) -> str:
    """Return how long a run took, and its updates per second; empty before its end."""
    if run.start_time is None or run.end_time is None:
        return ""
    seconds = (run.end_time - run.start_time).total_seconds()
    rate = f" ({run.updates_done / seconds:,.0f} updates/s)" if seconds else ""
    return f", {seconds:.3g} s{rate}"
