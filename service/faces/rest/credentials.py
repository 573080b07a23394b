"""The credentials of HTTP requests."""

from starlette.requests import Request

from service.access.access import Credentials
from service.faces.rest.connection import CLIENT_CERTIFICATE
from service.faces.rest.routes import Route

#: The field of the query with a ticket.
TICKET = "ticket"


def can_have_ticket(route: Route) -> bool:
    """Return whether requests of a route can have a ticket: those of an EventSource."""
    return route.rpc.method.server_streaming and not route.takes_body


def credentials_of(request: Request, *, has_ticket: bool = False) -> Credentials:
    """Return what a request contains; its ticket only if it can have one."""
    return Credentials(
        request.headers.getlist("authorization"),
        request.scope["extensions"].get(CLIENT_CERTIFICATE, b""),
        ticket=request.query_params.get(TICKET, "") if has_ticket else "",
    )
