"""Whom a running broker trusts at this moment: the identity folder, read again when it changes.

Server certificate, authority, revocation list and register may all change while the broker runs.
What cannot be read is not taken over: the last good state stays, and the fault is logged at every
change. At the start it is refused.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from broker.core.errors import Refused, refuse
from broker.core.names import SystemName
from broker.core.sharing.roles import Subject
from broker.service.identity.authority import is_probe
from broker.service.identity.certificates import PeerCertificate, read_peer
from broker.service.identity.files import IdentityFolder, read_limited
from broker.service.identity.register import Register, read_register

_CRL_BLOCK: Final = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """What a TLS server is made of, as PEM."""

    certificate: bytes
    key: bytes
    trusted: bytes


@dataclass(frozen=True, slots=True)
class TrustState:
    """One reading of the folder."""

    server: ServerFiles
    register: Register
    revoked_serials: frozenset[int] = field(default_factory=frozenset)
    probes: frozenset[int] = field(default_factory=frozenset)
    """Serial numbers of the list's probe, by which a server shows that it has the list."""


class Trust:
    """The identities of one running broker. Any thread may ask."""

    def __init__(self, folder: IdentityFolder) -> None:
        """Raises Refused where the folder is not whole."""
        self.folder = folder
        self._lock = threading.Lock()
        self._stamp = self._stamps()
        self.state = _read(folder)
        self.on_change: list[Callable[[], None]] = []
        """Called, in the thread that refreshes, after a new state was taken over."""

    def refresh(self) -> bool:
        """Read the folder again if any file changed; says whether a new state was taken over."""
        with self._lock:
            stamp = self._stamps()
            if stamp == self._stamp:
                return False
            self._stamp = stamp
            try:
                self.state = _read(self.folder)
            except Refused as refused:
                log.warning("identities-unreadable", why=str(refused), running="unchanged")
                return False
        log.info("identities-read", systems=len(self.state.register.systems))
        for listener in self.on_change:
            listener()
        return True

    def authenticate(self, certificate_pem: bytes, now_us: int) -> PeerCertificate:
        """Whose certificate this is; refuses one that is revoked, expired or not enrolled.

        TLS has checked its signature and its dates; both are asked again because a connection
        outlives the handshake.
        """
        peer = read_peer(certificate_pem)
        self.check(peer, now_us)
        return peer

    def check(self, peer: PeerCertificate, now_us: int) -> None:
        """Raise Refused if this certificate counts no more."""
        state = self.state
        if peer.serial in state.revoked_serials:
            raise refuse("certificate", f"of {peer.system} was revoked")
        if peer.not_after_us <= now_us:
            raise refuse("certificate", f"of {peer.system} has expired")
        if state.register.find(peer.system) is None:
            raise refuse("certificate", f"{peer.system} is not enrolled here")

    def subject(self, system: SystemName) -> Subject | None:
        """Who an enrolled system is to the decision point."""
        found = self.state.register.find(system)
        return None if found is None else found.subject

    def _stamps(self) -> tuple[tuple[int, int, int], ...]:
        folder = self.folder
        return tuple(
            _stamp(path)
            for path in (
                folder.trusted,
                folder.revocations,
                folder.server_certificate,
                folder.server_key,
                folder.register,
            )
        )


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _read(folder: IdentityFolder) -> TrustState:
    try:
        server = ServerFiles(
            read_limited(folder.server_certificate),
            read_limited(folder.server_key),
            read_limited(folder.trusted),
        )
        authorities = x509.load_pem_x509_certificates(server.trusted)
        certificate = x509.load_pem_x509_certificate(server.certificate)
        key = serialization.load_pem_private_key(server.key, password=None)
        revocations = read_limited(folder.revocations)
    except FileNotFoundError as error:
        missing = Path(str(error.filename)).name
        how = "`keepclear agency init` makes a folder"
        raise refuse("identity_dir", f"{folder.path} has no {missing}: {how}") from error
    except (OSError, ValueError, TypeError) as error:
        raise refuse("identity_dir", f"{folder.path}: {error}") from error
    if key.public_key() != certificate.public_key():
        # Between the two writes of a rotation: the next look finds both.
        raise refuse("identity_dir", "server.key is not the key of server.pem")
    register = read_register(folder.register)
    listed = _revoked(revocations, authorities)
    probes = frozenset(serial for serial in listed if is_probe(serial))
    return TrustState(server, register, (listed - probes) | register.revoked_serials, probes)


def _revoked(content: bytes, authorities: list[x509.Certificate]) -> frozenset[int]:
    """Serial numbers of every list in the file; each must be signed by an authority we trust."""
    serials: set[int] = set()
    blocks = _CRL_BLOCK.findall(content)
    if not blocks:
        raise refuse("identity_dir", "partners-crl.pem holds no revocation list")
    for block in blocks:
        try:
            held = x509.load_pem_x509_crl(block)
            signed = any(_signed_by(held, one) for one in authorities)
        except ValueError as error:
            raise refuse("identity_dir", f"partners-crl.pem: {error}") from error
        if not signed:
            raise refuse("identity_dir", "partners-crl.pem is not signed by partners-ca.pem")
        serials.update(one.serial_number for one in held)
    return frozenset(serials)


def _signed_by(held: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    # Authorities hold only keys that sign; another kind would have failed at the handshake.
    return held.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
