"""`clearprop info`: the server's version, limits and functions."""

from collections.abc import Iterable, Iterator

from rich.markup import escape

from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.options import Json
from clearprop.cli.output import say_json
from clearprop.cli.server_options import Server
from clearprop.v1.network_pb2 import Initializer
from clearprop.v1.run_pb2 import Optimizer
from clearprop.v1.training_service_pb2 import GetServerInfoResponse


def info(*, as_json: Json = False, server: Server) -> None:
    """Show the server's version, limits and functions."""
    with connected(server) as client:
        answer = client.server_info()
    if as_json:
        say_json(answer)
        return
    say(f"Clearprop [bold]{answer.version}[/] on {server}, store: {answer.store}")
    if answer.HasField("workers"):
        say(f"Workers: {answer.workers.count}, runs that wait for one: {_waiting(answer)}")
    say("[dim]Limits[/]")
    for limit in answer.limit_descriptions:
        value = getattr(answer.limits, limit.name)
        used = f" ({answer.used[limit.name]:,} used)" if limit.name in answer.used else ""
        say(f"  {limit.name:<27}{value:>16,}  {escape(limit.description)}{used}")
    for title, lines in _functions(answer):
        say(f"[dim]{title}[/]")
        for name, formula in lines:
            say(f"  {name:<28}{escape(formula)}")


def _waiting(answer: GetServerInfoResponse) -> str:
    waiting = answer.workers.waiting_runs
    advice = ": start clearprop work" if waiting and not answer.workers.count else ""
    return f"{waiting}{advice}"


def _functions(answer: GetServerInfoResponse) -> Iterator[tuple[str, Iterable[tuple[str, str]]]]:
    """Yield the functions of the server: a title, and each name with its formula."""
    yield "Activations", ((each.name, each.formula) for each in answer.activations)
    yield "Cost functions", ((each.name, each.formula) for each in answer.cost_functions)
    yield (
        "Optimizers",
        ((each.name, each.formula + _defaults(each.defaults)) for each in answer.optimizers),
    )
    yield (
        "Initializers",
        ((each.name, each.formula + _defaults(each.defaults)) for each in answer.initializers),
    )


def _defaults(message: Optimizer | Initializer) -> str:
    """Return the default values of a function."""
    numbers = [
        f"{field.name} {value:g}" for field, value in message.ListFields() if field.name != "kind"
    ]
    return f"  (default: {', '.join(numbers)})" if numbers else ""
