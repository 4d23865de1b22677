"""How a gRPC caller is identified: by certificate, by sign-in token, or by a name it claims."""

from dataclasses import dataclass

from google.rpc import code_pb2

from broker.core.errors import Refused, refuse
from broker.core.names import SystemName
from broker.gateways.grpc.errors import Context, abort
from broker.gateways.grpc.identity import SYSTEM_METADATA_KEY, claimed_names, claimed_system
from broker.service.clock import Clock
from broker.service.identity.certificates import PeerCertificate
from broker.service.identity.trust import Trust


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what proves it."""

    system: SystemName
    certificate: PeerCertificate | None = None


class Callers:
    """Identifies callers. Without `trust` a name is claimed, and nothing proves it."""

    def __init__(self, clock: Clock, trust: Trust | None = None) -> None:
        self._clock = clock
        self._trust = trust

    @property
    def proven(self) -> bool:
        """Whether callers prove who they are."""
        return self._trust is not None

    async def identify(self, context: Context) -> Caller:
        """Who calls; ends the call as UNAUTHENTICATED if that cannot be told."""
        if self._trust is None:
            return Caller(await claimed_system(context))
        try:
            return self._by_certificate(context)
        except Refused as refused:
            await abort(context, code_pb2.UNAUTHENTICATED, str(refused))

    def check(self, caller: Caller) -> None:
        """Raise Refused if what proved this caller's name counts no more."""
        if self._trust is not None and caller.certificate is not None:
            self._trust.check(caller.certificate, self._clock.now_us())

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
