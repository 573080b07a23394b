"""Commands about networks as a whole: create, networks, state, delete."""

from typing import Annotated

import typer
from clearprop import NetworkInfo
from clearprop.calls import NetworkOptions
from rich.markup import escape

from service.cli.connecting import connected
from service.cli.options import Json, Layers, NetworkId, Seed, Server, UpdateNumber, layer_sizes
from service.cli.printing import number, say, say_json, show_matrix, show_table


def create(
    network: Annotated[
        str, typer.Argument(metavar="NETWORK", help="Its id. The server makes one if absent.")
    ] = "",
    *,
    layers: Layers,
    seed: Seed = None,
    label: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="A note to keep with it.")
    ] = None,
    as_json: Json = False,
    server: Server,
) -> None:
    """Make a network with random weights."""
    options = NetworkOptions(labels=dict(_key_and_value(each) for each in label or ()))
    if seed is not None:
        options["seed"] = seed
    with connected(server) as client:
        made = client.create_network(network, layer_sizes=layer_sizes(layers), **options)
    if as_json:
        say_json(made.message)
    else:
        say(f"{described(made)}, created with seed {made.seed}")


def networks(*, as_json: Json = False, server: Server) -> None:
    """List the networks."""
    with connected(server) as client:
        found = list(client.networks())
    if as_json:
        for network in found:
            say_json(network.message)
    elif found:
        show_table(
            ["network", "layers", "weights", "latest update", "run", "created"],
            (
                [
                    network.id,
                    "-".join(map(str, network.layer_sizes)),
                    f"{network.parameter_count:,}",
                    f"{network.latest_update:,}",
                    str(network.active_run or ""),
                    f"{network.create_time:%Y-%m-%d %H:%M}",
                ]
                for network in found
            ),
        )
    else:
        say("there are none yet: [bold]clearprop create first --layers 2-5-1[/] makes one")


def state(
    network: NetworkId, *, update: UpdateNumber = None, as_json: Json = False, server: Server
) -> None:
    """Show a network's weights at any update."""
    with connected(server) as client:
        found = client.network(network)
        read = found.state(update)
    if as_json:
        say_json(read.message)
        return
    say(described(found))
    line = f"update {read.number:,}, {read.kind}"
    if read.run is not None:
        line += f": run {read.run}, epoch {read.epoch}, cost {number(read.cost)}"
    say(line)
    for index, matrix in enumerate(read.parameters, start=1):
        say(f"\n[bold]layer {index}[/] [dim]({len(matrix)} × {len(matrix[0])})[/]")
        show_matrix(matrix)


def delete(
    network: NetworkId,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    server: Server,
) -> None:
    """Delete a network with its whole history."""
    with connected(server) as client:
        found = client.network(network)
        if not yes:
            typer.confirm(
                f"Delete {network} and its {found.latest_update + 1:,} updates for good?",
                abort=True,
                err=True,
            )
        found.delete()
    say(f"[cyan]{escape(network)}[/] is deleted")


def described(network: NetworkInfo) -> str:
    """Return what a network is in a line of markup."""
    sizes = "-".join(map(str, network.layer_sizes))
    count = network.parameter_count
    return f"network [cyan]{escape(network.id)}[/] ({sizes}, {count:,} weights)"


def _key_and_value(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(
            f"{text!r} is no label: give it as key=value", param_hint="--label"
        )
    return key, value
