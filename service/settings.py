"""The settings of the service: the only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from training.limits import Limits

DEFAULT_GRPC = "127.0.0.1:50051"
DEFAULT_DATABASE = "sqlite:///clearprop.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """How one server runs.

    `grpc` is HOST:PORT, port 0 for any free one; `database` a URL: `sqlite:///relative/path`,
    `sqlite:////absolute/path` or `memory:`; `threads` how many runs are computed at the same time
    (0: one for each processor).
    """

    grpc: str = DEFAULT_GRPC
    database: str = DEFAULT_DATABASE
    threads: int = 0
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read CLEARPROP_GRPC, CLEARPROP_DATABASE and CLEARPROP_THREADS, with the defaults above.

        Raises ValueError with a sentence when one cannot be used.
        """
        threads = environment.get("CLEARPROP_THREADS", "0")
        if not threads.isdecimal():
            raise ValueError(f"CLEARPROP_THREADS must be a number from 0 on, is {threads!r}")
        return cls(
            grpc=environment.get("CLEARPROP_GRPC", DEFAULT_GRPC),
            database=environment.get("CLEARPROP_DATABASE", DEFAULT_DATABASE),
            threads=int(threads),
        )


def client_target(environment: Mapping[str, str] = os.environ) -> str:
    """Return the HOST:PORT that client commands talk to: CLEARPROP_SERVER, or the default."""
    return environment.get("CLEARPROP_SERVER", DEFAULT_GRPC)
