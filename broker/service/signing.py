"""The key that restrictions are signed with: made at the first start, kept in the data folder.

A signature is a JWS with detached content (RFC 7515, appendix F) made with Ed25519, which gives
the same signature for the same bytes: a replay of the log makes the same messages again.

Rotation: stop the broker, move the key file away, start it: a new key is made. Readers need the new
public key; versions that were signed before are checked with the old one, so keep both.
"""

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from broker.core.errors import refuse

KEY_FILE: Final = "restriction-signing.pem"
KEY_FILE_MODE: Final = 0o600
LIVE_TYPE: Final = "keepclear-restriction"
EXERCISE_TYPE: Final = "keepclear-exercise-restriction"
"""In the protected header, so that what was signed in an exercise never passes for live."""


class Signer:
    """Signs payloads. Any thread may ask."""

    def __init__(self, key: Ed25519PrivateKey, *, exercise: bool) -> None:
        self._key = key
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(public)}
        # RFC 7638: the digest of the required members, in lexicographic order.
        digest = hashlib.sha256(_json(jwk)).digest()
        self.key_id = _base64url(digest)
        header = {
            "alg": "Ed25519",
            "kid": self.key_id,
            "typ": EXERCISE_TYPE if exercise else LIVE_TYPE,
        }
        self._header = _base64url(_json(header))
        named = jwk | {"alg": "Ed25519", "kid": self.key_id, "use": "sig"}
        self.jwks: str = _json({"keys": [named]}).decode()
        """The public key, as a JSON Web Key Set."""

    def sign(self, payload: bytes) -> str:
        """The signature of `payload`, which is left out of it."""
        signed = self._key.sign(f"{self._header}.{_base64url(payload)}".encode())
        return f"{self._header}..{_base64url(signed)}"


def load_signer(data_dir: Path, *, exercise: bool) -> Signer:
    """The data folder's signer, made now where there is none; refuses a file that is no key."""
    path = data_dir / KEY_FILE
    if not path.exists():
        _make(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise refuse("data_dir", f"{path} is not a private key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise refuse("data_dir", f"{path} is not an Ed25519 key")
    return Signer(key, exercise=exercise)


def _make(path: Path) -> None:
    """Whole or not at all, and never readable by others."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(unfinished, flags, KEY_FILE_MODE), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
