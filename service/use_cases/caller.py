"""Who is calling: each face says it, limits for each client ask for it."""

from contextvars import ContextVar

#: The address of the caller of the call under way, without the port; empty where there is none.
CALLER: ContextVar[str] = ContextVar("caller", default="")
