"""People who sign in with OpenID Connect: staff, desks, auditors.

A token is believed when a configured issuer signed it, for this broker, for one of the agencies
that this issuer speaks for, and it has not expired. Its claims `keepclear_agency` and
`keepclear_roles` say for whom and as what. A person is named like a system of that agency, by a
name that no system can be enrolled under, so that the log and the decision point treat both alike.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from broker.core.errors import refuse
from broker.core.names import SystemName, identifier
from broker.core.sharing.roles import AccessRole, Subject
from broker.core.units import SECOND_US
from broker.service.identity.files import read_limited
from broker.service.identity.names import PERSON_PREFIX

TOKEN_LENGTH_MAX: Final = 6_144
"""gRPC begins to refuse calls whose metadata is over 8 kB in all."""
AGENCY_CLAIM: Final = "keepclear_agency"
ROLES_CLAIM: Final = "keepclear_roles"
ALGORITHMS: Final = ("ES256", "ES384", "RS256", "PS256", "EdDSA")
"""Signatures with a private key only: with a shared secret, who checks could also sign."""
CLOCK_LEEWAY_S: Final = 30
KEYS_FETCH_LIMIT_S: Final = 5.0
KEYS_BYTES_MAX: Final = 256 * 1024
KEYS_AGE_S_MAX: Final = 600.0
"""After this the issuer's keys are read again: a key it withdrew must not count for ever."""
KEYS_TRUSTED_S_MAX: Final = 86_400.0
"""While the issuer cannot be reached its last keys count for this long, and no longer."""
TOKEN_LIFETIME_S_MAX: Final = 86_400
"""Nothing revokes a token but its end."""
LOOPBACK_HTTP: Final = ("http://127.0.0.1:", "http://[::1]:")
UNKNOWN_KEY_PAUSE_S: Final = 30.0
"""An unknown key makes us read the keys at once, but not more often: anybody can invent one."""
SIGNED_IN_MAX: Final = 5_000
PERSON_ROLES: Final = frozenset(AccessRole) - {
    AccessRole.PUBLISHER,
    AccessRole.AIR_TRAFFIC_CONTROL,
}
"""Traffic is published by systems; a control unit's zone is in the register, not in a token."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who may sign people in, for whom, and where its keys are (a file, or an https address)."""

    issuer: str
    audience: str
    keys: str
    agencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person whose token was believed."""

    subject: Subject
    not_after_us: int


class IssuerKeys:
    """The keys of one issuer, read again when they are old or one is missing."""

    def __init__(self, issuer: Issuer, now_s: float) -> None:
        """Raises Refused where they cannot be read: a broker does not start half-blind."""
        self.issuer = issuer
        self._lock = threading.Lock()
        self._keys = _fetch(issuer)
        self._read_s = now_s
        self._asked_s = now_s - UNKNOWN_KEY_PAUSE_S

    def claims(self, token: str, now_s: float) -> Mapping[str, Any]:
        """The claims of a token this issuer signed; raises JoseError for any other."""
        self._refresh_when(now_s - self._read_s > KEYS_AGE_S_MAX, now_s)
        if now_s - self._read_s > KEYS_TRUSTED_S_MAX:
            hours = KEYS_TRUSTED_S_MAX / 3_600
            raise refuse("token", f"its issuer's keys could not be read for {hours:.0f} hours")
        try:
            return jwt.decode(token, self._keys, algorithms=list(ALGORITHMS)).claims
        except InvalidKeyIdError:
            if not self._refresh_when(True, now_s):
                raise
        return jwt.decode(token, self._keys, algorithms=list(ALGORITHMS)).claims

    def _refresh_when(self, wanted: bool, now_s: float) -> bool:
        with self._lock:
            if not wanted or now_s - self._asked_s < UNKNOWN_KEY_PAUSE_S:
                return False
            self._asked_s = now_s
            try:
                self._keys = _fetch(self.issuer)
            except Exception as error:  # noqa: BLE001 - whatever it was, the old keys still hold
                log.warning("issuer-keys-unreadable", issuer=self.issuer.issuer, why=str(error))
                return False
            self._read_s = now_s
            return True


class People:
    """Checks tokens, and remembers who is signed in for as long as their token is good."""

    def __init__(self, issuers: tuple[Issuer, ...], now_us: int) -> None:
        now_s = now_us / SECOND_US
        self._keys = {one.issuer: IssuerKeys(one, now_s) for one in issuers}
        self._signed_in: dict[SystemName, SignedIn] = {}

    def sign_in(self, token: str, now_us: int) -> SignedIn:
        """Who this token is for; refuses one that is not to be believed. May read a network."""
        if len(token) > TOKEN_LENGTH_MAX:
            raise refuse("token", f"is longer than {TOKEN_LENGTH_MAX} characters")
        keys = self._keys.get(_claimed_issuer(token))
        if keys is None:
            raise refuse("token", "is from an issuer that is not configured here")
        now_s = now_us / SECOND_US
        try:
            claims = keys.claims(token, now_s)
            _registry(keys.issuer, int(now_s)).validate(dict(claims))
        except JoseError as error:
            raise refuse("token", f"is not believed: {error}") from error
        if claims["exp"] > now_s + TOKEN_LIFETIME_S_MAX:
            hours = TOKEN_LIFETIME_S_MAX / 3_600
            raise refuse("token", f"is good for more than {hours:.0f} hours")
        person = SignedIn(
            _subject(keys.issuer, claims), round(claims["exp"] + CLOCK_LEEWAY_S) * SECOND_US
        )
        self._remember(person)
        return person

    def subject(self, system: SystemName, now_us: int) -> Subject | None:
        """Somebody who is signed in."""
        found = self._signed_in.get(system)
        return None if found is None or found.not_after_us <= now_us else found.subject

    def _remember(self, person: SignedIn) -> None:
        name = person.subject.system
        self._signed_in.pop(name, None)
        while len(self._signed_in) >= SIGNED_IN_MAX:
            self._signed_in.pop(next(iter(self._signed_in)))
        self._signed_in[name] = person


def person_name(issuer: str, subject: str, agency: str) -> SystemName:
    """The name a person acts under: steady, and no personal data by itself."""
    digest = hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()
    return SystemName(agency, f"{PERSON_PREFIX}{digest[:24]}")


def _subject(issuer: Issuer, claims: Mapping[str, Any]) -> Subject:
    agency, roles, who = claims.get(AGENCY_CLAIM), claims.get(ROLES_CLAIM), claims.get("sub")
    if not isinstance(agency, str) or not isinstance(who, str) or not who:
        raise refuse("token", f"must hold sub and {AGENCY_CLAIM}")
    if agency not in issuer.agencies:
        raise refuse("token", f"{issuer.issuer} does not speak for {agency}")
    if not isinstance(roles, list) or not roles:
        raise refuse("token", f"must hold {ROLES_CLAIM}, a list")
    known = {str(role): role for role in PERSON_ROLES}
    wrong = [role for role in roles if not isinstance(role, str) or role not in known]
    if wrong:
        raise refuse("token", f"{ROLES_CLAIM} holds {wrong[0]!r}, which is not a person's role")
    system = person_name(issuer.issuer, who, identifier("token", agency))
    return Subject(system, frozenset(known[role] for role in roles))


def _registry(issuer: Issuer, now_s: int) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=now_s,
        leeway=CLOCK_LEEWAY_S,
        iss={"essential": True, "value": issuer.issuer},
        aud={"essential": True, "value": issuer.audience},
        exp={"essential": True},
        sub={"essential": True},
    )


@lru_cache(maxsize=1_024)
def _claimed_issuer(token: str) -> str:
    """Whose keys to try."""
    return _claimed(token, "iss")


def claimed_agency(token: str) -> str:
    """The agency that a token says it speaks for; the broker alone can tell whether it does."""
    return _claimed(token, AGENCY_CLAIM)


def _claimed(token: str, claim: str) -> str:
    """What a token says. Nothing here is believed yet."""
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        said = claims[claim]
    except (IndexError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise refuse("token", "is not a signed token") from error
    return said if isinstance(said, str) else ""


def _fetch(issuer: Issuer) -> KeySet:
    try:
        if issuer.keys.startswith(("https://", *LOOPBACK_HTTP)):
            answer = httpx.get(issuer.keys, timeout=KEYS_FETCH_LIMIT_S)
            answer.raise_for_status()
            content = answer.content
        else:
            content = read_limited(Path(issuer.keys), KEYS_BYTES_MAX)
        if len(content) > KEYS_BYTES_MAX:
            raise refuse("sign_in", f"the keys of {issuer.issuer} are over {KEYS_BYTES_MAX} bytes")
        return KeySet.import_key_set(json.loads(content))
    except (OSError, ValueError, KeyError, TypeError, httpx.HTTPError, JoseError) as error:
        raise refuse("sign_in", f"the keys of {issuer.issuer}: {error}") from error
