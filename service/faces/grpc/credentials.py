"""The credentials of gRPC calls."""

from typing import Any, cast

import grpc

from service.access.access import Credentials

_HEADER = "authorization"

#: The client certificate in PEM, in the authentication context of a connection.
_CERTIFICATE = "x509_pem_cert"


def credentials_of(context: grpc.aio.ServicerContext[Any, Any]) -> Credentials:
    """Return what the metadata of a call contains, and the client certificate if it is needed."""
    metadata = context.invocation_metadata() or ()
    authorization = [value for name, value in metadata if name == _HEADER]
    if authorization:
        return Credentials(cast("list[str]", authorization))  # bytes are only in names with -bin
    certificates = context.auth_context().get(_CERTIFICATE) or [b""]
    return Credentials(certificate=bytes(next(iter(certificates))))
