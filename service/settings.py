"""The settings of the service: the only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from training.limits import Limits

DEFAULT_GRPC = "127.0.0.1:50051"
DEFAULT_HTTP = "127.0.0.1:8080"
DEFAULT_DATABASE = "sqlite:///clearprop.db"

#: The address of a face that is not served.
OFF = "off"


@dataclass(frozen=True, slots=True)
class Settings:
    """How one server runs.

    `grpc` and `http` are HOST:PORT, port 0 for any free one; `http` may be "off". Pages of
    `allowed_origins`, such as https://example.com, may make calls over HTTP from a browser, those
    of other servers may not; "*" allows all. `database` is a URL: `sqlite:///relative/path`,
    `sqlite:////absolute/path` or `memory:`; `threads` how many runs are computed at the same time
    (0: one for each processor).

    Raises ValueError with a sentence when one cannot be used.
    """

    grpc: str = DEFAULT_GRPC
    http: str = DEFAULT_HTTP
    allowed_origins: tuple[str, ...] = ()
    database: str = DEFAULT_DATABASE
    threads: int = 0
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        host, _, port = self.http.rpartition(":")
        if self.http != OFF and not (host and port.isdecimal() and int(port) < 2**16):
            raise ValueError(
                f"where to listen for REST must be HOST:PORT or {OFF}, is {self.http!r}"
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read CLEARPROP_GRPC, CLEARPROP_HTTP and so on, with the defaults above.

        CLEARPROP_ALLOW_ORIGIN may name some origins, with spaces between them. Raises ValueError.
        """
        threads = environment.get("CLEARPROP_THREADS", "0")
        if not threads.isdecimal():
            raise ValueError(f"CLEARPROP_THREADS must be a number from 0 on, is {threads!r}")
        return cls(
            grpc=environment.get("CLEARPROP_GRPC", DEFAULT_GRPC),
            http=environment.get("CLEARPROP_HTTP", DEFAULT_HTTP),
            allowed_origins=tuple(environment.get("CLEARPROP_ALLOW_ORIGIN", "").split()),
            database=environment.get("CLEARPROP_DATABASE", DEFAULT_DATABASE),
            threads=int(threads),
        )
