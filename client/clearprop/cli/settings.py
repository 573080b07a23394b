"""The settings of the commands, and the only reader of the environment in this distribution."""

import os
from collections.abc import Mapping

from clearprop.addresses import DEFAULT_SERVER


def server_address(environment: Mapping[str, str] = os.environ) -> str:
    """Return the HOST:PORT that commands connect to: CLEARPROP_SERVER, or the default."""
    return environment.get("CLEARPROP_SERVER", DEFAULT_SERVER)
