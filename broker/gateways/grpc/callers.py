"""How a gRPC caller is identified: by certificate, by sign-in token, or by a name it claims."""

import asyncio
from dataclasses import dataclass

from google.rpc import code_pb2

from broker.core.errors import Refused, refuse
from broker.core.names import SystemName
from broker.gateways.grpc.errors import Context, abort
from broker.gateways.grpc.identity import SYSTEM_METADATA_KEY, claimed_names, claimed_system
from broker.service.clock import Clock
from broker.service.identity.certificates import PeerCertificate
from broker.service.identity.tokens import People
from broker.service.identity.trust import Trust


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what proves it."""

    system: SystemName
    certificate: PeerCertificate | None = None
    not_after_us: int | None = None
    """When the token of a person who signed in ends."""


class Callers:
    """Identifies callers. Without `trust` a name is claimed, and nothing proves it."""

    def __init__(
        self, clock: Clock, trust: Trust | None = None, people: People | None = None
    ) -> None:
        self._clock = clock
        self._trust = trust
        self._people = people

    @property
    def proven(self) -> bool:
        """Whether callers prove who they are."""
        return self._trust is not None

    async def identify(self, context: Context) -> Caller:
        """Who calls; ends the call as UNAUTHENTICATED if that cannot be told."""
        if self._trust is None:
            return Caller(await claimed_system(context))
        try:
            token = _bearer(context)
            if token is None:
                return self._by_certificate(context)
            return await self._by_token(context, token)
        except Refused as refused:
            await abort(context, code_pb2.UNAUTHENTICATED, str(refused))

    def check(self, caller: Caller) -> None:
        """Raise Refused if what proved this caller's name counts no more."""
        if caller.not_after_us is not None and caller.not_after_us <= self._clock.now_us():
            raise refuse("token", f"of {caller.system} has expired: sign in again")
        if self._trust is not None and caller.certificate is not None:
            self._trust.check(caller.certificate, self._clock.now_us())

    async def _by_token(self, context: Context, token: str) -> Caller:
        if self._people is None:
            raise refuse("token", "signing in is not set up here")
        if context.auth_context().get("x509_pem_cert"):
            raise refuse("token", "came with a certificate: show one or the other")
        # It may have to fetch the issuer's keys.
        person = await asyncio.to_thread(self._people.sign_in, token, self._clock.now_us())
        return Caller(person.subject.system, not_after_us=person.not_after_us)

    def _by_certificate(self, context: Context) -> Caller:
        if self._trust is None:
            raise refuse("certificate", "is not asked for here")
        shown = list(context.auth_context().get("x509_pem_cert") or ())
        if len(shown) != 1:
            raise refuse("certificate", "none was shown")
        peer = self._trust.authenticate(bytes(shown[0]), self._clock.now_us())
        for name in claimed_names(context):
            if name and name != str(peer.system):
                raise refuse(SYSTEM_METADATA_KEY, f"says {name}, the certificate {peer.system}")
        return Caller(peer.system, peer)


def _bearer(context: Context) -> str | None:
    """The token in the call's metadata, if it has one; refuses two."""
    found = [value for key, value in context.invocation_metadata() or () if key == "authorization"]
    if not found:
        return None
    scheme, _, token = str(found[0]).partition(" ")
    if len(found) > 1 or scheme.lower() != "bearer" or not token:
        raise refuse("authorization", "must read: Bearer TOKEN")
    return token
