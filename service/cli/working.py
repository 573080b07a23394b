"""`clearprop work`: starts a worker."""

from typing import Any

import typer
from clearprop.cli.collection import paused
from clearprop.cli.console import sentence, show_failure

from service.cli.serving import leave, tell
from service.cli.setting_options import with_settings_options
from service.settings import read_settings


@with_settings_options(
    "database", "direct_database", "threads", "limits", "log_format", "log_level", "metrics"
)
def work(**options: Any) -> None:  # noqa: ANN401 (of any setting)
    """Start a worker, which trains the runs of servers that share a database.

    It needs the same database as the servers. Press Ctrl-C to stop it: its runs stop between two
    updates, and other workers continue them. With --metrics it also answers /healthz and /readyz.
    """
    # Imported here because it takes longer than any client command.
    with paused():
        from service.insight.logs import configure  # noqa: PLC0415
        from service.work import work as run_worker  # noqa: PLC0415

    working = False

    def announce(metrics: str | None) -> None:
        nonlocal working
        working = True
        database = settings.shown_database
        over = f", with metrics on [bold]http://{metrics}/metrics[/]" if metrics else ""
        said = f"Clearprop trains the runs of {database}{over}"
        tell(settings, "working", said, database=database, metrics=metrics)

    try:
        settings = read_settings(**options).settings
        configure(settings.log_format, settings.log_level)
        has_ended = run_worker(settings, announce)
    except Exception as error:
        # After the start, an error is a bug: its traceback belongs in the log.
        if working:
            raise
        show_failure(sentence(str(error) or type(error).__name__))
        raise typer.Exit(1) from None
    tell(settings, "stopped", "Stopped.")
    if not has_ended:
        leave()
