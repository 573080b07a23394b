"""Checks of what a server needs from its machine: ports, clock, kernels, certificates."""

import ctypes
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from service.doctor.finding import Finding, ok, warning, wrong
from service.faces.listeners import CannotListen, bound_socket
from service.faces.tls.files import InvalidTlsFiles, TlsFiles
from service.kernels import missing_kernels
from service.setting_checks import OFF
from service.settings import Settings
from training.numerics.processors import processor

#: No version was released before.
_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)

#: The result of adjtimex(2) if the clock is not synchronized, and more than the size of its struct.
_NOT_SYNCHRONIZED = 5
_TIMEX_BYTES = 512


def check_ports(settings: Settings) -> Iterator[Finding]:
    """Check whether a server can listen."""
    for name, address in (("grpc", settings.grpc), ("http", settings.http)):
        if address == OFF:
            yield ok(name, "off")
            continue
        try:
            bound_socket(address, f"--{name}").close()
        except CannotListen as error:
            yield warning(name, f"{error}, unless a server of yours is running there")
        else:
            yield ok(name, f"{address} is free")


def check_clock() -> Iterator[Finding]:
    """Check the time of day, by which tokens and certificates end."""
    now = datetime.now(UTC)
    text = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < _EARLIEST:
        yield wrong("clock", f"it is {text} by the clock of this machine: set it")
    elif sys.platform == "linux" and _is_drifting():
        yield warning("clock", f"{text}, not synchronized: run an NTP client such as chrony")
    else:
        yield ok("clock", text)


def _is_drifting() -> bool:
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    return adjtimex is not None and adjtimex(bytes(_TIMEX_BYTES)) == _NOT_SYNCHRONIZED


def check_kernels() -> Iterator[Finding]:
    """Check that nothing needs to be compiled at the start."""
    missing = missing_kernels()
    if missing:
        yield warning(
            "kernels",
            f"not compiled for this processor ({processor()}): the first start takes some minutes"
            " longer. Run python -m service.kernels",
        )
    else:
        yield ok("kernels", f"compiled for this processor ({processor()})")


def check_certificates(settings: Settings) -> Iterator[Finding]:
    """Check the files for TLS."""
    if settings.tls_cert is None or settings.tls_key is None:
        text = "none: the ports are for this machine, or for a proxy with TLS"
        yield (warning if settings.insecure else ok)("certificate", text)
        return
    authority = None if settings.client_ca is None else Path(settings.client_ca)
    files = TlsFiles(Path(settings.tls_cert), Path(settings.tls_key), authority)
    now = datetime.now(UTC)
    try:
        found = files.read()
        faults = [*found.warnings(now), *files.warnings()]
    except (InvalidTlsFiles, OSError) as error:
        yield wrong("certificate", f"{error}")
        return
    is_valid = found.begins <= now < found.ends
    for fault in faults:
        yield (warning if is_valid else wrong)("certificate", fault)
    if not faults:
        yield ok("certificate", f"valid until {found.ends:%Y-%m-%d}")
