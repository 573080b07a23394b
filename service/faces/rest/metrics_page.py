"""/metrics, for Prometheus."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.access.access import Access
from service.faces.rest.credentials import credentials_of
from service.faces.rest.errors import error_response
from service.insight.metrics import MEDIA_TYPE, Metrics
from service.threads import Threads
from training.access import Scope
from training.error_kinds import ClearpropError


def metrics_page(metrics: Metrics, threads: Threads, access: Access | None = None) -> Route:
    """Return the route of the metrics, which are collected in `threads`.

    With `access`, callers need the scope read.
    """

    async def answer(request: Request) -> Response:
        if access is not None:
            try:
                access.admit(credentials_of(request), Scope.READ)
            except ClearpropError as error:
                return error_response(error).response
        metrics.look()
        return Response(await threads.run(metrics.text), headers={"Content-Type": MEDIA_TYPE})

    return Route("/metrics", answer, methods=["GET"])
