"""The identity folder: its files, written in one step and readable by their owner only."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Final

FILE_BYTES_MAX: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class IdentityFolder:
    """Where the identities of one broker are. The names of the files are part of the manual."""

    path: Path

    @property
    def trusted(self) -> Path:
        """The authority that issues partners' certificates, and nothing else."""
        return self.path / "partners-ca.pem"

    @property
    def revocations(self) -> Path:
        """That authority's revocation list. It must exist and must not expire."""
        return self.path / "partners-crl.pem"

    @property
    def server_certificate(self) -> Path:
        """What the broker shows to partners, over gRPC and MQTT."""
        return self.path / "server.pem"

    @property
    def server_key(self) -> Path:
        """Its key."""
        return self.path / "server.key"

    @property
    def broker_certificate(self) -> Path:
        """What the broker shows to the MQTT server: the common name `keepclear/broker`."""
        return self.path / "broker.pem"

    @property
    def broker_key(self) -> Path:
        """Its key."""
        return self.path / "broker.key"

    @property
    def register(self) -> Path:
        """Which systems there are, and what each may do."""
        return self.path / "register.json"

    @property
    def authority_key(self) -> Path:
        """The built-in authority's key; absent where certificates come from elsewhere."""
        return self.path / "authority.key"

    @property
    def probe_certificate(self) -> Path:
        """On the built-in authority's newest revocation list, and never good for anything."""
        return self.path / "list-probe.pem"

    @property
    def probe_key(self) -> Path:
        """Its key."""
        return self.path / "list-probe.key"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone with the folder: two commands at once must not lose each other's changes."""
        with (self.path / "lock").open("a") as file:
            flock(file, LOCK_EX)
            yield


@dataclass(frozen=True, slots=True)
class CertificateFolder:
    """What one system has: the folder that `--certificates` names."""

    path: Path

    @property
    def trusted(self) -> Path:
        """The authority of the server."""
        return self.path / "ca.pem"

    @property
    def certificate(self) -> Path:
        """The system's own certificate."""
        return self.path / "certificate.pem"

    @property
    def key(self) -> Path:
        """Its key, which never leaves this folder."""
        return self.path / "key.pem"

    @property
    def request(self) -> Path:
        """The certificate request to send."""
        return self.path / "request.pem"


def read_limited(path: Path, limit_bytes: int = FILE_BYTES_MAX) -> bytes:
    """A whole file; raises OSError for one over the limit."""
    with path.open("rb") as file:
        content = file.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise OSError(f"{path.name} is over {limit_bytes} bytes")
    return content


def write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step; only its owner may read it.

    Written by root it belongs to the folder's owner: a broker that runs as somebody else must not
    lose sight of a revocation because of who wrote it.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if os.geteuid() == 0:
                folder = path.parent.stat()
                os.fchown(file.fileno(), folder.st_uid, folder.st_gid)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
