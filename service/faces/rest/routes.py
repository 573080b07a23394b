"""Where each call is over HTTP: what the contract's google.api.http annotations say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from re import findall

from google.api.annotations_pb2 import http
from google.api.http_pb2 import HttpRule

from service.faces.rpcs import Rpc

_METHODS = {"get": "GET", "post": "POST", "patch": "PATCH", "put": "PUT", "delete": "DELETE"}


@dataclass(frozen=True, slots=True)
class Route:
    """One way to make a call over HTTP.

    `path` is a template, such as /v1/networks/{network}:train; `bound` the fields of the request
    that stand in it. All other fields come in the body where it takes one, else in the query.
    """

    method: str
    path: str
    rpc: Rpc
    takes_body: bool

    @property
    def bound(self) -> list[str]:
        """Return the fields of the request that stand in the path, in their order."""
        return findall(r"{(\w+)}", self.path)


def routes(rpcs: Iterable[Rpc]) -> list[Route]:
    """Return every way to make a call, in the order of the contract; the first of a call leads.

    Raises ValueError where the contract uses what is not served: a body that is one field.
    """
    return [route for rpc in rpcs for route in _routes(rpc)]


def _routes(rpc: Rpc) -> Iterator[Route]:
    rule: HttpRule = rpc.method.GetOptions().Extensions[http]  # type: ignore[index]
    for each in (rule, *rule.additional_bindings):
        if each.body not in {"", "*"}:
            raise ValueError(f"{rpc.method.full_name}: a body is all fields or none")
        verb = each.WhichOneof("pattern")
        yield Route(_METHODS[verb], getattr(each, verb), rpc, takes_body=each.body == "*")
