"""Checks restrictions without asking anybody: signed by the broker, and not older than known.

Needs `keepclear-client[verify]`.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from keepclear.client.errors import KeepclearError
from keepclear.v1.restrictions_pb2 import Restriction

ALGORITHM = "Ed25519"
LIVE_TYPE = "keepclear-restriction"
EXERCISE_TYPE = "keepclear-exercise-restriction"
NAMES_MAX = 10_000


class UnverifiedError(KeepclearError):
    """A restriction that must not be acted on, and why."""


class RestrictionVerifier:
    """Holds a broker's public keys and the newest version seen of each restriction.

    `newest` is what an earlier run returned in `newest`: keep it, or an old version passes again.
    """

    def __init__(
        self, jwks: str, *, exercise: bool = False, newest: Mapping[str, int] | None = None
    ) -> None:
        self.newest: dict[str, int] = dict(newest or {})
        self._type = EXERCISE_TYPE if exercise else LIVE_TYPE
        try:
            self._keys = KeySet.import_key_set(json.loads(jwks))
        except (ValueError, TypeError, KeyError, JoseError) as error:
            raise UnverifiedError(f"not a set of public keys: {error}") from error

    def check(self, restriction: Restriction) -> None:
        """Raises UnverifiedError for one that is unsigned, changed, another space's, or old."""
        name = restriction.name
        self._check_signature(restriction)
        known = self.newest.get(name, 0)
        if restriction.version < known:
            raise UnverifiedError(
                f"{name}: version {restriction.version} is older than {known}, which was seen"
            )
        if len(self.newest) >= NAMES_MAX and name not in self.newest:
            raise UnverifiedError(f"{name}: versions of {NAMES_MAX} restrictions are kept already")
        self.newest[name] = restriction.version

    def _check_signature(self, restriction: Restriction) -> None:
        name = restriction.name
        if not restriction.signature:
            raise UnverifiedError(f"{name}: is not signed")
        header, _, signature = restriction.signature.partition("..")
        token = f"{header}.{_base64url(signed_bytes(restriction))}.{signature}"
        try:
            read: Any = jws.deserialize_compact(token, self._keys, algorithms=[ALGORITHM])
        except (JoseError, ValueError, KeyError) as error:
            raise UnverifiedError(f"{name}: the signature does not hold: {error}") from error
        if read.protected.get("typ") != self._type:
            raise UnverifiedError(f"{name}: was signed as {read.protected.get('typ')}")


def signed_bytes(restriction: Restriction) -> bytes:
    """What the signature is over: the message without it, fields in the order of their numbers."""
    unsigned = Restriction()
    unsigned.CopyFrom(restriction)
    unsigned.ClearField("signature")
    return unsigned.SerializeToString(deterministic=True)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
