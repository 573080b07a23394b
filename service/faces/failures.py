"""Notes the errors with which calls end."""

import logging

from service.faces.error_table import code_of
from service.insight.calls import current_call
from training.error_kinds import ClearpropError

logger = logging.getLogger(__name__)


def note_status(code: str, reason: str) -> None:
    """Note the status with which the current call ends, if there is one."""
    call = current_call()
    if call is not None:
        call.fail(code, reason, "", None)


def note_failure(error: Exception) -> None:
    """Note the error of the current call; log an internal one that belongs to no call."""
    call = current_call()
    if isinstance(error, ClearpropError):
        # The frames of its traceback refer to the request and, through what waited for it, to the
        # error: in such a cycle, large requests would stay in memory until the next collection.
        error.__traceback__ = error.__context__ = error.__cause__ = None
        if call is not None:
            limit = error.metadata.get("limit", "")
            call.fail(code_of(error).name, error.reason, limit, None)
    elif call is not None:
        call.fail("INTERNAL", "INTERNAL", "", error)
    else:
        logger.error("internal error while handling a request", exc_info=error)
