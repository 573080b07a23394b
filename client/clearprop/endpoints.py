"""Where a client connects to, how it recognizes the server, and how it proves who it is."""

import re
import ssl
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TypeAlias, TypedDict

import grpc

from clearprop.addresses import Target, parse_target

FilePath: TypeAlias = str | PathLike[str]

#: The characters of a token in the header of HTTP that carries it.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,8192}", re.ASCII)


class EndpointOptions(TypedDict, total=False):
    """How to connect securely.

    - `token`: a token of the server, sent with every call.
    - `ca`: a PEM file with the authority that issued the certificate of the server, if it is none
      of the public ones that gRPC knows. It implies TLS.
    - `cert`, `key`: PEM files with the certificate of the client and its private key. They imply
      TLS.
    - `insecure`: allows a token without TLS beyond this machine.
    """

    token: str
    ca: FilePath | None
    cert: FilePath | None
    key: FilePath | None
    insecure: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A target of gRPC, the credentials for TLS, if it has any, and the metadata of each call."""

    target: str
    credentials: grpc.ChannelCredentials | None
    metadata: tuple[tuple[str, str], ...] = field(repr=False)


def endpoint(target: str, options: EndpointOptions) -> Endpoint:
    """Return the endpoint for a target and its options.

    Raises ValueError if the target, a file or the token cannot be used, and for a token that would
    leave this machine without TLS.
    """
    found = parse_target(target)
    token = options.get("token", "")
    credentials = _credentials(found, options)
    if token and not _TOKEN.fullmatch(token):
        raise ValueError(
            "the token is not valid: a token is one line of letters, digits and -._~+/="
        )
    if token and credentials is None and not (found.is_local or options.get("insecure")):
        raise ValueError(
            f"the token would be sent to {target} without TLS, where others could read it: use"
            " grpcs://HOST:PORT, or the option insecure on a network that you trust"
        )
    metadata = (("authorization", f"Bearer {token}"),) if token else ()
    return Endpoint(found.name, credentials, metadata)


def _credentials(target: Target, options: EndpointOptions) -> grpc.ChannelCredentials | None:
    ca, cert, key = options.get("ca"), options.get("cert"), options.get("key")
    if (cert is None) != (key is None):
        raise ValueError("a client certificate needs both cert and key")
    needs_tls = ca is not None or cert is not None
    if target.has_tls is False and needs_tls:
        raise ValueError("ca, cert and key need TLS: use grpcs:// instead of grpc://")
    if not target.has_tls and not needs_tls:
        return None
    roots = None if ca is None else _roots(ca)
    pair = () if cert is None or key is None else _pair(cert, key)
    return grpc.ssl_channel_credentials(roots, *pair)


# gRPC does not say what is wrong with a file: the ssl module does.


def _roots(ca: FilePath) -> bytes:
    roots = _content("ca", ca)
    try:
        _context().load_verify_locations(cadata=roots.decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise ValueError(f"ca {ca} has no valid certificate in PEM") from None
    return roots


def _pair(cert: FilePath, key: FilePath) -> tuple[bytes, bytes]:
    pair = _content("key", key), _content("cert", cert)
    try:
        _context().load_cert_chain(cert, key, password="")
    except (OSError, ValueError) as error:
        if getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            raise ValueError(f"key {key} is not the key of cert {cert}") from None
        raise ValueError(
            f"cert {cert} and key {key} must be a certificate and its key in PEM, without a"
            " passphrase"
        ) from None
    return pair


def _context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _content(name: str, path: FilePath) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"cannot read {name} {path}: {error.strerror}") from None
