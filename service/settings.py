"""The settings of the server. Only this module reads environment variables."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clearprop.addresses import DEFAULT_SERVER, Address, parse_address

from service.limit_settings import with_settings
from training.limits import Limits

DEFAULT_GRPC = DEFAULT_SERVER
DEFAULT_HTTP = "127.0.0.1:8080"
DEFAULT_DATABASE = "sqlite:///clearprop.db"

#: The value of `http` that disables HTTP.
OFF = "off"

_ORIGIN = re.compile(r"\*|https?://[^\s/@?#]+")
_HOST = re.compile(r"\*|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server.

    `grpc` and `http` are HOST:PORT, with port 0 for any free port; `http` can be "off". HTTP also
    answers requests for `allowed_hosts`, such as clearprop.example.com; "*" allows all. Browsers
    can make calls over HTTP from pages of `allowed_origins`, such as https://example.com; "*"
    allows all origins. `database` is a URL: `sqlite:///relative/path`,
    `sqlite:////absolute/path` or `memory:`. `threads` is the number of runs that are computed at
    the same time; 0 means one for each processor. `limits` are the limits of requests and calls.

    Raises ValueError if a setting is invalid.
    """

    grpc: str = DEFAULT_GRPC
    http: str = DEFAULT_HTTP
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    database: str = DEFAULT_DATABASE
    threads: int = 0
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        grpc = _checked("--grpc or CLEARPROP_GRPC", self.grpc, DEFAULT_GRPC)
        if self.http != OFF:
            http = _checked(
                "--http or CLEARPROP_HTTP", self.http, DEFAULT_HTTP, f"; {OFF} disables HTTP"
            )
            if grpc == http and grpc.port:
                raise ValueError(f"gRPC and HTTP need different addresses, not both {self.http}")
        for host in self.allowed_hosts:
            if not _HOST.fullmatch(host):
                raise ValueError(
                    f"--allow-host or CLEARPROP_ALLOW_HOST: {host!r} is not a host: use a name or"
                    " an address without a port, such as clearprop.example.com or [2001:db8::1],"
                    " or *"
                )
        for origin in self.allowed_origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"--allow-origin or CLEARPROP_ALLOW_ORIGIN: {origin!r} is not an origin: use"
                    " SCHEME://HOST or SCHEME://HOST:PORT, such as https://example.com, or *"
                )

    @classmethod
    def from_environment(  # noqa: PLR0913 (one for each option)
        cls,
        environment: Mapping[str, str] = os.environ,
        *,
        grpc: str | None = None,
        http: str | None = None,
        allowed_hosts: Sequence[str] | None = None,
        allowed_origins: Sequence[str] | None = None,
        database: str | None = None,
        limits: Sequence[str] = (),
    ) -> "Settings":
        """Read the settings that are None from CLEARPROP_GRPC, CLEARPROP_HTTP and so on.

        CLEARPROP_ALLOW_HOST and CLEARPROP_ALLOW_ORIGIN can contain several values, separated by
        spaces. `limits` are texts such as `networks=100`, and take precedence over those in
        CLEARPROP_LIMITS, which are separated by spaces. Raises ValueError.
        """

        def chosen(option: str | None, variable: str, default: str) -> str:
            return environment.get(variable, default) if option is None else option

        threads = environment.get("CLEARPROP_THREADS", "0")
        if not re.fullmatch("[0-9]{1,4}", threads):
            raise ValueError(f"CLEARPROP_THREADS must be a number from 0 to 9999, not {threads!r}")
        if allowed_hosts is None:
            allowed_hosts = environment.get("CLEARPROP_ALLOW_HOST", "").split()
        if allowed_origins is None:
            allowed_origins = environment.get("CLEARPROP_ALLOW_ORIGIN", "").split()
        of_environment = with_settings(
            Limits(), environment.get("CLEARPROP_LIMITS", "").split(), "CLEARPROP_LIMITS"
        )
        return cls(
            grpc=chosen(grpc, "CLEARPROP_GRPC", DEFAULT_GRPC),
            http=chosen(http, "CLEARPROP_HTTP", DEFAULT_HTTP),
            allowed_hosts=tuple(allowed_hosts),
            allowed_origins=tuple(allowed_origins),
            database=chosen(database, "CLEARPROP_DATABASE", DEFAULT_DATABASE),
            threads=int(threads),
            limits=with_settings(of_environment, limits, "--limit"),
        )


def _checked(names: str, text: str, example: str, more: str = "") -> Address:
    """Parse an address. Raises ValueError with the names of the setting."""
    try:
        return parse_address(text, example=example)
    except ValueError as error:
        raise ValueError(f"{names}: {error}{more}") from None
