"""`clearprop tokens`: create, list and revoke tokens."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape

from clearprop.cli.command_group import PlainCommand, PlainGroup
from clearprop.cli.connection import connected
from clearprop.cli.console import err, say
from clearprop.cli.options import Json
from clearprop.cli.output import say_json, show_table
from clearprop.cli.parsers import duration, one_of
from clearprop.cli.server_options import Server, with_server_options
from clearprop.v1.access_pb2 import Scope
from clearprop.values import enum_choices

app = typer.Typer(cls=PlainGroup, add_completion=False, rich_markup_mode=None)

_SCOPES = enum_choices(Scope)


TokenName = Annotated[str, typer.Argument(metavar="NAME", help="The name of the token.")]
TokenScope = Annotated[
    str,
    typer.Option(
        "--scope",
        metavar="WORD",
        parser=one_of("scope", _SCOPES),
        help=f"What its callers are allowed to do: {', '.join(_SCOPES)}. Each includes the ones"
        " before it.",
    ),
]
Expires = Annotated[
    timedelta | None,
    typer.Option(
        "--expires",
        metavar="TIME",
        parser=duration,
        help="The time after which it expires, such as 90d, 12h, 30m or 10s.",
        show_default="never",
    ),
]


@app.callback(invoke_without_command=True)
@with_server_options
def tokens(context: typer.Context, *, as_json: Json = False, server: Server) -> None:
    """Create, list and revoke tokens.

    Without a command, lists the tokens.
    """
    if context.invoked_subcommand is None:
        _show(server, as_json=as_json)


@app.command("list", cls=PlainCommand)
@with_server_options
def list_tokens(*, as_json: Json = False, server: Server) -> None:
    """List the tokens, without their secrets."""
    _show(server, as_json=as_json)


@app.command(cls=PlainCommand)
@with_server_options
def create(
    name: TokenName,
    *,
    scope: TokenScope,
    expires: Expires = None,
    as_json: Json = False,
    server: Server,
) -> None:
    """Create a token and print its secret, which is never shown again."""
    with connected(server) as client:
        created = client.create_token(name, scope=scope, lifetime=expires)
    if as_json:
        say_json(created.response)
        return
    err.print(
        f"Token [cyan]{escape(name)}[/] has the scope {scope}. Its secret is not shown again:",
        soft_wrap=True,
    )
    say(created.secret)


@app.command(cls=PlainCommand)
@with_server_options
def revoke(name: TokenName, *, server: Server) -> None:
    """Revoke a token permanently.

    Calls with it fail from now on, and its streams end.
    """
    with connected(server) as client:
        client.revoke_token(name)
    say(f"Token [cyan]{escape(name)}[/] is revoked.")


def _end(time: datetime | None, now: datetime) -> str:
    if time is None:
        return "never"
    return f"{time:%Y-%m-%d %H:%M} UTC" if time > now else "expired"


def _show(server: Server, *, as_json: bool) -> None:
    with connected(server) as client:
        found = list(client.tokens())
    if as_json:
        for each in found:
            say_json(each.message)
        return
    now = datetime.now(UTC)
    show_table(
        ["token", "scope", "created", "expires"],
        (
            [each.name, each.scope, f"{each.create_time:%Y-%m-%d}", _end(each.expire_time, now)]
            for each in found
        ),
    )
