"""The names in client certificates."""

from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import NameOID

_LONGEST_NAME = 200


@lru_cache(maxsize=1024)
def certificate_name(certificate: bytes) -> str:
    """Return the name of a certificate in PEM or DER; "" if it has none that can be used.

    It is the common name of the subject, or else the first alternative name: a URI, an e-mail
    address or a DNS name.
    """
    is_pem = certificate.startswith(b"-----")
    load = x509.load_pem_x509_certificate if is_pem else x509.load_der_x509_certificate
    found = load(certificate)
    names = [str(each.value) for each in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    names += _alternative_names(found)
    name = next(iter(names), "")
    return name if len(name) <= _LONGEST_NAME and name.isprintable() else ""


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    try:
        kind = x509.SubjectAlternativeName
        names = certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return []
    kinds = x509.UniformResourceIdentifier, x509.RFC822Name, x509.DNSName
    return [name for each in kinds for name in names.get_values_for_type(each)]
