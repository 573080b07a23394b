"""The settings of the server. Only this module reads environment variables.

A setting is one field of `Settings`: this makes it an option of `clearprop serve`, an environment
variable, a key in a file, and a line of `clearprop config show`.
"""

import os
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from clearprop.addresses import is_loopback, parse_address

from service.jwt_settings import check_algorithms, check_completeness, check_keys
from service.limit_settings import read_limits
from service.setting import DEFAULT, Declaration, Setting, declared, setting
from service.setting_checks import (
    DEFAULT_GRPC,
    DEFAULT_HTTP,
    OFF,
    RAY,
    REQUIRED,
    check_auth,
    check_endpoint,
    check_folder,
    check_grpc,
    check_hosts,
    check_http,
    check_metrics,
    check_origins,
    check_positive,
    check_scopes,
    check_workers,
    one_of,
)
from service.settings_file import read_file
from storage.urls import without_password
from training.limits import Limits, described

DEFAULT_DATABASE = "sqlite:///clearprop.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server. Raises ValueError if one is invalid."""

    grpc: str = setting(
        DEFAULT_GRPC,
        "Listen for gRPC on this address. Port 0 selects a free port.",
        metavar="HOST:PORT",
        check=check_grpc,
    )
    http: str = setting(
        DEFAULT_HTTP,
        "Listen for HTTP on this address, or `off` to disable HTTP.",
        metavar="HOST:PORT",
        check=check_http,
    )
    allow_host: tuple[str, ...] = setting(
        (),
        "Answer HTTP requests for this host name, such as clearprop.example.com; * allows all."
        " Can be repeated. Names of loopback and the address of --http are always allowed.",
        metavar="HOST",
        check=check_hosts,
    )
    allow_origin: tuple[str, ...] = setting(
        (),
        "Allow browsers to make calls from pages of this origin, such as https://example.com;"
        " * allows all. Can be repeated.",
        metavar="ORIGIN",
        check=check_origins,
    )
    allow_embed: tuple[str, ...] = setting(
        (),
        "Let pages of this origin embed the page in a frame; * allows all. Can be repeated.",
        metavar="ORIGIN",
        check=check_origins,
    )
    tls_cert: str | None = setting(
        None,
        "Use TLS for gRPC and HTTP with the certificate in this PEM file, followed by its chain."
        " The file is read again when it changes.",
        metavar="FILE",
    )
    tls_key: str | None = setting(
        None,
        "The private key of the certificate, in a PEM file without a passphrase.",
        metavar="FILE",
    )
    client_ca: str | None = setting(
        None,
        "Accept client certificates of the authority in this PEM file. Clients of gRPC need one"
        " then; clients of HTTP can have one.",
        metavar="FILE",
    )
    client_scope: tuple[str, ...] = setting(
        (),
        "Give the client certificate with this name a scope, such as trainer=train; * is every"
        " other name. Can be repeated. Without it, certificates have the scope read.",
        metavar="NAME=SCOPE",
        check=check_scopes,
    )
    insecure: bool = setting(
        False,  # noqa: FBT003 (its default)
        "Listen on addresses that other machines can reach also without TLS or authentication.",
    )
    audit_days: int = setting(
        90,
        "Keep the audit log for this number of days; 0 disables it.",
        metavar="DAYS",
        most=36_500,
    )
    database: str = setting(
        DEFAULT_DATABASE,
        "Store data in sqlite:///FILE, postgresql://USER@HOST/DATABASE, or only in memory with"
        " memory:.",
        metavar="URL",
    )
    direct_database: str | None = setting(
        None,
        "Write and listen at this URL of the same PostgreSQL database without a pooler, if"
        " --database leads to a pooler in transaction mode.",
        metavar="URL",
    )
    lessons: str | None = setting(
        None,
        "Add the lessons in this folder to those of the page, or replace them.",
        metavar="FOLDER",
        check=check_folder,
    )
    limits: Limits = setting(  # noqa: RUF009 (a field)
        Limits(),
        "Set a limit, such as networks=100 or store_bytes=20GiB. Can be repeated.",
        metavar="NAME=VALUE",
        option="limit",
        default_text="the defaults that `clearprop info` shows",
    )
    auth: str | None = setting(
        None,
        "Require authentication for calls (required), or do not (off).",
        metavar="MODE",
        check=check_auth,
        default_text="required if other machines can reach the server, or with --client-ca; off"
        " on loopback and with --insecure",
    )
    log_format: str = setting(
        "text",
        "Write the log as text, or as json with one object per line.",
        metavar="FORMAT",
        check=one_of("text", "json"),
    )
    log_level: str = setting(
        "info",
        "Log from this level on: debug, info, warning or error.",
        metavar="LEVEL",
        check=one_of("debug", "info", "warning", "error"),
    )
    metrics: str | None = setting(
        None,
        "Serve /metrics on this address, without authentication, and not with HTTP.",
        metavar="HOST:PORT",
        check=check_metrics,
    )
    jwt_algorithms: tuple[str, ...] = setting(
        ("RS256",),
        "Accept JWTs that are signed with this algorithm, such as RS256 or ES256. Can be repeated.",
        metavar="NAME",
        check=check_algorithms,
    )
    jwt_audience: str | None = setting(
        None, "Accept only JWTs for this audience (`aud`).", metavar="TEXT"
    )
    jwt_issuer: str | None = setting(
        None, "Accept JWTs of this issuer (`iss`) as tokens.", metavar="URL"
    )
    jwt_keys: str | None = setting(
        None,
        "Verify JWTs with the JSON Web Key Set in this file or at this https:// URL, which is read"
        " again regularly.",
        metavar="SOURCE",
        check=check_keys,
    )
    ray_address: str = setting(
        "local",
        "Start workers in the cluster of Ray at this address (HOST:PORT, ray://HOST:PORT, or auto"
        " for that of this machine); local starts one here, which ends with the server.",
        metavar="ADDRESS",
    )
    ray_cpus: int = setting(
        1,
        "Reserve this number of processors for each worker in Ray; it trains so many runs at the"
        " same time.",
        metavar="NUMBER",
        most=9_999,
        check=check_positive,
    )
    ray_max_workers: int = setting(
        4,
        "Start at most this number of workers in Ray.",
        metavar="NUMBER",
        most=9_999,
        check=check_positive,
    )
    ray_min_workers: int = setting(
        1,
        "Keep at least this number of workers in Ray, also if no run is active.",
        metavar="NUMBER",
        most=9_999,
    )
    threads: int = setting(
        0,
        "Train this number of runs at the same time if the limit runs_at_once is 0; 0 means one"
        " for each processor.",
        metavar="NUMBER",
        most=9_999,
    )
    threads_per_run: int = setting(
        0,
        "Compute a run with up to this number of the threads; 0 means as many as save time.",
        metavar="NUMBER",
        most=9_999,
    )
    workers: str | None = setting(
        None,
        "Train this number of runs of a shared database (postgresql://) at the same time in this"
        " process; 0 leaves all of them to `clearprop work`, and ray to workers that Ray starts.",
        metavar="NUMBER",
        check=check_workers,
        default_text="as --threads",
    )
    traces: str | None = setting(
        None,
        "Send traces to this OTLP endpoint over gRPC, such as http://127.0.0.1:4317. Needs the"
        " extra clearprop-server[otel].",
        metavar="URL",
        check=check_endpoint,
    )

    @property
    def shown_database(self) -> str:
        """The URL of the database without its password."""
        return without_password(self.database)

    @property
    def training_threads(self) -> int | None:
        """The number of runs that are trained at the same time; None: one for each processor."""
        return self.limits.runs_at_once or self.threads or None

    @property
    def worker_threads(self) -> int | None:
        """The number of them in a server: 0 if other processes train them."""
        if self.workers is None:
            return self.training_threads
        return 0 if self.workers == RAY else int(self.workers)

    @property
    def requires_authentication(self) -> bool:
        """Whether calls need credentials."""
        if self.auth is not None:
            return self.auth == REQUIRED
        return self.client_ca is not None or (bool(self._open_addresses) and not self.insecure)

    @property
    def _open_addresses(self) -> list[str]:
        """The addresses that other machines can reach."""
        addresses = [self.grpc] if self.http == OFF else [self.grpc, self.http]
        return [each for each in addresses if not is_loopback(parse_address(each).host)]

    def __post_init__(self) -> None:
        for each in SETTINGS:
            each.check(getattr(self, each.name), each.option)
        if self.http != OFF:
            grpc = parse_address(self.grpc, example=DEFAULT_GRPC)
            if grpc.port and grpc == parse_address(self.http, example=DEFAULT_HTTP):
                raise ValueError(f"gRPC and HTTP need different addresses, not both {self.http}")
        self._check_tls()
        check_completeness(self.jwt_issuer, self.jwt_audience, self.jwt_keys)

    def _check_tls(self) -> None:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("TLS needs both --tls-cert and --tls-key")
        if self.client_ca is not None and self.tls_cert is None:
            raise ValueError("--client-ca needs --tls-cert and --tls-key")
        if self.client_scope and self.client_ca is None:
            raise ValueError("--client-scope needs --client-ca")
        lacks_tls, lacks_auth = self.tls_cert is None, not self.requires_authentication
        for address in self._open_addresses:
            if (lacks_tls or lacks_auth) and not self.insecure:
                advice = "use --tls-cert and --tls-key" if lacks_tls else "omit --auth off"
                raise ValueError(
                    f"other machines can reach {address}, which needs TLS and authentication:"
                    f" {advice}, or an address of loopback such as 127.0.0.1; --insecure allows it"
                    " without them, as behind a proxy that has them"
                )


#: Every setting, in the order of `clearprop serve --help`.
SETTINGS = tuple(declared(Settings))

#: The file with settings, which is not itself a setting of the server.
CONFIG = Setting(
    "config",
    None,
    Declaration(
        "Read settings from this TOML file. Environment variables and options override it.", "FILE"
    ),
)


@dataclass(frozen=True, slots=True)
class SourcedSettings:
    """Settings, and the source of each: an option, a variable, a file, or `DEFAULT`.

    The source of a limit is at `limits.networks` and so on.
    """

    settings: Settings
    sources: Mapping[str, str]

    def values(self) -> dict[str, Any]:
        """Return the value of each setting and limit by its name, without secrets."""
        found: dict[str, Any] = {}
        for each in SETTINGS:
            value = getattr(self.settings, each.name)
            if each.declared.metavar == "URL" and value:
                value = without_password(value)
            if isinstance(value, Limits):
                found |= {f"{each.key}.{limit.name}": limit.value for limit in described(value)}
            else:
                found[each.key] = "(secret)" if each.declared.is_secret and value else value
        return found


def read_settings(
    environment: Mapping[str, str] = os.environ,
    **options: Any,  # noqa: ANN401 (of any setting)
) -> SourcedSettings:
    """Read each setting from the first source that has it: option, variable, file, default.

    The names of `options` are those of the settings, and `config`; what is None or empty is not
    set. A variable can contain several values, separated by spaces. Limits are merged: each of them
    has the value of its own first source. Raises ValueError with the name of the source.
    """
    given = {name: value for name, value in options.items() if value not in (None, [], ())}
    path = given.pop(CONFIG.name, None) or environment.get(CONFIG.variable)
    in_file = read_file(path, [each.key for each in SETTINGS]) if path else {}
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for each in SETTINGS:
        if isinstance(each.default, Limits):
            read = read_limits(each, given.get(each.name, ()), environment, in_file, f"{path}")
            values[each.name] = read[0]
            sources |= {f"{each.key}.{name}": source for name, source in read[1].items()}
        elif each.name in given:
            sources[each.key] = each.option
            values[each.name] = each.of_option(given[each.name])
        elif each.variable in environment:
            sources[each.key] = each.variable
            values[each.name] = each.of_text(environment[each.variable], each.variable)
        elif each.key in in_file:
            sources[each.key] = f"{path}"
            values[each.name] = each.of_file(in_file[each.key], f"the setting {each.key} in {path}")
        else:
            sources[each.key] = DEFAULT
    return SourcedSettings(Settings(**values), sources)


def quiet_grpc(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let the gRPC library write errors only, not a line for each connection whose TLS fails."""
    environment.setdefault("GRPC_VERBOSITY", "ERROR")


def unknown_variables(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yield the variables that look like settings, and are not."""
    known = {each.variable for each in (*SETTINGS, CONFIG)}
    for name in sorted(environment):
        if name.startswith("CLEARPROP_") and name not in known | _OF_CLIENT:
            yield name


#: Variables that the commands of the client read.
_OF_CLIENT = {f"CLEARPROP_{name}" for name in ("SERVER", "PROFILE", "TOKEN", "CA", "CERT", "KEY")}
