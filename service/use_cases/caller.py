"""The caller, set by each face and used for limits for each client."""

from contextvars import ContextVar

#: The address of the caller of the current call, without the port; empty if there is none.
CALLER: ContextVar[str] = ContextVar("caller", default="")
