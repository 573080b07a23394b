"""The name and the scope of a client certificate."""

import pytest
from certificates import Authority
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from service.access.certificate_names import certificate_name
from service.access.client_certificates import ClientCertificates
from service.access.principal import Principal
from service.client_scopes import parse_scopes
from training.access import Scope

AUTHORITY = Authority()


def test_the_common_name_is_first_then_a_uri_an_address_and_a_host() -> None:
    uri, mail = x509.UniformResourceIdentifier("spiffe://a/b"), x509.RFC822Name("a@b.example")
    host = x509.DNSName("a.example")
    for name, alternatives, expected in (
        ("alice", (host, uri), "alice"),
        ("", (host, mail, uri), "spiffe://a/b"),
        ("", (host, mail), "a@b.example"),
        ("", (host,), "a.example"),
        ("", (), ""),
        ("a\nb", (), ""),
    ):
        issued = AUTHORITY.issue(name, alternatives)
        assert certificate_name(issued.cert_pem) == expected
        assert certificate_name(issued.certificate.public_bytes(Encoding.DER)) == expected


def test_a_name_has_the_scope_that_is_set() -> None:
    certificates = ClientCertificates(parse_scopes(["trainer=train", "a=b=admin"]))
    for name, scope in (("trainer", Scope.TRAIN), ("a=b", Scope.ADMIN), ("other", Scope.READ)):
        found = certificates.principal(AUTHORITY.issue(name).cert_pem)
        assert found == Principal(f"certificate:{name}", scope)
    others = ClientCertificates(parse_scopes(["*=train"]))
    found = others.principal(AUTHORITY.issue("other").cert_pem)
    assert found is not None
    assert found.scope is Scope.TRAIN
    assert others.principal(AUTHORITY.issue("", ()).cert_pem) is None


@pytest.mark.parametrize("text", ["", "trainer", "trainer=", "=train", "trainer=root", "a=TRAIN"])
def test_what_is_not_a_name_with_a_scope_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not NAME=SCOPE, with a scope of read, train, admin"):
        parse_scopes([text])
