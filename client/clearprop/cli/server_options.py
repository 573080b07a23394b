"""The options of a command that connects to a server: its address, and how to do it securely."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any

import typer

from clearprop.addresses import DEFAULT_SERVER


@dataclass(frozen=True, slots=True)
class Server:
    """The server that a command connects to: a target, and the options of `clearprop.connect`."""

    target: str
    options: dict[str, Any] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return self.target


_OPTIONS: dict[str, Any] = {
    "server": Annotated[
        str | None,
        typer.Option(
            "--server",
            metavar="HOST:PORT",
            show_default=f"CLEARPROP_SERVER, or {DEFAULT_SERVER}",
            help="The address of the server; grpcs://HOST:PORT for TLS.",
        ),
    ],
    "profile": Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            show_default="CLEARPROP_PROFILE, or none",
            help="Use the server, token and files of a profile.",
        ),
    ],
    "token": Annotated[
        str | None,
        typer.Option(
            "--token",
            metavar="TOKEN",
            show_default="CLEARPROP_TOKEN, or none",
            help="The token to send. Others on this machine can see options: prefer the variable.",
        ),
    ],
    "ca": Annotated[
        str | None,
        typer.Option(
            "--ca",
            metavar="FILE",
            show_default="CLEARPROP_CA, or public authorities",
            help="A PEM file with the authority of the server's certificate.",
        ),
    ],
    "cert": Annotated[
        str | None,
        typer.Option(
            "--cert",
            metavar="FILE",
            show_default="CLEARPROP_CERT, or none",
            help="A PEM file with a certificate for the client.",
        ),
    ],
    "key": Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="FILE",
            show_default="CLEARPROP_KEY",
            help="A PEM file with the private key of --cert.",
        ),
    ],
    "insecure": Annotated[
        bool | None,
        typer.Option("--insecure", help="Send a token to another machine without TLS."),
    ],
}

#: The names of the parameters that the options give to a command.
NAMES = frozenset(_OPTIONS)


def with_server_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that has the parameter `server: Server` the options for it.

    The command ends with exit code 1 if they cannot be used.
    """
    found = signature(command)
    if "server" not in found.parameters:
        return command

    has_context = "context" in found.parameters

    @wraps(command)
    def run(*args: Any, **named: Any) -> None:  # noqa: ANN401 (those of any command)
        context: typer.Context = named["context"] if has_context else named.pop("context")
        # Options between the name of a group and that of its command count for the command too.
        of_group = context.parent.params if context.parent else {}
        given = {name: named.pop(name) or of_group.get(name) for name in NAMES}
        command(*args, server=_server(given), **named)

    own = [each for each in found.parameters.values() if each.name != "server"]
    if not has_context:
        own.append(Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context))
    more = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in _OPTIONS.items()
    ]
    # Typer reads both.
    run.__signature__ = found.replace(parameters=[*own, *more])  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in (*own, *more)}
    return run


def _server(given: dict[str, Any]) -> Server:
    # Here, not above: the list of commands needs neither.
    from clearprop.cli.console import sentence, show_failure  # noqa: PLC0415
    from clearprop.cli.settings import server_settings  # noqa: PLC0415

    try:
        target, options = server_settings(given)
    except ValueError as error:
        show_failure(sentence(str(error)))
        raise typer.Exit(1) from None
    return Server(target, options)
