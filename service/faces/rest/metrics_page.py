"""/metrics, for Prometheus."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.insight.metrics import MEDIA_TYPE, Metrics
from service.threads import Threads


def metrics_page(metrics: Metrics, threads: Threads) -> Route:
    """Return the route of the metrics; they are collected in `threads`."""

    async def answer(_: Request) -> Response:
        metrics.look()
        return Response(await threads.run(metrics.text), headers={"Content-Type": MEDIA_TYPE})

    return Route("/metrics", answer, methods=["GET"])
