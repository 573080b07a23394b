"""`clearprop info`: what the server is."""

from service.cli.connecting import connected
from service.cli.options import Json, Server
from service.cli.printing import say, say_json


def info(*, as_json: Json = False, server: Server) -> None:
    """Show the server's version, its store and its limits."""
    with connected(server) as client:
        answer = client.server_info()
    if as_json:
        say_json(answer)
        return
    say(f"Clearprop [bold]{answer.version}[/] on {server}, store: {answer.store}")
    say("[dim]limits[/]")
    for field, value in answer.limits.ListFields():
        say(f"  {field.name.replace('_', ' '):<20}{value:>14,}")
