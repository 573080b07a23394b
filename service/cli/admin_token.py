"""`clearprop admin-token`: access to a server whose tokens nobody has."""

from typing import Any

import typer
from clearprop.cli.console import err, say_plain, sentence, show_failure

from service.cli.setting_options import with_settings_options
from service.settings import read_settings


@with_settings_options("database", "direct_database")
def admin_token(**options: Any) -> None:  # noqa: ANN401 (of any setting)
    """Create the token `admin` while no server runs, and print its secret.

    Use it for the first access to a server that requires authentication, or if its tokens are lost.
    The token has the scope admin, does not expire, and replaces an earlier one with this name. Its
    secret is not shown again.
    """
    # Imported here because it takes longer than any client command.
    from service.clock import SystemClock  # noqa: PLC0415
    from service.use_cases.tokens import replace_admin_token  # noqa: PLC0415
    from storage import open_store  # noqa: PLC0415

    try:
        settings = read_settings(**options).settings
        store = open_store(
            settings.database, SystemClock(), settings.limits, settings.direct_database
        )
        try:
            is_audited = settings.audit_days > 0
            secret = replace_admin_token(store, SystemClock(), is_audited=is_audited)
        finally:
            store.close()
    except Exception as error:  # noqa: BLE001 (shown)
        show_failure(sentence(str(error) or type(error).__name__))
        raise typer.Exit(1) from None
    if settings.database == "memory:":
        show_failure("A store in memory keeps no tokens. Use --database sqlite:///FILE.")
        raise typer.Exit(1)
    err.print("Token [cyan]admin[/] has the scope admin. Its secret is not shown again:")
    say_plain(secret)
