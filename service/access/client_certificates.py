"""Client certificates as proof of who a caller is. The faces check that they are valid."""

from collections.abc import Mapping

from service.access.principal import Principal
from service.client_scopes import OTHERS
from training.access import Scope


class ClientCertificates:
    """The principals of client certificates, whose scopes are set by name; read is the default."""

    def __init__(self, scopes: Mapping[str, Scope]) -> None:
        self._scopes = scopes

    def principal(self, certificate: bytes) -> Principal | None:
        """Return the principal of a valid certificate in PEM or DER; None if it has no name."""
        # Here, not above: few servers need the library that reads certificates.
        from service.access.certificate_names import certificate_name  # noqa: PLC0415

        name = certificate_name(certificate)
        if not name:
            return None
        scope = self._scopes.get(name, self._scopes.get(OTHERS, Scope.READ))
        return Principal(f"certificate:{name}", scope)
