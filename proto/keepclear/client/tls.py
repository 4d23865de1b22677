"""A system's certificate folder, and what gRPC and MQTT make of it.

The folder holds `ca.pem` (the authority of the broker's server), `certificate.pem` and `key.pem`.
`keepclear agency request` makes it; any other way that leaves these three files is as good.
"""

import ssl
from pathlib import Path

import grpc


def channel_credentials(folder: Path) -> grpc.ChannelCredentials:
    """What `Client(credentials=...)` takes. Raises OSError for a file that cannot be read."""
    return grpc.ssl_channel_credentials(
        root_certificates=(folder / "ca.pem").read_bytes(),
        private_key=(folder / "key.pem").read_bytes(),
        certificate_chain=(folder / "certificate.pem").read_bytes(),
    )


def mqtt_context(folder: Path) -> ssl.SSLContext:
    """What an MQTT client's `tls_set_context` takes. Raises OSError or ssl.SSLError.

    The MQTT client id and the user name are the certificate's common name, whatever the client
    asks for. Load a renewed certificate with `load_cert_chain` on the same context: it counts from
    the next connection on.
    """
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


def token_credentials(authority: Path, token_file: Path) -> grpc.ChannelCredentials:
    """What `Client(credentials=...)` takes for a person who signed in with OpenID Connect.

    `authority` is the broker's authority (PEM). The token file is read again for every call, so
    that a renewed token counts at once. Raises OSError for an authority that cannot be read.
    """
    return grpc.composite_channel_credentials(
        grpc.ssl_channel_credentials(root_certificates=authority.read_bytes()),
        grpc.metadata_call_credentials(_Token(token_file)),
    )


class _Token(grpc.AuthMetadataPlugin):
    """Adds the token to every call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(
        self, context: grpc.AuthMetadataContext, callback: grpc.AuthMetadataPluginCallback
    ) -> None:
        del context  # the token is the same for every method
        try:
            token = self._path.read_text(encoding="utf-8").strip()
        except OSError as error:
            callback((), error)
            return
        callback((("authorization", f"Bearer {token}"),), None)
