"""TLS for gRPC, with certificates that may change while the server runs."""

import grpc

from broker.service.identity.trust import ServerFiles, Trust

_Configuration = grpc.ServerCertificateConfiguration


class _Fetcher:
    """Asked by gRPC before every handshake: a new configuration, or None for no change."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._served = trust.state.server

    def initial(self) -> _Configuration:
        return _configuration(self._served)

    def __call__(self) -> _Configuration | None:
        current = self._trust.state.server
        if current == self._served:
            return None
        self._served = current
        return _configuration(current)


def mutual_tls(trust: Trust) -> grpc.ServerCredentials:
    """Credentials of a server that shows its certificate and demands one."""
    fetcher = _Fetcher(trust)
    return grpc.dynamic_ssl_server_credentials(
        fetcher.initial(),
        fetcher,  # type: ignore[arg-type]  # the stubs do not know that None means no change
        require_client_authentication=True,
    )


def server_tls(trust: Trust) -> grpc.ServerCredentials:
    """Credentials of a server that shows its certificate and demands none: people sign in."""
    fetcher = _Fetcher(trust)
    return grpc.dynamic_ssl_server_credentials(
        fetcher.initial(),
        fetcher,  # type: ignore[arg-type]  # the stubs do not know that None means no change
        require_client_authentication=False,
    )


def _configuration(files: ServerFiles) -> _Configuration:
    return grpc.ssl_server_certificate_configuration(
        [(files.key, files.certificate)], files.trusted
    )
