"""The credentials of gRPC calls."""

from collections.abc import Iterable
from typing import Any, TypeAlias, cast

import grpc

from service.access.access import Credentials

#: The metadata of a call: pairs of a name in lower case and a value.
Metadata: TypeAlias = Iterable[tuple[str, str | bytes]]

_HEADER = "authorization"

#: The client certificate in PEM, in the authentication context of a connection.
_CERTIFICATE = "x509_pem_cert"


def credentials_of(metadata: Metadata, context: grpc.aio.ServicerContext[Any, Any]) -> Credentials:
    """Return what the metadata of a call contains, and the client certificate if it is needed."""
    authorization = [value for name, value in metadata if name == _HEADER]
    if authorization:
        return Credentials(cast("list[str]", authorization))  # bytes are only in names with -bin
    certificates = context.auth_context().get(_CERTIFICATE) or [b""]
    return Credentials(certificate=bytes(next(iter(certificates))))
