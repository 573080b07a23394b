"""The command line: a command for each call of the client, in the extra `clearprop[cli]`."""

import sys
from importlib.util import find_spec

from clearprop.cli.collection import paused

#: What the extra installs.
_PACKAGES = ("rich", "typer")


def main() -> None:
    """Run the command that the arguments name and exit: 0 done, 1 failed, 2 wrong usage."""
    if not all(map(find_spec, _PACKAGES)):
        sys.stderr.write(
            "Error: The command line is not installed. Run: pip install 'clearprop[cli]'\n"
        )
        sys.exit(2)
    with paused():
        from clearprop.cli.program import run  # noqa: PLC0415 - needs the extra's packages

    run()
