"""The certificates that a server uses, which follow their files without a restart."""

import asyncio
import logging
import ssl
import time
from datetime import UTC, datetime

import grpc

from service.background_task import BackgroundTask
from service.faces.tls.files import Credentials, InvalidTlsFiles, TlsFiles
from service.threads import Threads

logger = logging.getLogger(__name__)

#: The interval between looks at the files, in seconds. They are read when they have changed, and
#: are the same at the next look: whoever writes two files has written both by then.
_SECONDS = 1.0

#: The interval of repeated warnings, such as that the certificate ends, in seconds: a day.
_WARNING_SECONDS = 86_400.0


class Certificates(BackgroundTask):
    """The certificates of both faces: a task in the event loop that reads changed files again.

    New connections use the new certificate; existing ones are not affected. If the new files cannot
    be used, this is logged once, and the last certificate remains.

    Raises InvalidTlsFiles.
    """

    def __init__(self, files: TlsFiles, threads: Threads) -> None:
        self._files = files
        self._threads = threads
        self._read = files.signature()
        self._current = self._of_grpc = files.read()
        self._http = self._current.context
        # The context of a connection can be replaced at its start, also without a server name.
        self._http.sni_callback = self._choose_context

    @property
    def ends(self) -> datetime:
        """When the current certificate ends."""
        return self._current.ends

    @property
    def http_context(self) -> ssl.SSLContext:
        """The context for HTTP; clients can have a certificate if there is an authority."""
        return self._http

    def grpc_credentials(self) -> grpc.ServerCredentials:
        """Return the credentials for gRPC; clients need a certificate if there is an authority.

        gRPC for Python can either not ask clients for a certificate, or require one.
        """
        return grpc.dynamic_ssl_server_credentials(
            _of_grpc(self._current),
            self._changed_credentials,  # type: ignore[arg-type]  # None is documented
            require_client_authentication=self._current.client_ca is not None,
        )

    def start(self) -> None:
        """Start, and log what is wrong already."""
        self._log_warnings()
        super().start()

    async def _repeat(self) -> None:
        seen, warned = self._read, time.monotonic()
        while True:
            await asyncio.sleep(_SECONDS)
            if time.monotonic() - warned >= _WARNING_SECONDS:
                warned = time.monotonic()
                await self._threads.run(self._log_warnings)
            signature = await self._threads.run(self._files.signature)
            if signature == seen != self._read:
                self._read = signature
                await self._threads.run(self._read_again)
            seen = signature

    def _read_again(self) -> None:
        try:
            self._current = self._files.read()
        except InvalidTlsFiles as error:
            logger.error("the changed TLS files are not used: %s", error)  # noqa: TRY400 (for people)
        else:
            logger.info("new connections use the changed TLS files")
            self._log_warnings()

    def _log_warnings(self) -> None:
        """Log what will keep clients away, or let others in."""
        for warning in (*self._files.warnings(), *self._current.warnings(datetime.now(UTC))):
            logger.warning("%s", warning)

    def _choose_context(self, connection: ssl.SSLObject, *_: object) -> None:
        """Use the current certificate for a connection over HTTP; called when it begins."""
        connection.context = self._current.context

    def _changed_credentials(self) -> grpc.ServerCertificateConfiguration | None:
        """Return the current certificate if it has changed; called for each connection of gRPC."""
        current = self._current
        if self._of_grpc is current:
            return None
        self._of_grpc = current
        return _of_grpc(current)


def _of_grpc(credentials: Credentials) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(credentials.key, credentials.chain)], credentials.client_ca
    )
