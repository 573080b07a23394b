"""All checks, in the order of `clearprop doctor`."""

from collections.abc import Iterator
from difflib import get_close_matches

from service.doctor.finding import Finding, ok, warning
from service.doctor.machine import check_certificates, check_clock, check_kernels, check_ports
from service.doctor.store import check_store
from service.settings import CONFIG, SETTINGS, SourcedSettings, unknown_variables


def check_all(found: SourcedSettings) -> Iterator[Finding]:
    """Check these settings, and what a server with them needs. They are valid already."""
    settings = found.settings
    yield from _check_settings(found)
    yield from check_ports(settings)
    yield from check_certificates(settings)
    yield from check_store(settings.direct_database or settings.database, settings.limits)
    yield from check_clock()
    yield from check_kernels()


def _check_settings(found: SourcedSettings) -> Iterator[Finding]:
    known = [each.variable for each in (*SETTINGS, CONFIG)]
    unknown = list(unknown_variables())
    for name in unknown:
        near = get_close_matches(name, known, 1)
        advice = f"did you mean {near[0]}?" if near else "remove it"
        yield warning("settings", f"{name} is not a setting: {advice}")
    if not unknown:
        sources = sorted({source for source in found.sources.values() if source != "default"})
        yield ok("settings", f"valid, from {', '.join(sources)}" if sources else "all defaults")
