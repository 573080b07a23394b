"""The credentials of gRPC calls."""

from typing import Any

import grpc

from service.access.access import Credentials

_HEADER = "authorization"

#: The client certificate in PEM, in the authentication context of a connection.
_CERTIFICATE = "x509_pem_cert"


def credentials_of(context: grpc.aio.ServicerContext[Any, Any]) -> Credentials:
    """Return what the metadata of a call contains, and the client certificate if it is needed."""
    metadata = context.invocation_metadata() or ()
    authorization = [str(value) for name, value in metadata if name == _HEADER]
    if authorization:
        return Credentials(authorization)
    certificates = context.auth_context().get(_CERTIFICATE) or [b""]
    return Credentials(certificate=bytes(next(iter(certificates))))
