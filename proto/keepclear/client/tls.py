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
