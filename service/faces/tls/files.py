"""The files of the server's certificate, its key, and the authority of client certificates."""

import ssl
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

#: A certificate that ends within this time is reported.
_ENDS_SOON = timedelta(days=14)

#: The elliptic curves that gRPC accepts.
_CURVES = (SECP256R1, SECP384R1)


class InvalidTlsFiles(ValueError):
    """The files cannot be used; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The contents of the files, in PEM, and a context of the ssl module with the same contents."""

    chain: bytes
    key: bytes = field(repr=False)
    client_ca: bytes | None
    context: ssl.SSLContext
    begins: datetime
    ends: datetime

    def warnings(self, now: datetime) -> Iterator[str]:
        """Yield what is wrong with the validity of the certificate."""
        if now < self.begins:
            yield f"the certificate is not valid before {_date(self.begins)}: clients refuse it"
        elif now >= self.ends:
            yield f"the certificate ended on {_date(self.ends)}: clients refuse it"
        elif self.ends - now < _ENDS_SOON:
            yield f"the certificate ends on {_date(self.ends)}: renew it"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The paths of PEM files: the certificate with its chain, its key, and the clients' authority.

    Without `client_ca`, clients are not asked for a certificate.
    """

    cert: Path
    key: Path
    client_ca: Path | None = None

    def read(self) -> Credentials:
        """Read and check the files. Raises InvalidTlsFiles."""
        chain, key, client_ca = contents = self._contents()
        certificate = _certificates(chain, f"--tls-cert {self.cert}")[0]
        self._check_key(certificate, key)
        if client_ca is not None:
            _certificates(client_ca, f"--client-ca {self.client_ca}")
        context = self._context(client_ca)
        if self._contents() != contents:
            raise InvalidTlsFiles("the files changed while they were read")
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        return Credentials(chain, key, client_ca, context, begins, ends)

    def signature(self) -> tuple[tuple[int, ...] | None, ...]:
        """Return what changes when one of the files does; None for one that cannot be read."""
        return tuple(None if path is None else _signature(path) for path in self._paths)

    def warnings(self) -> Iterator[str]:
        """Yield what is wrong with the files themselves."""
        if stat.S_IMODE(self.key.stat().st_mode) & stat.S_IROTH:
            yield f"every user of this machine can read {self.key}: run chmod o-r {self.key}"

    @property
    def _paths(self) -> tuple[Path, Path, Path | None]:
        return self.cert, self.key, self.client_ca

    def _contents(self) -> tuple[bytes, bytes, bytes | None]:
        return (
            _content(self.cert, "--tls-cert"),
            _content(self.key, "--tls-key"),
            None if self.client_ca is None else _content(self.client_ca, "--client-ca"),
        )

    def _check_key(self, certificate: x509.Certificate, content: bytes) -> None:
        """Check that this is the key of the certificate. Raises InvalidTlsFiles."""
        name = f"--tls-key {self.key}"
        try:
            key = load_pem_private_key(content, None)
        except TypeError:
            raise InvalidTlsFiles(
                f"{name} is encrypted: store it without a passphrase, readable only by the server"
            ) from None
        except Exception:  # noqa: BLE001 (several kinds, whose messages may quote the content)
            raise InvalidTlsFiles(f"{name} has no private key in PEM") from None
        form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
            raise InvalidTlsFiles(f"{name} is not the key of the certificate {self.cert}")
        is_curve = isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, _CURVES)
        if not is_curve and not isinstance(key, RSAPrivateKey):
            raise InvalidTlsFiles(
                f"{name} has a kind of key that gRPC does not support: use RSA, or the elliptic"
                " curve P-256 or P-384"
            )

    def _context(self, client_ca: bytes | None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self.cert, self.key, password="")
            if client_ca is not None:
                context.load_verify_locations(cadata=client_ca.decode())
                context.verify_mode = ssl.CERT_OPTIONAL
                # A resumed session would keep a client that another authority had admitted.
                context.options |= ssl.OP_NO_TICKET
                context.num_tickets = 0
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise InvalidTlsFiles(f"OpenSSL refuses {self.cert}: {reason}") from None
        return context


def _content(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidTlsFiles(f"cannot read {option} {path}: {error.strerror}") from None


def _certificates(content: bytes, name: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        raise InvalidTlsFiles(f"{name} has no valid certificate in PEM") from None


def _signature(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
