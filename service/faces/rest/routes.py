"""The HTTP routes of all calls, from the google.api.http annotations of the contract."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from re import findall

from google.api.annotations_pb2 import http
from google.api.http_pb2 import HttpRule

from service.faces.rpcs import Rpc

_METHODS = {"get": "GET", "post": "POST", "patch": "PATCH", "put": "PUT", "delete": "DELETE"}


@dataclass(frozen=True, slots=True)
class Route:
    """One HTTP method and path of a call.

    `path` is a template, such as /v1/networks/{network}:train; `bound` contains the request fields
    in it. All other fields are in the body if the route has one, otherwise in the query.
    """

    method: str
    path: str
    rpc: Rpc
    takes_body: bool

    @property
    def bound(self) -> list[str]:
        """The request fields in the path, in order."""
        return findall(r"{(\w+)}", self.path)


def routes(rpcs: Iterable[Rpc]) -> list[Route]:
    """Return all routes in the order of the contract; the first route of a call is its main one.

    Raises ValueError if the contract uses an annotation that is not supported: a body that is a
    single field.
    """
    return [route for rpc in rpcs for route in _routes(rpc)]


def _routes(rpc: Rpc) -> Iterator[Route]:
    rule: HttpRule = rpc.method.GetOptions().Extensions[http]  # type: ignore[index]
    for each in (rule, *rule.additional_bindings):
        if each.body not in {"", "*"}:
            raise ValueError(f"{rpc.method.full_name}: a body must be all fields or none")
        verb = each.WhichOneof("pattern")
        yield Route(_METHODS[verb], getattr(each, verb), rpc, takes_body=each.body == "*")
