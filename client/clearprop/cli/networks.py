"""Commands about networks as a whole: create, fork, state, delete, delete-updates."""

from typing import Annotated

import typer
from rich.markup import escape

from clearprop import Client, Network, NetworkInfo, NetworkOptions, State
from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.number_format import counted, listed, number
from clearprop.cli.options import (
    Activations,
    Bias,
    CostName,
    Deviation,
    High,
    InitializerName,
    Json,
    Layers,
    Low,
    NetworkId,
    Seed,
    UpdateNumber,
    Yes,
    given,
)
from clearprop.cli.output import say_json, show_layer
from clearprop.cli.parsers import activation_words, layer_sizes, whole_number
from clearprop.cli.server_options import Server
from clearprop.cli.table_descriptions import show_preparation

_MOST_ACTIVATIONS = 16

LabelList = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", help="A label of the network. Can be repeated."),
]

Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="LABEL=VALUE",
        help="The networks with this label. Can be repeated.",
    ),
]


def create(  # noqa: PLR0913 - an argument for each option of the command
    network: Annotated[
        str,
        typer.Argument(
            metavar="NETWORK", help="The id of the network.", show_default="chosen by the server"
        ),
    ] = "",
    *,
    layers: Layers,
    activations: Activations = "",
    cost: CostName = None,
    bias: Bias = False,
    initializer: InitializerName = None,
    low: Low = None,
    high: High = None,
    deviation: Deviation = None,
    seed: Seed = None,
    label: LabelList = None,
    as_json: Json = False,
    server: Server,
) -> None:
    """Create a network."""
    options: NetworkOptions = given(
        {
            "activations": activation_words(activations),
            "cost_function": cost,
            "bias": bias,
            "initializer": initializer,
            "low": low,
            "high": high,
            "deviation": deviation,
            "seed": seed,
            "labels": labels_of_options(label),
        }
    )
    with connected(server) as client:
        made = client.create_network(network, layer_sizes=layer_sizes(layers), **options)
    if as_json:
        say_json(made.message)
    else:
        say(created(made))


def fork(
    network: NetworkId,
    new: Annotated[
        str,
        typer.Argument(
            metavar="NEW", help="The id of the fork.", show_default="chosen by the server"
        ),
    ] = "",
    *,
    update: Annotated[
        int | None,
        typer.Option(
            "--update",
            metavar="N",
            parser=whole_number(),
            help="The update to fork from.",
            show_default="the latest",
        ),
    ] = None,
    label: LabelList = None,
    as_json: Json = False,
    server: Server,
) -> None:
    """Create a network from any update of another network."""
    with connected(server) as client:
        made = client.network(network).fork(new, update=update, labels=labels_of_options(label))
    if as_json:
        say_json(made.message)
    else:
        say(described(made) + _origin(made))


def state(
    network: NetworkId,
    *,
    update: UpdateNumber = None,
    full: Annotated[
        bool, typer.Option("--full", help="Also show the gradients and activations of the update.")
    ] = False,
    as_json: Json = False,
    server: Server,
) -> None:
    """Show a network's parameters at any update."""
    with connected(server) as client:
        found = client.network(network)
        read = found.state(update, full=full)
    if as_json:
        say_json(read.message)
        return
    say(described(found) + _origin(found) + kept(found))
    line = f"Update {read.number:,}, {read.kind}"
    if read.run is not None:
        line += f": run {read.run}, epoch {read.epoch:,}, cost {number(read.cost)}"
    say(line)
    if found.preparation is not None:
        show_preparation(found.preparation)
    layers = zip(read.weights, read.biases, found.activations, strict=True)
    for index, (weights, biases, activation) in enumerate(layers, start=1):
        shape = f"{len(weights)} × {len(weights[0])}" + (", biases" if len(biases) else "")
        say(f"\n[bold]Layer {index}[/] [dim]({shape}, {activation})[/]")
        show_layer(weights, biases)
    if full:
        _show_what_made(read)


def _show_what_made(read: State) -> None:
    """Print the mean gradient of an update, and the activations of its last example."""
    if not read.gradients:
        say("\nThis update has no batch, so there are no gradients and activations.")
        return
    for layer, (weights, biases) in enumerate(
        zip(read.gradients, read.bias_gradients, strict=True), start=1
    ):
        say(f"\n[bold]Gradient of layer {layer}[/] [dim](mean of the batch, before the update)[/]")
        show_layer(weights, biases)
    say("\n[bold]Activations[/] [dim](of the last example of the batch, before the update)[/]")
    for layer, values in enumerate(read.activations, start=1):
        more = f"  … {len(values):,} in total" if len(values) > _MOST_ACTIVATIONS else ""
        say(f"layer {layer}  {listed(values[:_MOST_ACTIVATIONS])}{more}")


def delete(
    network: Annotated[
        str, typer.Argument(metavar="[NETWORK]", help="The id of the network.", show_default=False)
    ] = "",
    *,
    where: Where = None,
    yes: Yes = False,
    server: Server,
) -> None:
    """Delete a network and its history, or all networks with a label."""
    if bool(network) is bool(where):
        raise typer.BadParameter(
            "Name a network, or choose networks with --where LABEL=VALUE.", param_hint="'NETWORK'"
        )
    labels = labels_of_options(where, "--where")
    with connected(server) as client:
        found = [client.network(network)] if network else matching(client, labels)
        if not found:
            say(f"There are no networks with {escape(', '.join(where or ()))}.")
            return
        if not yes:
            updates = sum(each.latest_update + 1 for each in found)
            what = f"{network} and its" if network else f"{counted(len(found), 'network')} with"
            question = f"Delete {what} {updates:,} updates permanently?"
            typer.confirm(question, abort=True, err=True)
        for each in found:
            each.delete()
    if network:
        say(f"Network [cyan]{escape(network)}[/] is deleted.")
    else:
        say(f"Deleted {counted(len(found), 'network')}.")


def matching(client: Client, labels: dict[str, str]) -> list[Network]:
    """Return the networks with these labels."""
    return [network for network in client.networks() if labels.items() <= network.labels.items()]


def delete_updates(
    network: NetworkId,
    *,
    before: Annotated[
        int,
        typer.Option(
            "--before", metavar="N", parser=whole_number(), help="The first update to keep."
        ),
    ],
    yes: Yes = False,
    as_json: Json = False,
    server: Server,
) -> None:
    """Delete a network's oldest updates.

    Frees space in the database. Later updates are kept. This cannot be undone.
    """
    with connected(server) as client:
        found = client.network(network)
        if not yes and found.earliest_update < before <= found.latest_update:
            typer.confirm(
                f"Delete updates {found.earliest_update:,} to {before - 1:,} of {network} with"
                " their parameters and costs? This cannot be undone.",
                abort=True,
                err=True,
            )
        left = found.delete_updates(before)
    if as_json:
        say_json(left.message)
    else:
        say(
            f"The history of [cyan]{escape(network)}[/] starts at update"
            f" {left.earliest_update:,} and ends at {left.latest_update:,}."
        )


def described(network: NetworkInfo) -> str:
    """Return the description of a network as markup."""
    sizes = "-".join(map(str, network.layer_sizes))
    bias = ", with biases" if network.has_biases else ""
    return (
        f"Network [cyan]{escape(network.id)}[/] ({sizes}, {activations_of(network)},"
        f" {network.cost_function}, {network.parameter_count:,} parameters{bias})"
    )


def created(network: NetworkInfo) -> str:
    """Return the description of a new network, with its initializer, as markup."""
    seed = "" if network.seed is None else f" with seed {network.seed}"
    return f"{described(network)}, created {network.initializer}{seed}"


def _origin(network: NetworkInfo) -> str:
    """Return which update of which network a fork began with; empty for one that is no fork."""
    origin = network.forked_from
    if origin is None:
        return ""
    return f", forked from [cyan]{escape(origin.network)}[/] at update {origin.update:,}"


def kept(network: NetworkInfo) -> str:
    """Return where the history begins, in brackets; empty where all of it is kept."""
    earliest = network.earliest_update
    return f" (kept from {earliest:,})" if earliest else ""


def activations_of(network: NetworkInfo) -> str:
    """Return the activations in short: one word where all layers have the same."""
    words = network.activations
    return words[0] if len(set(words)) == 1 else ",".join(words)


def labels_of_options(texts: list[str] | None, option: str = "--label") -> dict[str, str]:
    """Parse labels such as key=value, which were given with an option."""
    return dict(_key_and_value(text, option) for text in texts or ())


def _key_and_value(text: str, option: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(
            f"{text!r} is not a label. Write it as key=value.", param_hint=f"'{option}'"
        )
    return key, value
