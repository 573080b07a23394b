"""The command line: `clearprop serve`, and a command for everything that a client can do."""

from service.cli.commands import main

__all__ = ["main"]
