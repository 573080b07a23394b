"""The caller, set by each face and used for limits for each client."""

from contextvars import ContextVar

from service.access.principal import Principal

#: The caller of the current call for limits: the name of the principal if it is known, else the
#: address without the port; empty if there is none.
CALLER: ContextVar[str] = ContextVar("caller", default="")

#: The authenticated caller of the current call; None if the server requires no authentication.
PRINCIPAL: ContextVar[Principal | None] = ContextVar("principal", default=None)
